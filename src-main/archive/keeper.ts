import { EMPTY, type Range, type RangeSet, span, union } from '../../src-shared/ranges/range-set';
import { epochOf, sequenceOf } from '../../src-shared/wire/channel-datagram';
import { BATCH_MS, BATCH_PACKETS, FULL_BATCH_PACKETS, MAX_PENDING_PACKETS, WINDOW_PACKETS } from './params';
import { type Carrier, type ChannelNews, Reception, type ReceptionOutput } from './reception';
import type { ChannelProof } from './sealed-intake';

export interface KeeperOptions {
  readonly channel: Uint8Array;
  readonly proof: ChannelProof;
  random(): number;
  /** Numbers of an epoch that are in the store. */
  held(epoch: number): RangeSet;
}

export type KeeperOutput =
  | ReceptionOutput
  /** To be made durable; `stored` or `storeFailed` answers, and no other batch comes before. */
  | { readonly kind: 'store'; readonly packets: readonly Uint8Array[]; readonly seals: readonly Uint8Array[] }
  /** Durable: the publisher need not keep them for the archive's sake (requirement B3). */
  | { readonly kind: 'ack'; readonly epoch: number; readonly ranges: RangeSet };

/**
 * An archive's side of one channel: takes whatever is the publisher's, in no order, and acknowledges what is durable
 * (PROTOCOL.md section 17). A full store takes nothing more, and acknowledges nothing more, until there is room.
 */
export class Keeper {
  private readonly reception: Reception;
  private packets: Uint8Array[] = [];
  private seals: Uint8Array[] = [];
  private isStoring = false;
  private saveAt = Number.POSITIVE_INFINITY;
  private isFull = false;
  private queue: KeeperOutput[] = [];

  constructor(options: KeeperOptions, news: ChannelNews, now: number) {
    const [oldest] = news.extents;
    const from = { epoch: oldest?.epoch ?? news.epoch, sequence: oldest?.first ?? news.next };
    this.reception = new Reception(
      {
        ...options,
        from,
        whole: false,
        window: WINDOW_PACKETS,
        accept: (_epoch, _sequence, packet) => this.packets.push(packet),
        acceptSeal: (seal) => this.seals.push(seal),
      },
      news,
      now,
    );
    for (const { epoch } of news.extents) this.acknowledge(epoch, options.held(epoch));
    this.goOn(now);
  }

  get deadline(): number {
    return this.isFull ? Number.POSITIVE_INFINITY : Math.min(this.saveAt, this.reception.deadline);
  }

  /** Packets that the publisher gave and that are not here, as far as is known. */
  get missing(): number {
    return this.reception.missing;
  }

  /** Whether so much waits for the disk that those who send should not be told to go on. */
  get isBehind(): boolean {
    return this.isFull || this.packets.length > MAX_PENDING_PACKETS / 2;
  }

  /** Datagrams that were not the publisher's. */
  get refused(): number {
    return this.reception.refused;
  }

  outputs(): KeeperOutput[] {
    const { queue } = this;
    this.queue = [];
    return queue;
  }

  heard(news: ChannelNews, now: number): void {
    this.reception.heard(news, now);
    this.goOn(now);
  }

  /** Whether the publisher can be asked for what is missing. */
  reaches(server: boolean, now: number): void {
    this.reception.reaches({ archive: false, server, archiveExists: false }, now);
    this.goOn(now);
  }

  /** Takes a datagram from anybody; none while the store is full or far behind: it is asked for later. */
  datagram(bytes: Uint8Array, by: Carrier, now: number): void {
    if (this.isFull || this.packets.length >= MAX_PENDING_PACKETS) return;
    this.reception.datagram(bytes, by, now);
    this.goOn(now);
  }

  answered(query: number, absent: RangeSet, broadcast: number, now: number): void {
    this.reception.answered(query, absent, broadcast, now);
    this.goOn(now);
  }

  timeout(now: number): void {
    this.reception.timeout(now);
    this.goOn(now);
  }

  /** The batch is durable. */
  stored(packets: readonly Uint8Array[], now: number): void {
    this.isStoring = false;
    this.isFull = false;
    for (const [epoch, ranges] of numbersOf(packets)) this.acknowledge(epoch, ranges);
    this.goOn(now);
  }

  /** The batch could not be stored: nothing of it is acknowledged, and it comes again with `retryStore`. */
  storeFailed(packets: readonly Uint8Array[], seals: readonly Uint8Array[]): void {
    this.isStoring = false;
    this.isFull = true;
    this.packets = [...packets, ...this.packets];
    this.seals = [...seals, ...this.seals];
  }

  retryStore(): void {
    this.store();
  }

  private acknowledge(epoch: number, ranges: RangeSet): void {
    if (ranges.length > 0) this.queue.push({ kind: 'ack', epoch, ranges });
  }

  private goOn(now: number): void {
    this.queue.push(...this.reception.outputs());
    this.advance(now);
    if (!this.isFull) this.storeSoon(now);
  }

  /** Many packets make one batch; a few wait a moment for others. */
  private storeSoon(now: number): void {
    const count = this.packets.length + this.seals.length;
    if (this.isStoring || count === 0) return;
    if (count >= FULL_BATCH_PACKETS || now >= this.saveAt) this.store();
    else if (this.saveAt === Number.POSITIVE_INFINITY) this.saveAt = now + BATCH_MS;
  }

  private store(): void {
    this.saveAt = Number.POSITIVE_INFINITY;
    if (this.isStoring || this.packets.length + this.seals.length === 0) return;
    this.isStoring = true;
    const packets = this.packets.slice(0, BATCH_PACKETS);
    this.packets = this.packets.slice(packets.length);
    const seals = this.seals;
    this.seals = [];
    this.queue.push({ kind: 'store', packets, seals });
  }

  /** Packets in one row that are here make room in the window. */
  private advance(now: number): void {
    for (let { current } = this.reception; current !== undefined; ) {
      let sequence = this.reception.startOf(current);
      const start = sequence;
      while (this.reception.isSettled({ epoch: current, sequence })) sequence++;
      if (sequence === start) return;
      this.reception.advance({ epoch: current, sequence }, now);
      const next = this.reception.current;
      if (next === current) return;
      current = next;
    }
  }
}

/** The packets' numbers, by epoch. */
function numbersOf(packets: readonly Uint8Array[]): Map<number, RangeSet> {
  const numbers = new Map<number, Range[]>();
  for (const packet of packets) {
    const epoch = epochOf(packet);
    const ranges = numbers.get(epoch) ?? [];
    ranges.push(...span(sequenceOf(packet), sequenceOf(packet) + 1));
    numbers.set(epoch, ranges);
  }
  return new Map([...numbers].map(([epoch, ranges]) => [epoch, union(ranges, EMPTY)]));
}
