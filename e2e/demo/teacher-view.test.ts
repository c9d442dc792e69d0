import { describe, expect, it } from 'vitest';
import { renderTeacher } from '../../src-main/terminal/render-teacher';
import type { TeacherEvent } from '../../src-shared/ipc/events';
import { LOSS_MAP_CELLS } from '../../src-shared/ipc/snapshots';
import { parseStudentEnd, parseTeacherEvent } from './cli-events';
import { afterEvent, beginning, snapshotOf } from './teacher-view';

const TOTAL = 512_000;
const transfer = '0123456789abcdef';
const [anna, ben] = ['a'.repeat(64), 'b'.repeat(64)];
const files = [
  { path: 'One.wav', size: 300_000 },
  { path: 'Two.flac', size: 200_000 },
];
const waiting = (id: string, missingBytes: number, state: 'receiving' | 'repairing' | 'complete') => ({
  id,
  state,
  missingBytes,
});

const room: TeacherEvent = {
  event: 'room',
  address: '127.0.0.1',
  port: 4711,
  fingerprint: 'f'.repeat(64),
  group: '239.255.42.1',
  groupPort: 47000,
  dataPath: 'dgram',
  code: '01234567',
};

const events: TeacherEvent[] = [
  room,
  { event: 'enrolled', student: { id: anna, name: 'Anna', ip: '127.0.0.1' } },
  { event: 'enrolled', student: { id: ben, name: 'Ben', ip: '127.0.0.1' } },
  {
    event: 'announced',
    transfer,
    transmission: 0,
    mode: 'plain',
    ranges: [[0, TOTAL]],
    bytes: TOTAL,
    students: [anna, ben],
    why: '',
  },
  {
    event: 'scorecard',
    ...{ transfer, transmission: 0, current: [anna, ben] },
    permanent: [waiting(anna, TOTAL, 'receiving'), waiting(ben, TOTAL, 'receiving')],
  },
  { event: 'dataChannel', transmission: 0, state: 'open' },
  {
    event: 'progress',
    ...{ transfer, transmission: 0, sentBytes: TOTAL / 2, rate: 11e6 },
    students: [{ id: anna, progress: 0.45, rate: 10e6, loss: 0.02 }],
  },
  {
    event: 'transmitted',
    transmission: 0,
    datagrams: 354,
    payloadBytes: TOTAL,
    proactiveBytes: 0,
    firstSequence: 0,
    lastSequence: 353,
    durationMs: 50,
  },
  { event: 'dataChannel', transmission: 0, state: 'closed' },
  { event: 'report', student: anna, ip: '127.0.0.1', transmission: 0, missing: [[1000, 3000]], missingBytes: 2000 },
  { event: 'report', student: ben, ip: '127.0.0.1', transmission: 0, missing: [], missingBytes: 0 },
  {
    event: 'scorecard',
    ...{ transfer, transmission: 0, current: [anna] },
    permanent: [waiting(anna, 2000, 'repairing'), waiting(ben, 0, 'complete')],
  },
  {
    event: 'announced',
    transfer,
    transmission: 1,
    mode: 'tcp',
    ranges: [[1000, 3000]],
    bytes: 2000,
    students: [anna],
    why: 'few bytes',
  },
  {
    event: 'finished',
    ...{ transfer, ok: true, complete: [anna, ben], failed: [], bytes: TOTAL, resentBytes: 0, filledBytes: 2000 },
    ...{ transmissions: 2, durationMs: 900 },
  },
];

/** The snapshot after the first `count` events, each printed as JSON and parsed again, 100 ms apart. */
function snapshotAfter(count: number) {
  let state = beginning('Studio A', files);
  events.slice(0, count).forEach((event, i) => {
    const parsed = parseTeacherEvent(JSON.stringify({ ...event, at: 1000 + i * 100 }));
    if (parsed === undefined) throw new Error(`${event.event} is not known`);
    state = afterEvent(state, parsed);
  });
  return snapshotOf(state, 1000 + count * 100);
}

const countOfFirst = (wanted: TeacherEvent['event']) => events.findIndex(({ event }) => event === wanted) + 1;

describe('the picture from events', () => {
  it('has a room and students before the first announcement', () => {
    expect(snapshotAfter(3)).toMatchObject({
      room: { name: 'Studio A', port: 4711 },
      students: [{ name: 'Anna' }, { name: 'Ben' }],
    });
    expect(snapshotAfter(3).transfers).toEqual([]);
  });

  it('follows the running transmission', () => {
    const [shown] = snapshotAfter(countOfFirst('progress')).transfers;
    expect(shown).toMatchObject({ phase: 'transmitting', sentBytes: TOTAL / 2, rate: 11e6, elapsedMs: 400 });
    expect(shown?.rounds).toMatchObject([{ state: 'running', progress: 0.5 }]);
    expect(shown?.permanent).toMatchObject([
      { name: 'Anna', state: 'receiving', current: true, progress: 0.45, loss: 0.02 },
      { name: 'Ben', state: 'receiving', current: true, progress: 0 },
    ]);
  });

  it('takes the loss maps from the reports and the groups from the scorecard', () => {
    const [shown] = snapshotAfter(countOfFirst('announced') + 8).transfers;
    expect(shown?.phase).toBe('reporting');
    const [first, second] = shown?.permanent ?? [];
    expect(first).toMatchObject({ current: true, state: 'repairing', missingBytes: 2000 });
    expect([...(first?.lossMap ?? [])].slice(0, 5)).toEqual([0, 255, 255, 0, 0]);
    expect(second).toMatchObject({ current: false, state: 'complete', progress: 1 });
    expect([...(shown?.lossMap ?? [])].reduce((sum, count) => sum + count, 0)).toBe(2);
    expect(shown?.lossMap).toHaveLength(LOSS_MAP_CELLS);
  });

  it('shows a fill as a running round', () => {
    const [shown] = snapshotAfter(events.length - 1).transfers;
    expect(shown?.rounds).toMatchObject([
      { transmission: 0, state: 'done', durationMs: 50 },
      { transmission: 1, mode: 'tcp', state: 'running', why: 'few bytes' },
    ]);
  });

  it('ends with the closing sentence', () => {
    const lines = renderTeacher(snapshotAfter(events.length), { columns: 100, colour: false, unicode: true });
    expect(lines.at(-1)).toBe('2 of 2 have both files. 0.9 s, 1 repair round, 2.0 kB by TCP.');
  });

  it('has the code, and each new one; who is paired or a stranger is not in the room yet', () => {
    const student = { id: anna, name: 'Anna', ip: '127.0.0.1' };
    let state = afterEvent(beginning('Studio A', files), { ...room, at: 0 });
    for (const event of [{ event: 'paired', student } as const, { event: 'stranger', stranger: student } as const])
      state = afterEvent(state, { ...event, at: 0 });
    expect(snapshotOf(state, 0)).toMatchObject({ room: { code: '01234567' }, students: [] });
    state = afterEvent(state, { event: 'code', code: '99999999', at: 0 });
    expect(snapshotOf(state, 0)).toMatchObject({ room: { code: '99999999' } });
  });

  it('names whoever failed', () => {
    let state = beginning('Studio A', files);
    const failed: TeacherEvent = {
      event: 'finished',
      ...{ transfer, ok: false, complete: [ben], failed: [{ id: anna, reason: 'The disk is full' }], bytes: TOTAL },
      ...{ resentBytes: 0, filledBytes: 0, transmissions: 1, durationMs: 900 },
    };
    for (const event of [...events.slice(0, 4), failed]) state = afterEvent(state, { ...event, at: 0 });
    expect(snapshotOf(state, 0).transfers[0]?.permanent).toMatchObject([
      { name: 'Anna', state: 'failed', why: 'The disk is full' },
      { name: 'Ben', state: 'complete' },
    ]);
  });
});

describe('lines of the command line', () => {
  it('ignores events that it does not know', () => {
    expect(parseTeacherEvent('{"event":"weather","at":1}')).toBeUndefined();
    expect(parseStudentEnd('{"event":"elected","at":1}')).toBeUndefined();
  });

  it('rejects a known event of another shape', () => {
    expect(() => parseTeacherEvent('{"event":"room","at":1}')).toThrow();
    expect(() => parseTeacherEvent('not JSON')).toThrow();
  });

  it('reads how a student ended', () => {
    const line = '{"event":"complete","at":1,"transfer":"x","files":[{"path":"a","size":1}]}';
    expect(parseStudentEnd(line)).toMatchObject({ files: [{ path: 'a' }] });
    expect(parseStudentEnd('{"event":"failed","at":1,"reason":"full"}')).toMatchObject({ reason: 'full' });
  });
});
