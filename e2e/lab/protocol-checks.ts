import type { Stamped, StudentEvent, TeacherEvent } from '../../src-shared/ipc/events';
import { EMPTY, intersect, normalize, type RangeSet, sizeOf, subtract, union } from '../../src-shared/ranges/range-set';
import { serialDistance, serialIsAfter } from '../../src-shared/ranges/serial-number';

/**
 * What can be told from the JSON events alone: whether a session kept the protocol (PROTOCOL.md section 4.2). Every check
 * takes what was printed and gives one sentence for each breach; no sentence, no breach.
 */
export interface SessionLog {
  readonly teacher: readonly Stamped<TeacherEvent>[];
  /** By student id. A student that was started again has one log for each start. */
  readonly students: ReadonlyMap<string, readonly (readonly Stamped<StudentEvent>[])[]>;
  /** Students that the test itself cut off: their control connections may break. */
  readonly disturbed: ReadonlySet<string>;
  /** Ranges may be rounded up to whole payloads of this many bytes. */
  readonly payloadBytes: number;
}

type Event<K extends TeacherEvent['event']> = Extract<Stamped<TeacherEvent>, { event: K }>;

export function breaches(log: SessionLog): string[] {
  const studentBreaches = [...log.students].flatMap(([id, starts]) =>
    starts.flatMap((events) => [...checkElections(events), ...checkStudentDataChannel(events)].map(attribute(id))),
  );
  return [
    ...checkRetransmissionSets(log.teacher, log.payloadBytes),
    ...checkTeacherDataChannel(log.teacher),
    ...checkControlConnections(log.teacher, log.disturbed),
    ...checkCurrentGroup(log.teacher),
    ...checkSequenceNumbers(log.teacher),
    ...checkFinished(log.teacher),
    ...studentBreaches,
  ];
}

const attribute = (id: string) => (breach: string) => `student ${id.slice(0, 8)}: ${breach}`;

/** What each student said last that it misses. A student that has just (re-)enrolled has said nothing yet. */
export class LatestReports {
  readonly #missing = new Map<string, RangeSet>();

  take(event: Stamped<TeacherEvent>): void {
    if (event.event === 'enrolled') this.#missing.delete(event.student.id);
    if (event.event === 'report') this.#missing.set(event.student, normalize(event.missing));
  }

  of(student: string): RangeSet | undefined {
    return this.#missing.get(student);
  }
}

/**
 * Each retransmission brings the union of what the students that it is for reported missing, cut to what was announced before;
 * only rounding to payloads may add to it. With parity it sends fewer bytes than that, never more.
 */
export function checkRetransmissionSets(events: readonly Stamped<TeacherEvent>[], payloadBytes: number): string[] {
  const reports = new LatestReports();
  const found: string[] = [];
  let announced: RangeSet = EMPTY;
  for (const event of events) {
    reports.take(event);
    if (event.event !== 'announced') continue;
    const ranges = normalize(event.ranges);
    const isAsMuch = event.mode === 'coded' ? event.bytes < sizeOf(ranges) : event.bytes === sizeOf(ranges);
    if (!isAsMuch) found.push(`transmission ${event.transmission}: "bytes" is not what its ranges hold`);
    const isFirst = sizeOf(announced) === 0;
    if (!isFirst) found.push(...compareWithUnion(event, ranges, announced, reports, payloadBytes));
    announced = isFirst && event.transmission > 0 ? [[0, Number.MAX_SAFE_INTEGER]] : union(announced, ranges);
  }
  return found;
}

function compareWithUnion(
  { transmission, students }: Event<'announced'>,
  ranges: RangeSet,
  announced: RangeSet,
  reports: LatestReports,
  payloadBytes: number,
): string[] {
  const said = students.map((student) => reports.of(student));
  const wanted = intersect(union(...said.map((missing) => missing ?? EMPTY)), announced);
  const found: string[] = [];
  const lacking = sizeOf(subtract(wanted, ranges));
  if (lacking > 0)
    found.push(`transmission ${transmission}: lacks ${lacking} bytes that its students reported missing`);
  // One that has not reported yet may miss anything.
  const strays = said.includes(undefined) ? EMPTY : subtract(ranges, wanted);
  const beyondRounding = strays.filter(([start, end]) => end - start >= payloadBytes);
  if (beyondRounding.length > 0) {
    found.push(`transmission ${transmission}: holds ${sizeOf(beyondRounding)} bytes that none of its students misses`);
  }
  return found;
}

/** A student answers every announcement, and takes part exactly where it misses something of the ranges. */
function checkElections(events: readonly Stamped<StudentEvent>[]): string[] {
  const found: string[] = [];
  let missing: RangeSet | undefined;
  events.forEach((event, i) => {
    if (event.event === 'report') missing = normalize(event.missing);
    if (event.event !== 'announced') return;
    const { transmission } = event;
    const election = events.slice(i).find((later) => later.event === 'elected' && later.transmission === transmission);
    if (election?.event !== 'elected') {
      if (wasAnsweredByAll(events.slice(i + 1))) found.push(`no election for transmission ${transmission}`);
      return;
    }
    const missesSome = missing === undefined || sizeOf(intersect(missing, normalize(event.ranges))) > 0;
    if (election.join && !missesSome) found.push(`joined transmission ${transmission}, of which it misses nothing`);
    if (!election.join && election.why === '') found.push(`stayed off transmission ${transmission} without a reason`);
  });
  return found;
}

/** A student that went on to the next announcement had time to answer the one before. */
function wasAnsweredByAll(later: readonly Stamped<StudentEvent>[]): boolean {
  return later.some((event) => event.event === 'announced' || event.event === 'complete');
}

/** The teacher's data channel is open exactly while a multicast transmission runs, one at a time. */
export function checkTeacherDataChannel(events: readonly Stamped<TeacherEvent>[]): string[] {
  const found: string[] = [];
  const opened = new Set<number>();
  let open: number | undefined;
  for (const event of events) {
    if (event.event === 'transmitted' && event.datagrams > 0 && open !== event.transmission) {
      found.push(`transmission ${event.transmission}: sent datagrams, and its data channel was not open`);
    }
    if (event.event !== 'dataChannel') continue;
    found.push(...checkTurn(event, open));
    if (event.state === 'open' && opened.has(event.transmission)) {
      found.push(`transmission ${event.transmission}: data channel opened twice`);
    }
    opened.add(event.transmission);
    open = event.state === 'open' ? event.transmission : undefined;
  }
  if (open !== undefined && has(events, 'finished')) found.push(`transmission ${open}: data channel never closed`);
  return found;
}

/** A student opens the data channel for those multicast transmissions that it joined, closes it, and only then reports. */
function checkStudentDataChannel(events: readonly Stamped<StudentEvent>[]): string[] {
  const found: string[] = [];
  const joined = joinedByMulticast(events);
  const opened = new Set<number>();
  let open: number | undefined;
  for (const event of events) {
    if (event.event === 'report' && open === event.transmission) {
      found.push(`reported on transmission ${open} while its data channel was open`);
    }
    if (event.event !== 'dataChannel') continue;
    found.push(...checkTurn(event, open));
    if (!joined.has(event.transmission)) found.push(`data channel for transmission ${event.transmission}, not joined`);
    opened.add(event.transmission);
    open = event.state === 'open' ? event.transmission : undefined;
  }
  const ended = events.some((event) => event.event === 'complete' || event.event === 'failed');
  if (open !== undefined && ended) found.push(`data channel of transmission ${open} never closed`);
  for (const transmission of joined) {
    if (ended && !opened.has(transmission)) found.push(`joined transmission ${transmission} without a data channel`);
  }
  return found;
}

function joinedByMulticast(events: readonly Stamped<StudentEvent>[]): Set<number> {
  const overTcp = new Set(
    events.flatMap((event) => (event.event === 'announced' && event.mode === 'tcp' ? [event.transmission] : [])),
  );
  const joined = events.flatMap((event) => (event.event === 'elected' && event.join ? [event.transmission] : []));
  return new Set(joined.filter((transmission) => !overTcp.has(transmission)));
}

function checkTurn(
  { transmission, state }: { transmission: number; state: string },
  open: number | undefined,
): string[] {
  if (state === 'open' && open !== undefined) {
    return [`transmission ${transmission}: data channel opened while that of ${open} was open`];
  }
  if (state === 'closed' && open !== transmission) {
    return [`transmission ${transmission}: data channel closed, but it was not open`];
  }
  return [];
}

/** Control connections stay up from the enrolment to the end. */
function checkControlConnections(events: readonly Stamped<TeacherEvent>[], disturbed: ReadonlySet<string>): string[] {
  const found: string[] = [];
  const enrolled = new Set<string>();
  for (const event of events) {
    if (event.event === 'finished') break;
    if (event.event === 'left' && !disturbed.has(event.student)) {
      found.push(`student ${event.student.slice(0, 8)} lost its control connection`);
    }
    if (event.event !== 'enrolled') continue;
    const { id } = event.student;
    if (enrolled.has(id) && !disturbed.has(id)) found.push(`student ${id.slice(0, 8)} enrolled more than once`);
    enrolled.add(id);
  }
  return found;
}

/** A student is in the current transmission group until its report is empty or it failed, and no longer. */
function checkCurrentGroup(events: readonly Stamped<TeacherEvent>[]): string[] {
  const reports = new LatestReports();
  const found: string[] = [];
  let before = new Set<string>();
  for (const event of events) {
    reports.take(event);
    if (event.event !== 'scorecard') continue;
    const current = new Set(event.current);
    for (const { id, state } of event.permanent) {
      const missing = reports.of(id);
      const hasAll = missing !== undefined && sizeOf(missing) === 0;
      const where = `transmission ${event.transmission}: student ${id.slice(0, 8)}`;
      if (current.has(id) && hasAll) found.push(`${where} is in the current group with an empty report`);
      if (current.has(id) && state === 'failed') found.push(`${where} is in the current group, but it failed`);
      const stillMisses = before.has(id) ? !hasAll : missing !== undefined && !hasAll;
      if (!current.has(id) && stillMisses && state !== 'failed') {
        found.push(`${where} is out of the current group, but its report is not empty`);
      }
    }
    const permanent = new Set(event.permanent.map(({ id }) => id));
    for (const id of current) {
      if (!permanent.has(id)) found.push(`student ${id.slice(0, 8)} is in the current, not in the permanent group`);
    }
    before = current;
  }
  return found;
}

/** Sequence numbers are unique, and grow from one transmission to the next (RFC 1982 order). */
export function checkSequenceNumbers(events: readonly Stamped<TeacherEvent>[]): string[] {
  const found: string[] = [];
  let last: number | undefined;
  for (const event of events) {
    if (event.event !== 'transmitted' || event.datagrams === 0) continue;
    const { transmission, firstSequence, lastSequence, datagrams } = event;
    if (last !== undefined && !serialIsAfter(firstSequence, last)) {
      found.push(`transmission ${transmission}: starts at ${firstSequence}, not after ${last}`);
    }
    if (serialDistance(firstSequence, lastSequence) + 1 < datagrams) {
      found.push(`transmission ${transmission}: ${datagrams} datagrams in fewer sequence numbers`);
    }
    last = lastSequence;
  }
  return found;
}

/** The closing event agrees with everything before it. */
function checkFinished(events: readonly Stamped<TeacherEvent>[]): string[] {
  const finished = events.find((event): event is Event<'finished'> => event.event === 'finished');
  if (finished === undefined) return [];
  const { ok, complete, failed, resentBytes, transmissions } = finished;
  const found: string[] = [];
  if (ok !== (failed.length === 0)) found.push(`finished: ok is ${ok} with ${failed.length} failed`);
  const members = [...complete, ...failed.map(({ id }) => id)];
  const permanent = lastOf(events, 'scorecard')?.permanent.map(({ id }) => id) ?? [];
  if (members.toSorted().join() !== permanent.toSorted().join()) {
    found.push('finished: complete and failed together are not the permanent group');
  }
  if (failed.some(({ reason }) => reason === '')) found.push('finished: somebody failed without a reason');
  found.push(...checkComplete(events, complete));
  const rounds = events.filter((event): event is Event<'transmitted'> => event.event === 'transmitted');
  const resent = rounds.reduce(
    (sum, { transmission, payloadBytes, proactiveBytes }) => sum + (transmission > 0 ? payloadBytes : proactiveBytes),
    0,
  );
  if (resent !== resentBytes) found.push(`finished: resentBytes is ${resentBytes}, the rounds sent ${resent}`);
  const numbers = new Set(events.flatMap((event) => (event.event === 'announced' ? [event.transmission] : [])));
  if (numbers.size !== transmissions) found.push(`finished: ${transmissions} transmissions, ${numbers.size} announced`);
  return found;
}

function checkComplete(events: readonly Stamped<TeacherEvent>[], complete: readonly string[]): string[] {
  const reports = new LatestReports();
  for (const event of events) reports.take(event);
  return complete
    .filter((id) => sizeOf(reports.of(id) ?? EMPTY) > 0)
    .map((id) => `finished: student ${id.slice(0, 8)} is complete, but its last report is not empty`);
}

function lastOf<K extends TeacherEvent['event']>(
  events: readonly Stamped<TeacherEvent>[],
  kind: K,
): Event<K> | undefined {
  return events.findLast((event): event is Event<K> => event.event === kind);
}

function has(events: readonly Stamped<TeacherEvent>[], kind: TeacherEvent['event']): boolean {
  return events.some((event) => event.event === kind);
}
