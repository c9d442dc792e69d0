import { serialize } from 'node:v8';
import { describe, expect, it } from 'vitest';
import type { DeviceSessionView } from '../../src-shared/ipc/device-views';
import { apply } from '../../src-shared/ipc/snapshot-change';
import {
  LOSS_MAP_CELLS,
  type MemberView,
  type TeacherSnapshot,
  type TransferView,
} from '../../src-shared/ipc/snapshots';
import { seededRandom } from '../transport/seeded-random';
import type { EnginePicture, PictureReport } from './engine';
import { PictureFeed } from './picture-feed';

const STUDENTS = 500;
const PICTURES_A_SECOND = 10;
const MAX_BYTES_A_SECOND = 1_000_000;

const nothing: TeacherSnapshot = {
  ...{ room: null, students: [], strangers: [], groups: [], doctor: null, transfers: [] },
  channels: { found: [], published: [], subscribed: [] },
  devices: { state: 'off', folder: null, address: null, port: null, sessions: [] },
};

function teacher(transfer: Partial<TransferView>): EnginePicture {
  const view: TransferView = {
    id: 'ab',
    createdAt: 0,
    audience: 'everyone',
    start: { when: 'now' },
    files: [],
    covers: [],
    totalBytes: 1000,
    contentBytes: 900,
    phase: 'transmitting',
    paused: false,
    rate: 0,
    rounds: [],
    permanent: [],
    lossMap: new Uint16Array(LOSS_MAP_CELLS),
    sentBytes: 0,
    resentBytes: 0,
    filledBytes: 0,
    elapsedMs: 0,
    ...transfer,
  };
  return { role: 'teacher', snapshot: { ...nothing, transfers: [view] } };
}

/** A file on its way to one device. */
function serving({ rate = 0, progress = 0 }: Partial<DeviceSessionView>): EnginePicture {
  const why = 'the device asked for no more';
  const session: DeviceSessionView = {
    ...{ id: 's', file: 'boot.img', bytes: 1000, group: null, state: 'sending', progress, rate, startedAt: 0 },
    ...{ sentBlocks: 0, resentBlocks: 0 },
    flow: { why, blockBytes: 512, timeoutSeconds: 1, windowBlocks: 1, blocksPerSecond: rate, loss: progress },
    clients: [{ address: '10.0.0.7:2000', role: 'unicast', state: 'receiving', progress }],
  };
  return { role: 'teacher', snapshot: { ...nothing, devices: { ...nothing.devices, sessions: [session] } } };
}

function member(id: string, parts: Partial<MemberView>): MemberView {
  const numbers = { missingBytes: 0, progress: 0, rate: 0, loss: 0 };
  const lossMap = new Uint8Array(LOSS_MAP_CELLS);
  return { id, name: id, ip: '10.0.0.2', state: 'receiving', current: true, ...numbers, lossMap, ...parts };
}

/** Shows what a window has after these reports. */
function shown(reports: readonly (PictureReport | undefined)[]): TeacherSnapshot | undefined {
  let snapshot: TeacherSnapshot | undefined;
  for (const report of reports) {
    if (report?.kind === 'picture' && report.picture.role === 'teacher') snapshot = report.picture.snapshot;
    else if (report?.kind === 'change' && snapshot !== undefined) snapshot = apply(snapshot, report.change.patch);
  }
  return snapshot;
}

describe('the feed of pictures', () => {
  it('begins with a whole one, and is silent while nothing changes', () => {
    const feed = new PictureFeed();
    expect(feed.next(teacher({}))?.kind).toBe('picture');
    expect(feed.next(teacher({}))).toBeUndefined();
    expect(feed.next(teacher({ paused: true }))).toEqual({
      kind: 'change',
      change: { role: 'teacher', patch: { in: { transfers: { in: { 0: { set: { paused: true } } } } } } },
    });
  });

  it('tells no difference that nobody sees', () => {
    const feed = new PictureFeed();
    const at = (rate: number, progress: number) =>
      feed.next(teacher({ rate, permanent: [member('ana', { rate, progress, loss: progress })] }));
    at(12_340_000.4, 0.1234);
    expect(at(12_341_000.9, 0.1237)).toBeUndefined();
    expect(at(12_400_000, 0.124)).toBeDefined();
  });

  it('tells no difference of devices that nobody sees', () => {
    const feed = new PictureFeed();
    const at = (rate: number, progress: number) => feed.next(serving({ rate, progress }));
    const first = at(12_340_000.4, 0.1234);
    expect(at(12_341_000.9, 0.1237)).toBeUndefined();
    const report = at(12_400_000, 0.99999);
    expect(shown([first, report])?.devices.sessions[0]?.progress).toBe(0.999);
  });

  it('never rounds up to everything', () => {
    const report = new PictureFeed().next(teacher({ permanent: [member('ana', { progress: 0.99999 })] }));
    expect(shown([report])?.transfers[0]?.permanent[0]?.progress).toBe(0.999);
  });

  it('shows every loss map as it is within half a second, and at once when the transfer is over', () => {
    const feed = new PictureFeed();
    const withMaps = (cell: number, phase: TransferView['phase']) =>
      teacher({
        phase,
        permanent: Array.from({ length: 7 }, (_, place) =>
          member(`s${place}`, { lossMap: new Uint8Array(LOSS_MAP_CELLS).fill(cell) }),
        ),
      });
    const reports = [feed.next(withMaps(0, 'transmitting'))];
    const cells = () => shown(reports)?.transfers[0]?.permanent.map(({ lossMap }) => lossMap[0]);
    reports.push(feed.next(withMaps(9, 'transmitting')));
    expect(cells()?.filter((cell) => cell === 9)).toHaveLength(2);
    for (let turn = 0; turn < 4; turn++) reports.push(feed.next(withMaps(9, 'transmitting')));
    expect(cells()).toEqual(Array(7).fill(9));
    reports.push(feed.next(withMaps(0, 'finished')));
    expect(cells()).toEqual(Array(7).fill(0));
  });

  it('of five hundred students, all of whom change all the time, stays below a megabyte a second', () => {
    const random = seededRandom(7);
    const feed = new PictureFeed();
    const reports: (PictureReport | undefined)[] = [feed.next(busyClass(random, 0))];
    let bytes = 0;
    for (let turn = 1; turn <= 3 * PICTURES_A_SECOND; turn++) {
      const report = feed.next(busyClass(random, turn));
      reports.push(report);
      bytes += serialize(report).length;
    }
    expect(bytes / 3).toBeLessThan(MAX_BYTES_A_SECOND);
    expect(shown(reports)?.transfers[0]?.permanent).toHaveLength(STUDENTS);
  });
});

/** The worst there is: every number of every student is another one in each picture, and so are cells all over its map. */
function busyClass(random: () => number, turn: number): EnginePicture {
  const permanent = Array.from({ length: STUDENTS }, (_, place) =>
    member(place.toString(16).padStart(64, '0'), {
      progress: turn / 100 + random() / 100,
      rate: 10_000_000 * random(),
      loss: random() / 10,
      missingBytes: Math.floor(1e9 * random()),
      lossMap: Uint8Array.from({ length: LOSS_MAP_CELLS }, () => random() * 256),
    }),
  );
  const lossMap = Uint16Array.from({ length: LOSS_MAP_CELLS }, () => random() * STUDENTS);
  return teacher({ permanent, lossMap, rate: 1e7 * random(), sentBytes: turn, elapsedMs: turn * 100 });
}
