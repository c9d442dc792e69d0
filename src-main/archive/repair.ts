import { EMPTY, intersect, type RangeSet, subtract, union } from '../../src-shared/ranges/range-set';
import {
  ARCHIVE_PATIENCE_MS,
  BACKLOG_PACKETS,
  GROUP_PATIENCE_MS,
  MAX_ROUNDS,
  QUERY_TIMEOUT_MS,
  REORDER_MS,
  RETRY_MS,
} from './params';
import type { Missing } from './sealed-intake';

/** Who is asked: the archive first, then the publisher (requirement B5). */
export type RepairSource = 'archive' | 'server';

export interface RepairQuery extends Missing {
  readonly to: RepairSource;
  readonly query: number;
  readonly epoch: number;
}

/** Who can be asked at the moment. */
export interface Reach {
  readonly archive: boolean;
  readonly server: boolean;
  /** The publisher vouches for an archive, in reach or not. */
  readonly archiveExists: boolean;
}

/** What a look at the gaps leads to. */
export type RepairStep =
  | { readonly do: 'ask'; readonly query: RepairQuery }
  | { readonly do: 'giveUp'; readonly epoch: number; readonly ranges: RangeSet }
  | { readonly do: 'wait' };

interface Flight {
  readonly query: RepairQuery;
  movedAt: number;
}

const NEVER = Number.POSITIVE_INFINITY;
const WAIT: RepairStep = { do: 'wait' };

/**
 * Who is asked for what is missing, and when (PROTOCOL.md section 16): one query at a time, after a wait that differs
 * from member to member; the archive, then the publisher, then both again, and at last nobody.
 */
export class Repair {
  private reach: Reach = { archive: false, server: false, archiveExists: false };
  private flight: Flight | undefined;
  private askAt = NEVER;
  private queries: number;
  /** What nobody had in any of the rounds so far: rounds that others needed, long since repaired, do not count. */
  private hopeless: RangeSet = EMPTY;
  /** Of these: how many rounds, and since when. Without any both begin anew. */
  private rounds = 0;
  private exhaustedSince = 0;
  /** Of the epoch under repair: what each of them does not have, as far as they said. */
  private epoch = -1;
  private absent: Record<RepairSource, RangeSet> = { archive: EMPTY, server: EMPTY };
  /** The last answer, until it is seen what it brought; and what was to come by the group once before. */
  private answer: { readonly query: RepairQuery; readonly broadcast: number } | undefined;
  private promised: RangeSet = EMPTY;

  constructor(
    private readonly random: () => number,
    private spreadMs: number,
  ) {
    // Two of one member's, behind one connection, do not take each other's answers.
    this.queries = Math.floor(random() * 2 ** 31);
  }

  /** @param ms the publisher's word on how far apart its members should ask */
  setSpread(ms: number): void {
    this.spreadMs = ms;
  }

  get deadline(): number {
    return this.flight === undefined ? this.askAt : this.flight.movedAt + QUERY_TIMEOUT_MS;
  }

  /** Whether there is nothing to do yet, whatever is missing. */
  isWaiting(now: number): boolean {
    return this.deadline !== NEVER && now < this.deadline;
  }

  /** Whether whoever may have something can be asked. */
  get reachesAll(): boolean {
    const { archive, server, archiveExists } = this.reach;
    return server && (archive || !archiveExists);
  }

  /** Somebody came or went. */
  reaches(reach: Reach, now: number): void {
    const before = this.reach;
    this.reach = reach;
    const to = this.flight?.query.to;
    if (to !== undefined && before[to] && !reach[to]) this.failed(now);
    for (const source of ['archive', 'server'] as const) {
      if (before[source] || !reach[source]) continue;
      this.absent[source] = EMPTY;
      this.rounds = 0;
      // Whatever it waited for: now there is somebody to ask.
      this.askAt = NEVER;
      this.found(0, now);
    }
  }

  /** So many packets are missing as far as is known. */
  found(count: number, now: number): void {
    if (this.flight !== undefined || this.askAt !== NEVER) return;
    this.askAt = count >= BACKLOG_PACKETS ? now : now + REORDER_MS + this.random() * this.spreadMs;
  }

  /** Something of the answer came: it is under way. */
  moved(from: RepairSource, now: number): void {
    if (this.flight?.query.to === from) this.flight.movedAt = now;
  }

  /** The answer is complete. @param absent what they do not have @param broadcast how many go to the group instead */
  answered(query: number, absent: RangeSet, broadcast: number, now: number): void {
    if (this.flight?.query.query !== query) return;
    const { to } = this.flight.query;
    this.absent[to] = union(this.absent[to], absent);
    this.answer = { query: this.flight.query, broadcast };
    this.flight = undefined;
    this.askAt = broadcast > 0 ? now + GROUP_PATIENCE_MS : now;
  }

  /** Nothing of an epoch's is missing any more. */
  rest(): void {
    this.askAt = NEVER;
    this.hopeless = EMPTY;
    this.absent = { archive: EMPTY, server: EMPTY };
    this.answer = undefined;
    this.promised = EMPTY;
  }

  /** What to do now about these gaps of an epoch. */
  step(epoch: number, missing: Missing, now: number): RepairStep {
    if (this.flight !== undefined) {
      if (now < this.deadline) return WAIT;
      this.failed(now);
    }
    if (now < this.askAt) return WAIT;
    if (epoch !== this.epoch) this.begin(epoch);
    const all = union(missing.packets, missing.seals);
    this.judgeAnswer(all);
    for (const to of ['archive', 'server'] as const) {
      const wanted = this.reach[to] ? subtract(all, this.absent[to]) : EMPTY;
      if (wanted.length > 0) return this.ask(to, epoch, missing, wanted, now);
    }
    return this.exhausted(epoch, all, now);
  }

  private begin(epoch: number): void {
    this.epoch = epoch;
    this.hopeless = EMPTY;
    this.absent = { archive: EMPTY, server: EMPTY };
    this.answer = undefined;
    this.promised = EMPTY;
  }

  /** What was asked for and is missing still counts as not there, whatever was said: nobody can make it ask for ever. */
  private judgeAnswer(all: RangeSet): void {
    const { answer } = this;
    if (answer === undefined) return;
    this.answer = undefined;
    const { to, packets, seals } = answer.query;
    const left = intersect(union(packets, seals), all);
    const isPromise = answer.broadcast > 0 && intersect(left, this.promised).length === 0;
    if (isPromise) this.promised = left;
    else this.absent[to] = union(this.absent[to], left);
  }

  private ask(to: RepairSource, epoch: number, missing: Missing, wanted: RangeSet, now: number): RepairStep {
    const packets = intersect(missing.packets, wanted);
    const query = { to, query: this.queries++, epoch, packets, seals: intersect(missing.seals, wanted) };
    this.flight = { query, movedAt: now };
    return { do: 'ask', query };
  }

  /** Who was asked is silent, or gone: the other one's turn. */
  private failed(now: number): void {
    const { flight } = this;
    if (flight === undefined) return;
    this.flight = undefined;
    const { to, packets, seals } = flight.query;
    this.absent[to] = union(this.absent[to], packets, seals);
    this.askAt = now;
  }

  /** Nobody in reach has it. */
  private exhausted(epoch: number, all: RangeSet, now: number): RepairStep {
    if (!this.reach.server) {
      // Without the publisher nothing is lost for certain: `reaches` goes on.
      this.askAt = NEVER;
      return WAIT;
    }
    this.hopeless = intersect(this.hopeless, all);
    if (this.hopeless.length === 0) this.beginRounds(all, now);
    const isArchiveAway = this.reach.archiveExists && !this.reach.archive;
    const isOver = isArchiveAway ? now - this.exhaustedSince >= ARCHIVE_PATIENCE_MS : this.rounds >= MAX_ROUNDS;
    this.absent = { archive: EMPTY, server: EMPTY };
    if (isOver) {
      const ranges = this.hopeless;
      this.hopeless = EMPTY;
      this.askAt = now;
      return { do: 'giveUp', epoch, ranges };
    }
    this.askAt = now + RETRY_MS * 2 ** Math.min(this.rounds, MAX_ROUNDS);
    this.rounds++;
    return WAIT;
  }

  private beginRounds(missing: RangeSet, now: number): void {
    this.hopeless = missing;
    this.rounds = 0;
    this.exhaustedSince = now;
  }
}
