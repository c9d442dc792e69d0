import { EMPTY, intersect, lowest, type RangeSet, sizeOf, subtract, union } from '../../src-shared/ranges/range-set';
import { MAX_QUERY_PACKETS } from '../../src-shared/wire/channel-messages';
import {
  BROADCAST_ASKERS,
  GATHER_MS,
  MAX_QUERIES_EACH,
  QUERY_PACKETS_AT_ONCE,
  QUERY_PACKETS_PER_SECOND,
} from './params';

/** What one member asks for, of one epoch of the desk's channel. */
export interface MemberQuery {
  readonly member: string;
  readonly query: number;
  readonly epoch: number;
  readonly packets: RangeSet;
  readonly seals: RangeSet;
}

export type DeskOutput =
  /** Point to point: these packets, the seals over these numbers, and what is not here. */
  | {
      readonly kind: 'answer';
      readonly to: MemberQuery;
      readonly packets: RangeSet;
      readonly seals: RangeSet;
      readonly absent: RangeSet;
      readonly broadcast: number;
    }
  /** To the group, once for all who miss them (requirement B6). */
  | { readonly kind: 'broadcast'; readonly epoch: number; readonly ranges: RangeSet };

interface Waiting {
  readonly query: MemberQuery;
  /** Its member's share allows it from then on… */
  readonly from: number;
  /** …and others that ask for the same are waited for until then. */
  readonly at: number;
}

interface Budget {
  left: number;
  refilledAt: number;
}

/**
 * Answers queries of one channel, at the archive and at the publisher (PROTOCOL.md section 16.2): what several members miss within a
 * moment goes to the group, the rest to each; nobody gets more than a share.
 */
export class QueryDesk {
  private waiting: Waiting[] = [];
  private readonly budgets = new Map<string, Budget>();
  private queue: DeskOutput[] = [];

  /** @param has the numbers of an epoch that can be given */
  constructor(private readonly has: (epoch: number) => RangeSet) {}

  /** When `timeout` wants to be called; ms. */
  get deadline(): number {
    return this.waiting.reduce((first, { at }) => Math.min(first, at), Number.POSITIVE_INFINITY);
  }

  outputs(): DeskOutput[] {
    const { queue } = this;
    this.queue = [];
    return queue;
  }

  /**
   * Takes a query.
   * @param alone nobody else can miss anything: there is nothing to gather
   * @returns false for one that no honest member would send
   */
  ask(query: MemberQuery, alone: boolean, now: number): boolean {
    const count = sizeOf(union(query.packets, query.seals));
    const before = this.waiting.filter((other) => other.query.member === query.member).length;
    if (count > MAX_QUERY_PACKETS || before >= MAX_QUERIES_EACH) return false;
    const from = this.mayBeServed(query.member, count, now);
    this.waiting.push({ query, from, at: Math.max(from, alone ? now : now + GATHER_MS) });
    return true;
  }

  /** A member has gone. */
  left(member: string): void {
    this.waiting = this.waiting.filter(({ query }) => query.member !== member);
    this.budgets.delete(member);
  }

  /** Answers what has waited long enough, and whatever else asks for the same. */
  timeout(now: number): void {
    if (now < this.deadline) return;
    const due = this.waiting.filter(({ from }) => from <= now).map(({ query }) => query);
    this.waiting = this.waiting.filter(({ from }) => from > now);
    for (const epoch of new Set(due.map((query) => query.epoch)))
      this.answer(
        epoch,
        due.filter((query) => query.epoch === epoch),
      );
  }

  private answer(epoch: number, queries: readonly MemberQuery[]): void {
    const here = this.has(epoch);
    const shared = lowest(intersect(wantedBySeveral(queries), here), MAX_QUERY_PACKETS);
    if (shared.length > 0) this.queue.push({ kind: 'broadcast', epoch, ranges: shared });
    for (const to of queries) {
      const packets = subtract(intersect(to.packets, here), shared);
      const seals = intersect(to.seals, here);
      const absent = subtract(union(to.packets, to.seals), here);
      const broadcast = sizeOf(intersect(to.packets, shared));
      this.queue.push({ kind: 'answer', to, packets, seals, absent, broadcast });
    }
  }

  /** When this member's share allows so many packets more; ms. */
  private mayBeServed(member: string, count: number, now: number): number {
    const budget = this.budgets.get(member) ?? { left: QUERY_PACKETS_AT_ONCE, refilledAt: now };
    const refill = (Math.max(0, now - budget.refilledAt) / 1000) * QUERY_PACKETS_PER_SECOND;
    budget.left = Math.min(QUERY_PACKETS_AT_ONCE, budget.left + refill) - count;
    budget.refilledAt = now;
    this.budgets.set(member, budget);
    return budget.left >= 0 ? now : now + (-budget.left / QUERY_PACKETS_PER_SECOND) * 1000;
  }
}

/** Numbers that at least BROADCAST_ASKERS different members ask for. */
function wantedBySeveral(queries: readonly MemberQuery[]): RangeSet {
  const byMember = new Map<string, RangeSet>();
  for (const { member, packets } of queries) byMember.set(member, union(byMember.get(member) ?? EMPTY, packets));
  const atLeast: RangeSet[] = Array.from({ length: BROADCAST_ASKERS }, () => EMPTY);
  for (const packets of byMember.values()) {
    for (let level = BROADCAST_ASKERS - 1; level > 0; level--) {
      atLeast[level] = union(atLeast[level] ?? EMPTY, intersect(atLeast[level - 1] ?? EMPTY, packets));
    }
    atLeast[0] = union(atLeast[0] ?? EMPTY, packets);
  }
  return atLeast.at(-1) ?? EMPTY;
}
