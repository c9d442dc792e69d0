import { describe, expect, test } from 'vitest';
import type { Stamped, StudentEvent, TeacherEvent } from '../../src-shared/ipc/events';
import type { Range } from '../../src-shared/ranges/range-set';
import { breaches, type SessionLog } from './protocol-checks';

const A = 'a'.repeat(64);
const B = 'b'.repeat(64);
const PAYLOAD = 100;
const TRANSFER = '0123456789abcdef';

type Kind = TeacherEvent['event'];
type Told<K extends Kind> = Extract<TeacherEvent, { event: K }>;

const enrolled = (id: string): TeacherEvent => ({
  event: 'enrolled',
  student: { id, name: id[0] ?? '', ip: '10.77.0.11' },
});
const announced = (transmission: number, ranges: Range[], students: string[]): Told<'announced'> => ({
  event: 'announced',
  transfer: TRANSFER,
  transmission,
  mode: 'plain',
  ranges,
  bytes: bytesOf(ranges),
  students,
  why: '',
});
const report = (student: string, transmission: number, missing: Range[]): TeacherEvent => ({
  event: 'report',
  student,
  ip: '10.77.0.11',
  transmission,
  missing,
  missingBytes: bytesOf(missing),
});
const scorecard = (transmission: number, current: string[]): Told<'scorecard'> => ({
  event: 'scorecard',
  transfer: TRANSFER,
  transmission,
  permanent: [A, B].map((id) => ({ id, state: 'repairing', missingBytes: 0 })),
  current,
});
const channel = (transmission: number, state: 'open' | 'closed') =>
  ({ event: 'dataChannel', transmission, state }) as const;
const transmitted = (transmission: number, firstSequence: number, datagrams: number): TeacherEvent => ({
  event: 'transmitted',
  transmission,
  datagrams,
  payloadBytes: datagrams * PAYLOAD,
  proactiveBytes: 0,
  firstSequence,
  lastSequence: (firstSequence + datagrams - 1) >>> 0,
  durationMs: 1,
});
const finished: Told<'finished'> = {
  event: 'finished',
  transfer: TRANSFER,
  ok: true,
  complete: [A, B],
  failed: [],
  bytes: 1000,
  resentBytes: 200,
  filledBytes: 0,
  transmissions: 2,
  durationMs: 1,
};

/** A session of two students: A loses two payloads, B none. */
const TEACHER: TeacherEvent[] = [
  enrolled(A),
  enrolled(B),
  announced(0, [[0, 1000]], [A, B]),
  channel(0, 'open'),
  transmitted(0, 0xffff_fffa, 10),
  channel(0, 'closed'),
  report(B, 0, []),
  report(A, 0, [[100, 300]]),
  scorecard(0, [A]),
  announced(1, [[100, 300]], [A]),
  channel(1, 'open'),
  transmitted(1, 4, 2),
  channel(1, 'closed'),
  report(A, 1, []),
  scorecard(1, []),
  finished,
];

const heard = (transmission: number, ranges: Range[]): StudentEvent => ({
  event: 'announced',
  transfer: TRANSFER,
  transmission,
  mode: 'plain',
  ranges,
  bytes: bytesOf(ranges),
});
const elected = (transmission: number, join: boolean, why = 'misses nothing'): StudentEvent => ({
  event: 'elected',
  transmission,
  join,
  why,
});
const said = (transmission: number, missing: Range[]): StudentEvent => ({
  event: 'report',
  transmission,
  missing,
  missingBytes: bytesOf(missing),
});
const complete: StudentEvent = { event: 'complete', transfer: TRANSFER, files: [] };

const STUDENT_A: StudentEvent[] = [
  heard(0, [[0, 1000]]),
  elected(0, true),
  channel(0, 'open'),
  channel(0, 'closed'),
  said(0, [[100, 300]]),
  heard(1, [[100, 300]]),
  elected(1, true),
  channel(1, 'open'),
  channel(1, 'closed'),
  said(1, []),
  complete,
];
const STUDENT_B: StudentEvent[] = [
  heard(0, [[0, 1000]]),
  elected(0, true),
  channel(0, 'open'),
  channel(0, 'closed'),
  said(0, []),
  complete,
  heard(1, [[100, 300]]),
  elected(1, false),
];

function bytesOf(ranges: readonly Range[]): number {
  return ranges.reduce((sum, [start, end]) => sum + end - start, 0);
}

const stamp = <E>(events: readonly E[]): Stamped<E>[] => events.map((event, at) => ({ ...event, at }));

function session(teacher = TEACHER, a = STUDENT_A, b = STUDENT_B, disturbed: string[] = []): SessionLog {
  const students = new Map([
    [A, [stamp(a)]],
    [B, [stamp(b)]],
  ]);
  return { teacher: stamp(teacher), students, disturbed: new Set(disturbed), payloadBytes: PAYLOAD };
}

/** The log with one event replaced by others. */
function replace<E>(events: readonly E[], index: number, ...by: E[]): E[] {
  return events.toSpliced(index, 1, ...by);
}

test('a session that keeps the protocol has no breaches', () => {
  expect(breaches(session())).toEqual([]);
});

test('rounding up to whole payloads is no breach', () => {
  const rounded = replace(TEACHER, 9, announced(1, [[50, 349]], [A]));
  expect(breaches(session(rounded))).toEqual([]);
});

test('a student that has not reported may miss anything', () => {
  const rejoined = TEACHER.toSpliced(9, 0, enrolled(A));
  const all = replace(rejoined, 10, announced(1, [[0, 1000]], [A]));
  expect(breaches(session(all, STUDENT_A, STUDENT_B, [A]))).toEqual([]);
});

describe('of the teacher', () => {
  test.each<[string, TeacherEvent[], RegExp]>([
    [
      'a round with bytes nobody misses',
      replace(TEACHER, 9, announced(1, [[100, 500]], [A])),
      /holds 200 bytes that none/,
    ],
    ['a round that lacks reported bytes', replace(TEACHER, 9, announced(1, [[100, 200]], [A])), /lacks 100 bytes/],
    [
      'a wrong byte count',
      replace(TEACHER, 9, { ...announced(1, [[100, 300]], [A]), bytes: 7 }),
      /not what its ranges hold/,
    ],
    ['a round without a data channel', TEACHER.toSpliced(12, 1).toSpliced(10, 1), /its data channel was not open/],
    ['a data channel left open', replace(TEACHER, 12), /1: data channel never closed/],
    ['a data channel that stays open between', replace(TEACHER, 5), /opened while that of 0 was open/],
    ['a data channel closed twice', replace(TEACHER, 5, channel(0, 'closed'), channel(0, 'closed')), /was not open/],
    ['datagrams after the data channel was closed', swap(TEACHER, 11, 12), /its data channel was not open/],
    [
      'a transmission opened twice',
      replace(TEACHER, 12, channel(1, 'closed'), channel(1, 'open'), channel(1, 'closed')),
      /twice/,
    ],
    ['a lost control connection', replace(TEACHER, 8, { event: 'left', student: B, reason: '' }), /lost its control/],
    ['a second enrolment', TEACHER.toSpliced(8, 0, enrolled(B)), /more than once/],
    ['a current group with somebody who has all', replace(TEACHER, 8, scorecard(0, [A, B])), /with an empty report/],
    ['a current group without somebody who misses', replace(TEACHER, 8, scorecard(0, [])), /its report is not empty/],
    ['a current group with a failed student', replace(TEACHER, 8, failedScorecard()), /but it failed/],
    [
      'a current group with a stranger',
      replace(TEACHER, 8, scorecard(0, [A, 'c'.repeat(64)])),
      /not in the permanent group/,
    ],
    ['sequence numbers used again', replace(TEACHER, 11, transmitted(1, 3, 2)), /not after 3/],
    ['more datagrams than numbers', replace(TEACHER, 11, crowded()), /in fewer sequence numbers/],
    [
      'ok with a failed student',
      replace(TEACHER, 15, { ...finished, complete: [B], failed: [{ id: A, reason: 'x' }] }),
      /ok is true/,
    ],
    ['a failure without a reason', replace(TEACHER, 15, unexplained()), /without a reason/],
    ['a forgotten student', replace(TEACHER, 15, { ...finished, complete: [A] }), /are not the permanent group/],
    ['complete with a non-empty report', replace(TEACHER, 13, report(A, 1, [[100, 200]])), /last report is not empty/],
    ['a wrong count of resent bytes', replace(TEACHER, 15, { ...finished, resentBytes: 1 }), /resentBytes is 1/],
    [
      'a wrong count of transmissions',
      replace(TEACHER, 15, { ...finished, transmissions: 3 }),
      /3 transmissions, 2 announced/,
    ],
  ])('%s is found', (_, teacher, sentence) => {
    expect(breaches(session(teacher)).join('\n')).toMatch(sentence);
  });
});

describe('of a student', () => {
  test.each<[string, StudentEvent[], RegExp]>([
    ['no election', replace(STUDENT_A, 1), /no election for transmission 0/],
    ['joining without need', replace(STUDENT_A, 4, said(0, [])), /joined transmission 1, of which it misses nothing/],
    ['a data channel for a TCP round', replace(STUDENT_A, 5, overTcp()), /transmission 1, not joined/],
    ['staying off without a reason', replace(STUDENT_A, 6, elected(1, false, '')), /without a reason/],
    ['a data channel that it did not join', replace(STUDENT_A, 6, elected(1, false)), /transmission 1, not joined/],
    ['a report on an open data channel', swap(STUDENT_A, 8, 9), /reported on transmission 1 while/],
    ['a data channel left open', replace(STUDENT_A, 8), /never closed/],
    ['joining without a data channel', STUDENT_A.toSpliced(7, 2), /without a data channel/],
  ])('%s is found', (_, student, sentence) => {
    expect(breaches(session(TEACHER, student)).join('\n')).toMatch(sentence);
  });
});

test('a student that the test cut off may come back', () => {
  const left: TeacherEvent = { event: 'left', student: A, reason: 'gone' };
  const cutOff = TEACHER.toSpliced(4, 0, left, enrolled(A));
  expect(breaches(session(cutOff, STUDENT_A, STUDENT_B, [A]))).toEqual([]);
  expect(breaches(session(cutOff))).not.toEqual([]);
});

function swap<E>(events: readonly E[], i: number, j: number): E[] {
  return events.map((event, k) => (k === i ? (events[j] ?? event) : k === j ? (events[i] ?? event) : event));
}

function failedScorecard(): TeacherEvent {
  const card = scorecard(0, [A]);
  return { ...card, permanent: card.permanent.map((entry) => ({ ...entry, state: 'failed' })) };
}

function unexplained(): TeacherEvent {
  return { ...finished, ok: false, complete: [B], failed: [{ id: A, reason: '' }] };
}

function crowded(): TeacherEvent {
  return {
    event: 'transmitted',
    transmission: 1,
    datagrams: 5,
    payloadBytes: 200,
    proactiveBytes: 0,
    firstSequence: 4,
    lastSequence: 5,
    durationMs: 1,
  };
}

function overTcp(): StudentEvent {
  return { event: 'announced', transfer: TRANSFER, transmission: 1, mode: 'tcp', ranges: [[100, 300]], bytes: 200 };
}
