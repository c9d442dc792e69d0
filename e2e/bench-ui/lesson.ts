import { seededRandom } from '../../src-main/transport/seeded-random';
import {
  LOSS_MAP_CELLS,
  type MemberView,
  type RoundView,
  type StudentView,
  type TeacherSnapshot,
  type TransferView,
} from '../../src-shared/ipc/snapshots';

const TOTAL_BYTES = 480_000_000;
const RATE = 60_000_000;
const FIRST_PASS = 60;
const FIRST_ROUND = 35;
const SECOND_ROUND = 25;
/** Pictures of one lesson: at ten a second, twelve seconds. */
const LESSON_PICTURES = FIRST_PASS + FIRST_ROUND + SECOND_ROUND;

const room = {
  name: 'Assembly hall',
  address: '192.168.12.4',
  port: 47_470,
  fingerprint: 'f'.repeat(64),
  group: '239.255.12.4',
  groupPort: 47_472,
  dataPath: 'dgram' as const,
  code: '12345678',
};

/** What one student loses: which cells in the first pass, and which of those again in the first repair round. */
interface Losses {
  readonly view: StudentView;
  readonly lag: number;
  readonly first: Uint8Array;
  readonly again: Uint8Array;
}

/**
 * Pictures of a whole lesson in which everything changes all the time: a first pass with scattered loss, a repair round
 * for everybody, and one for the tenth of the class that lost something again.
 */
export function lesson(students: number): TeacherSnapshot[] {
  const hall = Array.from({ length: students }, (_, index) => lossesOf(index));
  return Array.from({ length: LESSON_PICTURES }, (_, picture) => snapshotAt(hall, picture));
}

function lossesOf(index: number): Losses {
  const random = seededRandom(index + 1);
  const id = Array.from({ length: 64 }, () => Math.floor(random() * 16).toString(16)).join('');
  const ip = `10.0.${index >> 8}.${index & 255}`;
  const view = { id, name: `Student ${index + 1}`, ip, connected: true, freeBytes: 80e9 };
  const first = new Uint8Array(LOSS_MAP_CELLS).map(() => (random() < 0.12 ? 40 + Math.floor(random() * 215) : 0));
  const again = first.map((value) => (index % 10 === 0 && random() < 0.3 ? value : 0));
  return { view, lag: random() * 0.02, first, again };
}

function snapshotAt(hall: readonly Losses[], picture: number): TeacherSnapshot {
  const permanent = hall.map((losses) => memberAt(losses, picture));
  return {
    room,
    students: hall.map(({ view }) => view),
    strangers: [],
    groups: [],
    doctor: null,
    transfers: [transferAt(permanent, picture)],
    channels: { found: [], published: [], subscribed: [] },
    devices: { state: 'off', folder: null, address: null, port: null, sessions: [] },
  };
}

function memberAt({ view, lag, first, again }: Losses, picture: number): MemberView {
  const base = { id: view.id, name: view.name, ip: view.ip ?? '', rate: RATE * (1 - lag), loss: lag };
  const member = (state: MemberView['state'], lossMap: Uint8Array): MemberView => {
    const missingBytes = missingOf(lossMap);
    return {
      ...base,
      state,
      current: state !== 'complete',
      missingBytes,
      progress: 1 - missingBytes / TOTAL_BYTES,
      lossMap,
    };
  };
  if (picture < FIRST_PASS) return member('receiving', without(allMissing, picture / FIRST_PASS - lag));
  const inFirst = (picture - FIRST_PASS + 1) / FIRST_ROUND;
  if (inFirst <= 1) return member('repairing', merged(without(first, inFirst), again, inFirst));
  const inSecond = (picture - FIRST_PASS - FIRST_ROUND + 1) / SECOND_ROUND;
  const left = without(again, inSecond);
  return member(missingOf(left) === 0 ? 'complete' : 'repairing', left);
}

const allMissing = new Uint8Array(LOSS_MAP_CELLS).fill(255);

/** A map whose cells below `share` of the transfer have arrived. */
function without(map: Uint8Array, share: number): Uint8Array {
  return map.map((value, cell) => (cell < share * LOSS_MAP_CELLS ? 0 : value));
}

/** A map in which what was lost again below `share` is missing still. */
function merged(map: Uint8Array, again: Uint8Array, share: number): Uint8Array {
  return map.map((value, cell) => (cell < share * LOSS_MAP_CELLS ? (again[cell] ?? 0) : value));
}

function missingOf(map: Uint8Array): number {
  return Math.round((map.reduce((sum, value) => sum + value, 0) / 255 / LOSS_MAP_CELLS) * TOTAL_BYTES);
}

function transferAt(permanent: readonly MemberView[], picture: number): TransferView {
  const lossMap = new Uint16Array(LOSS_MAP_CELLS).map(
    (_, cell) => permanent.filter(({ lossMap: own }) => (own[cell] ?? 0) > 0).length,
  );
  return {
    id: '5fd1e07b22c94a18',
    createdAt: 0,
    audience: 'everyone',
    start: { when: 'now' },
    files: Array.from({ length: 12 }, (_, index) => ({
      path: `Concert/${String(index + 1).padStart(2, '0')} Movement.wav`,
      size: TOTAL_BYTES / 12,
      start: (index * TOTAL_BYTES) / 12,
    })),
    covers: [],
    totalBytes: TOTAL_BYTES,
    contentBytes: TOTAL_BYTES,
    phase: 'transmitting',
    paused: false,
    rate: RATE,
    rounds: roundsAt(permanent, picture),
    permanent,
    lossMap,
    sentBytes: (TOTAL_BYTES * Math.min(picture, FIRST_PASS)) / FIRST_PASS,
    resentBytes: Math.max(0, picture - FIRST_PASS) * 1_000_000,
    filledBytes: 0,
    elapsedMs: picture * 100,
  };
}

function roundsAt(permanent: readonly MemberView[], picture: number): RoundView[] {
  const starts = [0, FIRST_PASS, FIRST_PASS + FIRST_ROUND, LESSON_PICTURES];
  return [0, 1, 2].flatMap((transmission) => {
    const start = starts[transmission] ?? 0;
    const length = (starts[transmission + 1] ?? LESSON_PICTURES) - start;
    if (picture < start) return [];
    const progress = Math.min(1, (picture - start + 1) / length);
    const round: RoundView = {
      transmission,
      mode: transmission === 0 ? 'plain' : 'coded',
      why: 'what the class misses',
      bytes: transmission === 0 ? TOTAL_BYTES : TOTAL_BYTES / 10,
      students: permanent.map(({ id }) => id),
      state: progress < 1 ? 'running' : 'done',
      progress,
      durationMs: (picture - start) * 100,
    };
    return [round];
  });
}
