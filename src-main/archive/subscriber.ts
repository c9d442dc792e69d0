import type { RepairCounts } from '../../src-shared/ipc/channel-views';
import { EMPTY, type RangeSet, sizeOf } from '../../src-shared/ranges/range-set';
import { sequenceOf } from '../../src-shared/wire/channel-datagram';
import type { PacketNumber } from './packet';
import { WINDOW_PACKETS } from './params';
import { type Carrier, type ChannelNews, Reception, type ReceptionOutput } from './reception';
import type { Reach } from './repair';
import type { ChannelProof } from './sealed-intake';

export interface SubscriberOptions {
  readonly channel: Uint8Array;
  readonly proof: ChannelProof;
  /** The first packet to deliver. */
  readonly from: PacketNumber;
  random(): number;
}

/** A packet in its place, as it was sent. */
export interface OrderedPacket {
  readonly epoch: number;
  readonly sequence: number;
  readonly packet: Uint8Array;
}

/**
 * A subscriber of one channel: packets in order, each once, without a gap that is not told (PROTOCOL.md section 16). What its user
 * has not taken yet is bounded; the rest is fetched when there is room.
 */
export class Subscriber {
  private readonly reception: Reception;
  /** Proved packets by epoch and number, from the next one to deliver on. */
  private readonly ready = new Map<number, Map<number, Uint8Array>>();
  private next: PacketNumber;
  private counts: { archive: number; server: number; group: number } = { archive: 0, server: 0, group: 0 };
  private lostCount = 0;
  private gapCount = 0;
  private readonly queue: ReceptionOutput[] = [];

  constructor(options: SubscriberOptions, news: ChannelNews, now: number) {
    this.next = options.from;
    this.reception = new Reception(
      {
        ...options,
        whole: true,
        window: WINDOW_PACKETS,
        held: () => EMPTY,
        accept: (epoch, sequence, packet) => this.epochOf(epoch).set(sequence, packet),
        acceptSeal: () => {},
      },
      news,
      now,
    );
  }

  get deadline(): number {
    return this.reception.deadline;
  }

  /** The packet that is delivered next. */
  get position(): PacketNumber {
    return this.next;
  }

  /** Packets that were given and are not here, as far as is known. */
  get gap(): number {
    return this.reception.missing;
  }

  /** Gaps found so far, in packets; who closed how many; how many nobody had. */
  get figures(): { readonly gaps: number; readonly repaired: RepairCounts; readonly lost: number } {
    return { gaps: this.gapCount, repaired: this.counts, lost: this.lostCount };
  }

  /** Datagrams that were not the publisher's. */
  get refused(): number {
    return this.reception.refused;
  }

  /** Whether the publisher has closed the channel, and everything was delivered. */
  get isOver(): boolean {
    return this.reception.isOver;
  }

  /** Whether `take` may give something, or come to the end. */
  get mayTake(): boolean {
    const { epoch, sequence } = this.next;
    if (this.ready.get(epoch)?.has(sequence) === true || this.isOver) return true;
    return this.reception.current !== epoch || this.reception.isSettled(this.next);
  }

  /** Whether so many packets wait for its user that those who send should not be told to go on. */
  get isBehind(): boolean {
    return (this.ready.get(this.next.epoch)?.size ?? 0) > WINDOW_PACKETS / 2;
  }

  heard(news: ChannelNews, now: number): void {
    this.reception.heard(news, now);
    this.collect();
  }

  reaches(reach: Reach, now: number): void {
    this.reception.reaches(reach, now);
    this.collect();
  }

  datagram(bytes: Uint8Array, by: Carrier, now: number): void {
    this.reception.datagram(bytes, by, now);
    this.collect();
  }

  answered(query: number, absent: RangeSet, broadcast: number, now: number): void {
    this.reception.answered(query, absent, broadcast, now);
    this.collect();
  }

  timeout(now: number): void {
    this.reception.timeout(now);
    this.collect();
  }

  outputs(): ReceptionOutput[] {
    return this.queue.splice(0);
  }

  /** The next packets in order, `limit` at most; what is taken is not kept. */
  take(limit: number, now: number): OrderedPacket[] {
    const taken: OrderedPacket[] = [];
    while (taken.length < limit) {
      const packet = this.takeOne();
      if (packet !== undefined) taken.push(packet);
      else if (!this.skip(now)) break;
    }
    this.reception.advance(this.next, now);
    this.collect();
    return taken;
  }

  private takeOne(): OrderedPacket | undefined {
    const { epoch, sequence } = this.next;
    const packet = this.ready.get(epoch)?.get(sequence);
    if (packet === undefined) return undefined;
    this.ready.get(epoch)?.delete(sequence);
    this.moveOn();
    return { epoch, sequence: sequenceOf(packet), packet };
  }

  /** Goes over a number that was given up, or into the next epoch. @returns whether there was any. */
  private skip(now: number): boolean {
    this.reception.advance(this.next, now);
    const { current } = this.reception;
    if (current === undefined) return false;
    if (current !== this.next.epoch) {
      this.ready.delete(this.next.epoch);
      this.next = { epoch: current, sequence: this.reception.startOf(current) };
      return true;
    }
    if (!this.reception.isSettled(this.next)) return false;
    this.moveOn();
    return true;
  }

  private moveOn(): void {
    const { epoch, sequence } = this.next;
    this.next = { epoch, sequence: sequence + 1 };
  }

  private epochOf(epoch: number): Map<number, Uint8Array> {
    let packets = this.ready.get(epoch);
    if (packets === undefined) {
      packets = new Map();
      this.ready.set(epoch, packets);
    }
    return packets;
  }

  private collect(): void {
    for (const output of this.reception.outputs()) {
      if (output.kind === 'repaired') this.counts[output.by] += sizeOf(output.ranges);
      else if (output.kind === 'gap') this.gapCount += sizeOf(output.ranges);
      else if (output.kind === 'lost') this.lostCount += sizeOf(output.ranges);
      this.queue.push(output);
    }
  }
}
