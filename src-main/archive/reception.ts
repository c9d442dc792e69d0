import { EMPTY, type RangeSet, sizeOf, span, subtract, union } from '../../src-shared/ranges/range-set';
import { epochOf, kindOfDatagram, PACKET, saysEnded, sequenceOf } from '../../src-shared/wire/channel-datagram';
import { type Extent, MAX_QUERY_PACKETS } from '../../src-shared/wire/channel-messages';
import type { PacketNumber } from './packet';
import { HEARTBEAT_MS } from './params';
import { type Reach, Repair, type RepairQuery, type RepairSource } from './repair';
import { SealBudget } from './seal-budget';
import { type ChannelProof, SealedIntake } from './sealed-intake';

/** The publisher's word on its channel, by TLS. */
export interface ChannelNews {
  readonly epoch: number;
  /** The next packet's number. */
  readonly next: number;
  readonly ended: boolean;
  /** What can be had, oldest epoch first; the running epoch is one of them. */
  readonly extents: readonly Extent[];
  readonly spreadMs: number;
}

export type ReceptionOutput =
  | { readonly kind: 'query'; readonly query: RepairQuery }
  | { readonly kind: 'gap'; readonly epoch: number; readonly ranges: RangeSet }
  | { readonly kind: 'repaired'; readonly by: Carrier; readonly epoch: number; readonly ranges: RangeSet }
  | { readonly kind: 'lost'; readonly epoch: number; readonly ranges: RangeSet; readonly why: string }
  | { readonly kind: 'epoch'; readonly epoch: number; readonly sequence: number };

/** How a datagram came. */
export type Carrier = 'group' | RepairSource;

export interface ReceptionOptions {
  /** The header's eight bytes. */
  readonly channel: Uint8Array;
  readonly proof: ChannelProof;
  /** The first packet that is wanted: nothing before it is ever asked for (requirement B7). */
  readonly from: PacketNumber;
  /** Later epochs from their first number on, kept by anybody or not; else what of them the publisher keeps. */
  readonly whole: boolean;
  readonly window: number;
  /** Uniform in [0, 1). */
  random(): number;
  /** Numbers of an epoch that are here already. */
  held(epoch: number): RangeSet;
  /** Takes each packet once, proved to be the publisher's, in no order. */
  accept(epoch: number, sequence: number, packet: Uint8Array): void;
  /** Takes each seal that vouches for packets, proved. */
  acceptSeal(seal: Uint8Array): void;
}

/** One epoch of those that are wanted. */
interface Segment {
  readonly epoch: number;
  readonly intake: SealedIntake;
  /** One past its last number, once another epoch has begun or the channel has ended. */
  end: number | undefined;
  /** Found missing, and told. */
  gaps: RangeSet;
}

const NOT_KEPT = 'nobody in reach has them any more';

/**
 * What comes of one channel, epoch after epoch: sorts datagrams, finds gaps, has them repaired (PROTOCOL.md sections 14 and 16).
 * The subscriber and the archive both have one; what is done with a packet is theirs.
 */
export class Reception {
  /** Oldest first; those that are done with are gone. */
  private readonly segments: Segment[] = [];
  private readonly repair: Repair;
  private readonly seals: SealBudget;
  private queue: ReceptionOutput[] = [];
  private newest = -1;
  private extents: readonly Extent[] = [];
  private isEnded = false;
  private forgedCount = 0;
  private heardGroupAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly options: ReceptionOptions,
    news: ChannelNews,
    now: number,
  ) {
    this.repair = new Repair(options.random, news.spreadMs);
    this.seals = new SealBudget(now);
    const { from } = options;
    this.open(from.epoch, from.sequence);
    this.heard(news, now);
  }

  /** When `timeout` wants to be called. */
  get deadline(): number {
    return this.segments.length === 0 ? Number.POSITIVE_INFINITY : this.repair.deadline;
  }

  /** Everything for the driver, in order. */
  outputs(): ReceptionOutput[] {
    const { queue } = this;
    this.queue = [];
    return queue;
  }

  /** The epoch that is taken in order now; undefined where there is nothing. */
  get current(): number | undefined {
    return this.segments[0]?.epoch;
  }

  /** The first number of an epoch that is not done with. */
  startOf(epoch: number): number {
    return this.segmentOf(epoch)?.intake.start ?? 0;
  }

  /** Whether this packet is here, or given up. */
  isSettled({ epoch, sequence }: PacketNumber): boolean {
    return this.segmentOf(epoch)?.intake.isSettled(sequence) ?? true;
  }

  /** One past the last number that is known of an epoch. */
  knownEnd(epoch: number): number {
    return this.segmentOf(epoch)?.intake.end ?? 0;
  }

  /** How many of the packets that the publisher has given are missing here, as far as is known. */
  get missing(): number {
    return this.segments.reduce((sum, { intake }) => sum + sizeOf(missingIn(intake)), 0);
  }

  /** Datagrams that nobody vouched for, or that were not from this channel. */
  get refused(): number {
    return this.forgedCount;
  }

  /** The publisher has closed the channel, and nothing of it is missing. */
  get isOver(): boolean {
    return this.isEnded && this.segments.length === 0;
  }

  /** The publisher's word: another epoch, the numbers given so far, what can be had. */
  heard(news: ChannelNews, now: number): void {
    this.repair.setSpread(news.spreadMs);
    this.extents = news.extents;
    const { whole } = this.options;
    for (const { epoch, start, first } of news.extents)
      if (epoch > this.newest && epoch <= news.epoch) this.open(epoch, whole ? start : first);
    if (news.epoch > this.newest) this.open(news.epoch, 0);
    for (const segment of this.segments) this.extend(segment, news, now);
    if (news.ended && news.epoch === this.newest) this.isEnded = true;
    this.finishSegments();
    this.look(now);
  }

  /** Takes a datagram from anybody. */
  datagram(bytes: Uint8Array, by: Carrier, now: number): void {
    if (by === 'group') this.heardGroupAt = now;
    else this.repair.moved(by, now);
    const kind = kindOfDatagram(bytes, this.options.channel);
    const segment = kind === undefined ? undefined : this.segmentOf(epochOf(bytes));
    if (segment === undefined) this.forgedCount++;
    else if (kind === PACKET) this.packet(segment, bytes, by);
    else this.seal(segment, bytes, by, now);
  }

  /** Who can be asked. */
  reaches(reach: Reach, now: number): void {
    this.repair.reaches(reach, now);
    this.look(now);
  }

  /** An answer is complete (PROTOCOL.md section 16). */
  answered(query: number, absent: RangeSet, broadcast: number, now: number): void {
    this.repair.answered(query, absent, broadcast, now);
    this.look(now);
  }

  timeout(now: number): void {
    this.look(now);
  }

  /** Its user is done with everything before this packet. */
  advance({ epoch, sequence }: PacketNumber, now: number): void {
    const segment = this.segmentOf(epoch);
    if (segment === undefined) return;
    segment.intake.advance(sequence);
    segment.gaps = subtract(segment.gaps, span(0, sequence));
    this.finishSegments();
    // There may be room now for what lay beyond the window.
    this.look(now);
  }

  private segmentOf(epoch: number): Segment | undefined {
    return this.segments.find((segment) => segment.epoch === epoch);
  }

  private open(epoch: number, start: number): void {
    const { held, window, proof, accept } = this.options;
    const intake = new SealedIntake(start, held(epoch), window, proof, (sequence, packet) =>
      accept(epoch, sequence, packet),
    );
    this.segments.push({ epoch, intake, end: undefined, gaps: EMPTY });
    this.newest = epoch;
    // A publisher that comes back after its end goes on.
    this.isEnded = false;
    this.queue.push({ kind: 'epoch', epoch, sequence: start });
  }

  private extend(segment: Segment, news: ChannelNews, now: number): void {
    const { epoch, intake } = segment;
    const extent = news.extents.find((one) => one.epoch === epoch);
    // While the group is heard, what it will bring is not missing: TLS may be ahead of a full receive buffer.
    const isLive = epoch === news.epoch && !news.ended && now - this.heardGroupAt < HEARTBEAT_MS;
    if (!isLive) intake.extendTo(epoch === news.epoch ? news.next : (extent?.end ?? 0));
    if (epoch === news.epoch && !news.ended) return;
    if (extent === undefined && segment.end === undefined)
      this.queue.push({
        kind: 'lost',
        epoch,
        ranges: EMPTY,
        why: 'the publisher does not remember this epoch any more',
      });
    segment.end = intake.end;
  }

  /** Epochs of which nothing more is to come make way for the next. */
  private finishSegments(): void {
    for (let [first] = this.segments; first !== undefined; [first] = this.segments) {
      if (first.end === undefined || first.intake.start < first.end) return;
      this.segments.shift();
      this.repair.rest();
    }
  }

  private packet(segment: Segment, bytes: Uint8Array, by: Carrier): void {
    const sequence = sequenceOf(bytes);
    const wasSettled = segment.intake.isSettled(sequence);
    segment.intake.packet(bytes);
    if (!wasSettled && segment.gaps.length > 0 && segment.intake.isSettled(sequence))
      this.closeGap(segment, sequence, by);
  }

  private closeGap(segment: Segment, sequence: number, by: Carrier): void {
    const rest = subtract(segment.gaps, span(sequence, sequence + 1));
    if (sizeOf(rest) === sizeOf(segment.gaps)) return;
    segment.gaps = rest;
    const last = this.queue.at(-1);
    const isSame = last?.kind === 'repaired' && last.by === by && last.epoch === segment.epoch;
    const before = isSame ? last.ranges : EMPTY;
    if (isSame) this.queue.pop();
    this.queue.push({
      kind: 'repaired',
      by,
      epoch: segment.epoch,
      ranges: union(before, span(sequence, sequence + 1)),
    });
  }

  private seal(segment: Segment, bytes: Uint8Array, by: Carrier, now: number): void {
    const { intake } = segment;
    const ends = saysEnded(bytes) && segment.epoch === this.newest && !this.isEnded;
    if (!ends && !intake.isNews(bytes)) return;
    // What comes by TLS was asked for: it needs no bound of its own.
    if (by === 'group' && !this.seals.spend(now)) return;
    if (!this.options.proof.isSigned(bytes)) {
      this.forgedCount++;
      return;
    }
    const before = segment.gaps;
    intake.seal(bytes);
    this.options.acceptSeal(bytes);
    if (ends) this.end(segment);
    if (before.length > 0) this.settleGaps(segment, by);
    this.look(now);
  }

  /** A repaired seal may prove packets that were here already. */
  private settleGaps(segment: Segment, by: Carrier): void {
    for (const [start, end] of segment.gaps) {
      for (let sequence = start; sequence < end; sequence++) {
        if (segment.intake.isSettled(sequence)) this.closeGap(segment, sequence, by);
      }
    }
  }

  private end(segment: Segment): void {
    this.isEnded = true;
    segment.end = segment.intake.end;
    this.finishSegments();
  }

  /** Looks for gaps, and has the repair do something about them. */
  private look(now: number): void {
    if (this.repair.isWaiting(now)) return;
    for (const segment of this.segments.slice(0, 2)) if (this.lookAt(segment, now)) return;
    this.repair.rest();
  }

  /** @returns whether something is missing there. */
  private lookAt(segment: Segment, now: number): boolean {
    const missing = segment.intake.missing(MAX_QUERY_PACKETS);
    const count = sizeOf(missing.packets) + sizeOf(missing.seals);
    if (count === 0) return false;
    this.repair.found(count, now);
    const step = this.repair.step(segment.epoch, missing, now);
    if (step.do === 'ask') this.ask(segment, step.query);
    if (step.do === 'giveUp') this.giveUp(segment, step.ranges, now);
    return true;
  }

  private ask(segment: Segment, query: RepairQuery): void {
    const wanted = union(query.packets, query.seals);
    const found = subtract(wanted, segment.gaps);
    if (found.length > 0) this.queue.push({ kind: 'gap', epoch: query.epoch, ranges: found });
    segment.gaps = union(segment.gaps, wanted);
    this.queue.push({ kind: 'query', query });
  }

  private giveUp(segment: Segment, asked: RangeSet, now: number): void {
    // Where everybody is in reach, what is older than the oldest packet that can be had need not be asked for piece by piece.
    const { first } = this.extents.find(({ epoch }) => epoch === segment.epoch) ?? { first: 0 };
    const older = this.repair.reachesAll ? span(segment.intake.start, first) : EMPTY;
    const ranges = union(asked, subtract(older, segment.intake.settled));
    segment.intake.giveUp(ranges);
    segment.gaps = subtract(segment.gaps, ranges);
    this.queue.push({ kind: 'lost', epoch: segment.epoch, ranges, why: NOT_KEPT });
    this.look(now);
  }
}

function missingIn(intake: SealedIntake): RangeSet {
  const { packets, seals } = intake.missing(Number.POSITIVE_INFINITY);
  return union(packets, seals);
}
