import type { MemberState, ScorecardEntry, StudentIdentity, TransmissionMode } from '../../src-shared/ipc/events';
import { EMPTY, intersect, type RangeSet, sizeOf } from '../../src-shared/ranges/range-set';
import { FRUITFUL_SHARE, MIN_JUDGED_UNITS } from './params';
import type { Needy } from './retransmission-planner';
import type { SenderState } from './sender-io';
import type { TransferLayout } from './transfer-layout';

/** One student's line on the scorecard: a member of the permanent transmission group (PROTOCOL.md section 4.6). */
export interface Member {
  readonly id: string;
  /** How often it has come back. */
  returns: number;
  name: string;
  ip: string;
  connected: boolean;
  /** Since when it is cut off, ms. */
  awaySince: number;
  outcome: 'open' | 'storing' | 'complete' | 'failed';
  /** In the current transmission group: still misses something, as far as is known. */
  current: boolean;
  missing: RangeSet;
  /** Parity units of chunks that it cannot complete yet. */
  heldParity: RangeSet;
  why: string;
  multicastPath: boolean;
  fruitless: number;
  requested: number;
  forged: number;
  fills: number;
  /** Owes the report of the last transmission since, ms. */
  reportDueSince: number | undefined;
  /** The transmission that it owes the report of. */
  reportDueFor: number;
  storingSince: number;
  // Its part in the running transmission.
  announced: boolean;
  /** Has the manifest and the key of this connection's transfer. */
  offered: boolean;
  elected: boolean | undefined;
  probe: 'none' | 'awaited' | 'seen';
}

/** What a student says after a transmission. */
export interface LossReport {
  readonly missing: RangeSet;
  readonly heldParity: RangeSet;
  /** Chunks whose digest was wrong twice. */
  readonly forged: number;
}

/** What a student brought from an earlier connection or an earlier run of the teacher. */
export interface HeldState {
  readonly complete: boolean;
  readonly missing: RangeSet;
}

/** The scorecard of one transfer: the permanent transmission group and, within it, the current one (requirement A9). */
export class Scorecard {
  private readonly members = new Map<string, Member>();

  constructor(private readonly layout: TransferLayout) {}

  get all(): readonly Member[] {
    return [...this.members.values()];
  }

  /** The current transmission group. */
  get current(): readonly Member[] {
    return this.all.filter((member) => member.current);
  }

  member(id: string): Member | undefined {
    return this.members.get(id);
  }

  /** Enrolls a student, or takes one back; `held` is what it has on disk. */
  enroll(student: StudentIdentity, held: HeldState | undefined): Member {
    const known = this.members.get(student.id);
    const missing = held?.missing ?? [[0, this.layout.unitCount] as const].filter(([start, end]) => start < end);
    const member: Member = {
      ...(known ?? { requested: 0, fills: 0, forged: 0, fruitless: 0, multicastPath: true }),
      returns: known === undefined ? 0 : known.returns + 1,
      ...student,
      connected: true,
      awaySince: 0,
      outcome: held?.complete === true ? 'complete' : 'open',
      current: held?.complete !== true,
      missing: held?.complete === true ? EMPTY : missing,
      heldParity: EMPTY,
      why: '',
      reportDueSince: undefined,
      reportDueFor: 0,
      storingSince: 0,
      announced: false,
      offered: false,
      elected: undefined,
      probe: 'none',
    };
    this.members.set(student.id, member);
    return member;
  }

  /** Restores a member from the teacher's journal: known, not connected. One that failed gets another chance. */
  restore(student: StudentIdentity, outcome: 'open' | 'complete' | 'failed', missing: RangeSet, now: number): void {
    const member = this.enroll(student, { complete: outcome === 'complete', missing });
    member.connected = false;
    member.awaySince = now;
  }

  /**
   * A report: the ranges that a student misses now (requirement A4), and the parity units that it holds. What it lacks is the
   * one without the other: parity that completes no chunk yet is a gain all the same.
   */
  report(member: Member, said: LossReport, kind: TransmissionMode, asked: RangeSet): void {
    const { missing, heldParity, forged } = said;
    const before = lackedBy(member);
    const after = lackedBy(said);
    if (kind !== 'tcp' && sizeOf(intersect(member.missing, asked)) >= MIN_JUDGED_UNITS) {
      const fruitful = before - after >= FRUITFUL_SHARE * before;
      member.fruitless = fruitful ? 0 : member.fruitless + 1;
    }
    member.missing = missing;
    member.heldParity = heldParity;
    member.forged += forged;
    member.requested += after;
    member.reportDueSince = undefined;
    if (missing.length > 0) return;
    member.current = false;
  }

  /** What a journal needs to `restore` everybody after a crash. */
  state(): SenderState['members'] {
    return this.all.map(({ id, name, ip, outcome, missing }) => ({
      id,
      name,
      ip,
      outcome: outcome === 'storing' ? 'open' : outcome,
      missing,
    }));
  }

  entries(mode: TransmissionMode, transmission: number): ScorecardEntry[] {
    return this.all.map((member) => ({
      id: member.id,
      state: stateOf(member, mode, transmission),
      missingBytes: this.layout.bytesIn(member.missing),
      ...(member.why === '' ? {} : { why: member.why }),
    }));
  }
}

/** A member's state in the scorecard's words. */
export function stateOf(member: Member, mode: TransmissionMode, transmission: number): MemberState {
  if (member.outcome === 'complete' || member.outcome === 'failed') return member.outcome;
  if (!member.connected) return 'away';
  if (member.outcome === 'storing') return 'storing';
  if (member.elected !== true || (mode !== 'tcp' && member.probe === 'none')) return 'waiting';
  if (mode === 'tcp') return 'filling';
  return transmission === 0 ? 'receiving' : 'repairing';
}

/** The planner's view of a member. */
export function needOf(member: Member): Needy {
  const { id, missing, heldParity, multicastPath, fruitless, requested, forged, fills } = member;
  return { id, missing, heldParity, multicastPath, fruitless, requested, forged, fills };
}

/** Units, or parity units, that would complete what is missing. */
function lackedBy({ missing, heldParity }: Pick<Member, 'missing' | 'heldParity'>): number {
  return Math.max(0, sizeOf(missing) - sizeOf(heldParity));
}
