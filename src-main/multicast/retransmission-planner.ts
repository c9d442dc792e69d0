import type { TransmissionMode } from '../../src-shared/ipc/events';
import { EMPTY, type RangeSet, sizeOf, span, union } from '../../src-shared/ranges/range-set';
import { FRUITLESS_ROUNDS, MAX_FILLS, PROACTIVE_MAX, REQUEST_QUOTA, SMALL_LEFTOVER_BYTES } from './params';
import { chooseParity } from './parity-planner';
import type { TransferLayout } from './transfer-layout';

/** How repairs may travel: `auto` chooses, `plain` is multicast without parity only, `tcp` is the control connections only. */
export type RepairPolicy = 'auto' | 'plain' | 'tcp';

/** What the planner knows of one student of the current transmission group. */
export interface Needy {
  readonly id: string;
  /** Units that its latest report names. */
  readonly missing: RangeSet;
  /** Parity units that it names, of chunks which it cannot complete yet. */
  readonly heldParity: RangeSet;
  readonly multicastPath: boolean;
  /** Multicast transmissions in a row that brought it next to nothing. */
  readonly fruitless: number;
  /** Units that it has asked for, over all rounds. */
  readonly requested: number;
  /** Chunks whose digest was wrong twice. */
  readonly forged: number;
  /** TCP fills that it has had. */
  readonly fills: number;
}

export interface PlannerOptions {
  readonly repair: RepairPolicy;
  readonly maxRounds: number;
  /** Multicast retransmission rounds so far. */
  readonly rounds: number;
  /** How many parity units of each chunk have been sent. */
  readonly parityUsed: Uint8Array;
}

/** The next transmission: the minimum retransmission data set of the students it names (PROTOCOL.md section 8). */
export interface RepairPlan {
  readonly mode: TransmissionMode;
  readonly students: readonly string[];
  /** The units that the students miss between them: what it brings. */
  readonly units: RangeSet;
  /** Parity units that are sent in place of their chunks' units. */
  readonly parity: RangeSet;
  /** At most so many parity units follow each chunk, besides its units; none where absent. */
  readonly proactiveParity?: number;
  /** Why it travels this way, in words. */
  readonly why: string;
  /** Students that nothing more can be done for. */
  readonly givenUp: readonly { readonly id: string; readonly reason: string }[];
}

/** How a whole transfer travels: by multicast with repairs, or over each student's control connection alone. */
export type Way = 'multicast' | 'tcp';

/**
 * The first transmission: everything to everybody, by multicast unless TCP was asked for. A transfer without bytes has only
 * its digests to compare, over TCP.
 */
export function planFirst(needy: readonly Needy[], layout: TransferLayout, by: Way, repair: RepairPolicy): RepairPlan {
  const students = needy.map(({ id }) => id);
  const all = { students, units: span(0, layout.unitCount), parity: EMPTY, givenUp: [] };
  if (layout.unitCount === 0) return { ...all, mode: 'tcp', why: 'there are no bytes to send' };
  if (by === 'tcp') return { ...all, mode: 'tcp', why: 'TCP was asked for' };
  const proactive = repair === 'auto' ? { proactiveParity: PROACTIVE_MAX } : {};
  return { ...all, ...proactive, mode: 'plain', why: 'the first transmission' };
}

/**
 * Whether only TCP could have helped a student that failed, and it had none: then it is of use to send to it once more
 * over TCP.
 */
export function wantsTcp(student: Needy, layout: TransferLayout, options: PlannerOptions): boolean {
  if (student.fills > 0) return false;
  return whyNotMulticast(student, layout, { ...options, repair: 'auto' }) !== undefined;
}

/**
 * Decides the next retransmission: the rules of PROTOCOL.md section 8, in their order. The class is served before those whom
 * only TCP reaches.
 */
export function planRepair(needy: readonly Needy[], layout: TransferLayout, options: PlannerOptions): RepairPlan {
  const givenUp: { id: string; reason: string }[] = [];
  const byMulticast: Needy[] = [];
  const byTcp: { student: Needy; why: string }[] = [];
  for (const student of needy) {
    const why = whyNotMulticast(student, layout, options);
    if (why === undefined) byMulticast.push(student);
    else if (options.repair === 'plain')
      givenUp.push({ id: student.id, reason: `${why}, and repair over TCP is switched off` });
    else if (student.fills >= MAX_FILLS)
      givenUp.push({ id: student.id, reason: 'it kept asking for data that it was offered over TCP' });
    else byTcp.push({ student, why });
  }
  if (byMulticast.length > 0) return { ...planMulticast(byMulticast, layout, options), givenUp };
  return {
    mode: 'tcp',
    students: byTcp.map(({ student }) => student.id),
    units: union(...byTcp.map(({ student }) => student.missing)),
    parity: EMPTY,
    why: [...new Set(byTcp.map(({ why }) => why))].join('; '),
    givenUp,
  };
}

/** Why a student cannot or should not be served by multicast; undefined when it should. */
function whyNotMulticast(student: Needy, layout: TransferLayout, options: PlannerOptions): string | undefined {
  if (options.repair === 'tcp') return 'repair by TCP was asked for';
  if (!student.multicastPath) return 'no multicast reaches it';
  if (student.forged > 0) return 'forged datagrams reach it on the group';
  if (student.fruitless >= FRUITLESS_ROUNDS) return 'multicast rounds bring it next to nothing';
  if (student.requested > REQUEST_QUOTA * layout.unitCount) return 'it has used up its share of retransmissions';
  if (options.rounds >= options.maxRounds) return `something is still missing after ${options.maxRounds} rounds`;
  return undefined;
}

function planMulticast(
  students: readonly Needy[],
  layout: TransferLayout,
  options: PlannerOptions,
): Omit<RepairPlan, 'givenUp'> {
  const units = union(...students.map((student) => student.missing));
  const ids = students.map((student) => student.id);
  const plan = { students: ids, units, parity: EMPTY };
  if (sizeOf(units) === 0) return { ...plan, mode: 'tcp', why: 'only the digests are left to compare' };
  const only = students.length === 1;
  const mayFill = options.repair === 'auto' && students.every((student) => student.fills < MAX_FILLS);
  if (only && mayFill && layout.bytesIn(units) <= SMALL_LEFTOVER_BYTES) {
    return { ...plan, mode: 'tcp', why: 'a small leftover of one student' };
  }
  const why = only ? 'one student' : `the union of ${students.length} reports`;
  const { repair, parityUsed } = options;
  if (repair !== 'auto') return { ...plan, mode: 'plain', why };
  const parity = chooseParity(students, units, layout, parityUsed);
  if (parity.length === 0) return { ...plan, mode: 'plain', why };
  return { ...plan, mode: 'coded', parity, why: `${why}, as parity where that is less` };
}
