import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ClassList } from '../classroom/class-list';
import type { ChannelArrival } from '../library/channel-inbox';
import { type Identity, loadIdentity } from '../security/identity';
import { TrustStore } from '../security/trust-store';
import { ChannelSharing, type ChannelsWanted } from './channel-sharing';

const LOOPBACK = '127.0.0.1';
const PATIENCE = { timeout: 30_000, interval: 20 };
const SUBJECT = 'studio-a.takes';
const NOTHING: ChannelsWanted = { publications: [], subscriptions: [], archiveOn: false };

let base: string;
let takes: string;
let open: ChannelSharing[];

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'tutti-channels-'));
  takes = join(base, 'takes');
  mkdirSync(takes);
  open = [];
});
afterEach(async () => {
  await Promise.all(open.map((sharing) => sharing.close()));
  rmSync(base, { recursive: true, force: true });
});

interface Machine {
  readonly sharing: ChannelSharing;
  readonly arrivals: ChannelArrival[];
  readonly problems: string[];
  /** Where what it follows goes. */
  readonly folder: string;
}

interface Own {
  readonly identity: Identity;
  readonly classList: ClassList;
  readonly pins: TrustStore;
}

async function ownOf(name: string): Promise<Own> {
  const stateDir = join(base, name);
  const [identity, classList, pins] = await Promise.all([
    loadIdentity(stateDir),
    ClassList.load(stateDir),
    TrustStore.load(stateDir),
  ]);
  return { identity, classList, pins };
}

function start(name: string, own: Own): Machine {
  const arrivals: ChannelArrival[] = [];
  const problems: string[] = [];
  const folder = join(base, `${name}’s music`);
  const sharing = new ChannelSharing({
    ...{ name, folder, ...own },
    stateDir: join(base, name),
    interface: LOOPBACK,
    listen: { host: LOOPBACK, port: 0 },
    ttl: 0,
    onArrival: (arrival) => arrivals.push(arrival),
    onProblem: (sentence) => problems.push(sentence),
  });
  open.push(sharing);
  return { sharing, arrivals, problems, folder };
}

/** A teacher and a student who have been paired. */
async function pair(): Promise<{ teacher: Own; student: Own }> {
  const [teacher, student] = await Promise.all([ownOf('teacher'), ownOf('student')]);
  await student.pins.pin(teacher.identity.fingerprint, 'Studio A');
  await teacher.classList.pair({ id: student.identity.fingerprint, name: 'Ana' }, 0);
  return { teacher, student };
}

const publishing = (archiveOn: boolean): ChannelsWanted => ({
  ...NOTHING,
  publications: [{ subject: SUBJECT, folder: takes }],
  archiveOn,
});
const following: ChannelsWanted = { ...NOTHING, subscriptions: [{ pattern: SUBJECT, from: 'beginning' }] };

const until = (check: () => void) => vi.waitFor(check, PATIENCE);

it('brings a folder’s files to who follows it, by way of the archive too, and tells of each', async () => {
  const music = randomBytes(700_000);
  writeFileSync(join(takes, 'Take 1.wav'), music);
  const { teacher, student } = await pair();
  const studio = start('teacher', teacher);
  await studio.sharing.serve(publishing(true));
  await until(() => {
    const [publication] = studio.sharing.view().published;
    expect(publication).toMatchObject({ state: 'open', subject: SUBJECT, folder: takes });
    expect(publication?.archive).toMatchObject({ state: 'on', unacknowledged: 0 });
    expect(publication?.archive.storedPackets).toBeGreaterThan(400);
  });

  const ana = start('student', student);
  await ana.sharing.serve(NOTHING);
  await until(() => expect(ana.sharing.view().found.map(({ subject }) => subject)).toEqual([SUBJECT]));
  await ana.sharing.serve(following);
  await until(() => expect(ana.arrivals).toHaveLength(1));
  const path = `${SUBJECT}/Take 1.wav`;
  expect(ana.arrivals[0]).toEqual({ from: SUBJECT, path, size: music.length, at: expect.any(Number) });
  expect(readFileSync(join(ana.folder, path)).equals(music)).toBe(true);
  // Its own channel and its own archive are no others'.
  expect(studio.sharing.view().published[0]?.subscribers.map(({ name }) => name)).toEqual(['student']);
  expect(studio.sharing.view().found).toEqual([]);
  expect([...studio.problems, ...ana.problems]).toEqual([]);

  await ana.sharing.serve(NOTHING);
  expect(ana.sharing.view().subscribed).toEqual([]);
  await studio.sharing.serve(publishing(false));
  await until(() => expect(studio.sharing.view().published[0]?.archive.state).not.toBe('on'));
  expect(studio.sharing.view().published[0]?.state).toBe('open');
});

it('says why a folder cannot be published, and leaves the other channels alone', async () => {
  const { teacher } = await pair();
  const studio = start('teacher', teacher);
  writeFileSync(join(base, 'file'), '');
  const wanted = publishing(false);
  const broken = { subject: 'studio-a.scores', folder: join(base, 'file') };
  await studio.sharing.serve({ ...wanted, publications: [...wanted.publications, broken] });
  const views = studio.sharing.view().published;
  expect(views.map(({ subject, state }) => [subject, state])).toEqual([
    [SUBJECT, 'open'],
    ['studio-a.scores', 'failed'],
  ]);
  expect(views[1]?.failure).toMatch(/./);
  // Somebody has put it right.
  renameSync(join(base, 'file'), join(base, 'other'));
  await studio.sharing.serve();
  expect(studio.sharing.view().published.map(({ state }) => state)).toEqual(['open', 'open']);
});

it('starts nothing after it was closed', async () => {
  const { teacher } = await pair();
  const studio = start('teacher', teacher);
  await Promise.all([studio.sharing.serve(publishing(false)), studio.sharing.close()]);
  await studio.sharing.serve(publishing(false));
  expect(studio.sharing.view().published).toEqual([]);
});
