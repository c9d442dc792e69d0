import type {
  ScorecardEntry,
  Stamped,
  StudentIdentity,
  StudentProgress,
  TeacherEvent,
} from '../../src-shared/ipc/events';
import {
  type FileView,
  LOSS_MAP_CELLS,
  type MemberView,
  type RoomSnapshot,
  type RoomView,
  type RoundView,
  type TransferPhase,
  type TransferView,
} from '../../src-shared/ipc/snapshots';
import { EMPTY, type RangeSet } from '../../src-shared/ranges/range-set';

/** The teacher's picture, put together from nothing but the events that `tutti send --json` prints. */

export interface TeacherState {
  readonly roomName: string;
  readonly files: readonly FileView[];
  readonly room: RoomView | null;
  /** Everybody who ever enrolled: the permanent transmission group. */
  readonly enrolled: readonly StudentIdentity[];
  readonly scorecard: ReadonlyMap<string, ScorecardEntry>;
  readonly current: ReadonlySet<string>;
  /** The ranges of each student's latest report. */
  readonly missing: ReadonlyMap<string, RangeSet>;
  readonly progress: ReadonlyMap<string, StudentProgress>;
  readonly rounds: readonly Round[];
  readonly transfer: string;
  readonly totalBytes: number;
  readonly sentBytes: number;
  readonly rate: number;
  readonly finished: Extract<TeacherEvent, { event: 'finished' }> | undefined;
}

interface Round extends RoundView {
  /** When it was announced, ms since 1970. */
  readonly since: number;
}

type EventOf<Name extends TeacherEvent['event']> = Stamped<Extract<TeacherEvent, { event: Name }>>;

/** Before the first event. */
export function beginning(roomName: string, files: readonly { path: string; size: number }[]): TeacherState {
  let start = 0;
  const placed = files.map(({ path, size }) => {
    start += size;
    return { path, size, start: start - size };
  });
  return {
    roomName,
    files: placed,
    room: null,
    enrolled: [],
    scorecard: new Map(),
    current: new Set(),
    missing: new Map(),
    progress: new Map(),
    rounds: [],
    transfer: '',
    totalBytes: 0,
    sentBytes: 0,
    rate: 0,
    finished: undefined,
  };
}

/** The state after one more event. */
export function afterEvent(state: TeacherState, event: Stamped<TeacherEvent>): TeacherState {
  switch (event.event) {
    case 'room':
      return { ...state, room: { ...event, name: state.roomName } };
    case 'code':
      return { ...state, room: state.room === null ? null : { ...state.room, code: event.code } };
    case 'enrolled':
      return { ...state, enrolled: withStudent(state.enrolled, event.student) };
    case 'announced':
      return announced(state, event);
    case 'dataChannel':
      return event.state === 'open' ? withRound(state, event.transmission, { state: 'running' }) : state;
    case 'progress':
      return advanced(state, event);
    case 'transmitted':
      return transmitted(state, event);
    case 'report':
      return { ...state, missing: new Map(state.missing).set(event.student, event.missing) };
    case 'scorecard':
      return {
        ...state,
        scorecard: new Map(event.permanent.map((entry) => [entry.id, entry])),
        current: new Set(event.current),
      };
    case 'unrecoverable':
      return { ...state, missing: new Map(state.missing).set(event.student, event.ranges) };
    case 'finished':
      return finished(state, event);
    case 'paired':
    case 'stranger':
    case 'left':
    case 'elected':
    case 'problem':
      // What follows from them is told by other events, or not drawn.
      return state;
  }
}

/** What a display draws of a state. `now` in ms since 1970. */
export function snapshotOf(state: TeacherState, now: number): RoomSnapshot {
  const transfers = state.rounds.length === 0 ? [] : [transferView(state, now)];
  const students = state.enrolled.map((student) => ({ ...student, connected: true }));
  return { room: state.room, students, strangers: [], groups: [], doctor: null, transfers };
}

function withStudent(enrolled: readonly StudentIdentity[], student: StudentIdentity): StudentIdentity[] {
  return [...enrolled.filter(({ id }) => id !== student.id), student];
}

function announced(state: TeacherState, event: EventOf<'announced'>): TeacherState {
  const { transmission, mode, why, bytes, students, at } = event;
  const round: Round = {
    ...{ transmission, mode, why, bytes, students, progress: 0, durationMs: 0, since: at },
    // There is no data channel to open where the control connection carries the bytes.
    state: mode === 'tcp' ? 'running' : 'announced',
  };
  const before = state.rounds.map((earlier): Round => ({ ...earlier, state: 'done', progress: 1 }));
  const totalBytes = transmission === 0 ? bytes : state.totalBytes;
  return { ...state, transfer: event.transfer, totalBytes, progress: new Map(), rounds: [...before, round] };
}

function advanced(state: TeacherState, event: EventOf<'progress'>): TeacherState {
  const round = state.rounds.find(({ transmission }) => transmission === event.transmission);
  const progress = round === undefined || round.bytes === 0 ? 0 : event.sentBytes / round.bytes;
  const sentBytes = event.transmission === 0 ? event.sentBytes : state.sentBytes;
  const next = { ...state, sentBytes, rate: event.rate, progress: new Map(event.students.map((one) => [one.id, one])) };
  return withRound(next, event.transmission, { progress });
}

function transmitted(state: TeacherState, event: EventOf<'transmitted'>): TeacherState {
  const sentBytes = event.transmission === 0 ? state.totalBytes : state.sentBytes;
  const done = { state: 'reporting', progress: 1, durationMs: event.durationMs } as const;
  return withRound({ ...state, sentBytes }, event.transmission, done);
}

function finished(state: TeacherState, event: EventOf<'finished'>): TeacherState {
  const scorecard = new Map(state.scorecard);
  for (const id of event.complete) scorecard.set(id, { id, state: 'complete', missingBytes: 0 });
  for (const { id, reason } of event.failed) {
    scorecard.set(id, { id, state: 'failed', missingBytes: scorecard.get(id)?.missingBytes ?? 0, why: reason });
  }
  const rounds = state.rounds.map(
    (round): Round => ({
      ...round,
      state: 'done',
      progress: 1,
      durationMs: round.durationMs || event.at - round.since,
    }),
  );
  return { ...state, scorecard, rounds, current: new Set(), finished: event };
}

function withRound(state: TeacherState, transmission: number, change: Partial<RoundView>): TeacherState {
  const rounds = state.rounds.map((round) => (round.transmission === transmission ? { ...round, ...change } : round));
  return { ...state, rounds };
}

function transferView(state: TeacherState, now: number): TransferView {
  const permanent = state.enrolled.map((student) => memberView(state, student));
  return {
    id: state.transfer,
    createdAt: state.rounds[0]?.since ?? now,
    audience: 'everyone',
    start: { when: 'now' },
    files: state.files,
    covers: [],
    totalBytes: state.totalBytes,
    contentBytes: state.files.reduce((sum, file) => sum + file.size, 0),
    phase: phaseOf(state),
    paused: false,
    rate: state.rate,
    rounds: state.rounds.map((round) => withDuration(round, now)),
    permanent,
    lossMap: membersMissing(permanent),
    sentBytes: state.sentBytes,
    resentBytes: state.finished?.resentBytes ?? 0,
    filledBytes: state.finished?.filledBytes ?? 0,
    elapsedMs: state.finished?.durationMs ?? now - (state.rounds[0]?.since ?? now),
  };
}

function phaseOf({ rounds, finished }: TeacherState): TransferPhase {
  if (finished !== undefined) return 'finished';
  switch (rounds.at(-1)?.state) {
    case 'running':
      return 'transmitting';
    case 'reporting':
      return 'reporting';
    default:
      return 'announcing';
  }
}

function withDuration(round: Round, now: number): RoundView {
  return round.state === 'running' ? { ...round, durationMs: now - round.since } : round;
}

function memberView(state: TeacherState, { id, name, ip }: StudentIdentity): MemberView {
  const entry: ScorecardEntry = state.scorecard.get(id) ?? { id, state: 'waiting', missingBytes: state.totalBytes };
  const running = state.finished === undefined ? state.progress.get(id) : undefined;
  const has = state.totalBytes > 0 ? 1 - entry.missingBytes / state.totalBytes : 0;
  const missing = entry.state === 'complete' ? EMPTY : (state.missing.get(id) ?? EMPTY);
  return {
    ...{ id, name, ip, state: entry.state, missingBytes: entry.missingBytes },
    ...(entry.why === undefined ? {} : { why: entry.why }),
    current: state.current.has(id),
    progress: Math.max(has, running?.progress ?? 0),
    rate: running?.rate ?? 0,
    loss: running?.loss ?? 0,
    lossMap: lossMap(missing, state.totalBytes),
  };
}

/** How much of each of LOSS_MAP_CELLS equal parts of the transfer the ranges cover, 0…255. */
function lossMap(missing: RangeSet, totalBytes: number): Uint8Array {
  const covered = new Float64Array(LOSS_MAP_CELLS);
  const cellBytes = totalBytes / LOSS_MAP_CELLS;
  for (const [start, end] of missing) {
    const last = Math.min(LOSS_MAP_CELLS - 1, Math.floor(end / cellBytes));
    for (let cell = Math.floor(start / cellBytes); cell <= last; cell++) {
      const bytes = Math.min(end, (cell + 1) * cellBytes) - Math.max(start, cell * cellBytes);
      covered[cell] = (covered[cell] ?? 0) + bytes / cellBytes;
    }
  }
  // Rounded up: one lost byte must show.
  return Uint8Array.from(covered, (share) => Math.min(255, Math.ceil(share * 255)));
}

function membersMissing(members: readonly MemberView[]): Uint16Array {
  const counts = new Uint16Array(LOSS_MAP_CELLS);
  for (const { lossMap } of members) {
    lossMap.forEach((missing, cell) => {
      if (missing > 0) counts[cell] = (counts[cell] ?? 0) + 1;
    });
  }
  return counts;
}
