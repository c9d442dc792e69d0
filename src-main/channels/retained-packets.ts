import { EMPTY, type RangeSet, sizeOf, valuesOf } from '../../src-shared/ranges/range-set';
import { epochOf, MAX_SEALED, sealedBy, sequenceOf, timeOf } from '../../src-shared/wire/channel-datagram';
import type { PastEpoch } from '../archive/epoch-list';
import type { PacketNumber } from '../archive/packet';
import { type EpochNumbers, Retention } from '../archive/retention';
import type { ChannelSigner } from '../archive/seal-maker';
import { sealOver } from '../archive/seal-maker';
import type { PacketSource } from './answer-stream';
import type { PacketStore } from './packet-store';
import type { StoredPacket, StoredSeal } from './store-records';

/** Newest packets that stay on disk though an archive has them. */
const NEWEST_KEPT = 8_192;
/** Acknowledged packets are dropped so many at a time: each drop is a transaction. */
const DROP_PACKETS = 4_096;

/** Datagrams as the store takes them. */
export function storedPacket(packet: Uint8Array): StoredPacket {
  return { epoch: epochOf(packet), sequence: sequenceOf(packet), time: timeOf(packet), bytes: packet };
}

export function storedSeal(seal: Uint8Array): StoredSeal {
  const first = sequenceOf(seal);
  return { epoch: epochOf(seal), first, last: first + sealedBy(seal) - 1, bytes: seal };
}

/** What a publisher keeps of its channel on disk, within its bound (requirement B3). */
export class RetainedPackets implements PacketSource {
  private readonly retention = new Retention(NEWEST_KEPT);
  private readonly id: Uint8Array;
  private ackedSinceDrop = 0;

  /** @param maxBytes the bound: the oldest goes first */
  constructor(
    private readonly store: PacketStore,
    channel: string,
    private readonly maxBytes: number,
  ) {
    this.id = Buffer.from(channel, 'hex');
    for (const { epoch, ranges } of store.held(this.id)) this.retention.stored(epoch, ranges);
  }

  /** Packets that only this machine has, as far as is known. */
  get unacknowledged(): number {
    return this.retention.unacknowledged;
  }

  held(): EpochNumbers[] {
    return this.retention.held();
  }

  heldOf(epoch: number): RangeSet {
    return this.held().find((numbers) => numbers.epoch === epoch)?.ranges ?? EMPTY;
  }

  /** One past an epoch's last packet: where it ended, as the last of each stays. */
  endOf({ epoch, start }: PastEpoch): number {
    return this.heldOf(epoch).at(-1)?.[1] ?? start;
  }

  /** @throws StoreError: then nothing of it is stored */
  async put(packets: readonly Uint8Array[], seals: readonly Uint8Array[]): Promise<void> {
    await this.store.put(this.id, packets.map(storedPacket), seals.map(storedSeal));
    const [first] = packets;
    if (first === undefined) return;
    const start = sequenceOf(first);
    this.retention.stored(epochOf(first), [[start, start + packets.length]]);
  }

  /**
   * An archive has these.
   * @returns those of them that none had acknowledged before
   * @throws StoreError
   */
  async acked(epoch: number, ranges: RangeSet): Promise<RangeSet> {
    const fresh = this.retention.acked(epoch, ranges);
    this.ackedSinceDrop += sizeOf(fresh);
    if (this.ackedSinceDrop >= DROP_PACKETS) await this.dropAcknowledged();
    return fresh;
  }

  /** Keeps to the bound. @returns what was dropped that nobody else has @throws StoreError */
  async keepToBound(): Promise<EpochNumbers[]> {
    if (this.excess <= 0) return [];
    await this.dropAcknowledged();
    if (this.excess <= 0) return [];
    const oldest = this.store.oldest(this.id, this.excess);
    const count = oldest.reduce((sum, { ranges }) => sum + sizeOf(ranges), 0);
    const { gone, lost } = this.retention.dropOldest(count);
    await this.store.drop(this.id, gone);
    return lost;
  }

  /** Seals what was durable and not sealed when the publisher's program ended. @throws StoreError */
  async sealRest(channel: string, epochs: readonly PastEpoch[], signer: ChannelSigner, time: number): Promise<void> {
    const last = epochs.at(-1);
    if (last === undefined) return;
    const context = { channel, epoch: last.epoch, signer };
    const seals = this.unsealedRuns(last.epoch).map((packets) => sealOver(packets, time, context));
    if (seals.length > 0) await this.store.put(this.id, [], seals.map(storedSeal));
  }

  packet(epoch: number, sequence: number): Uint8Array | undefined {
    return this.store.get(this.id, { epoch, sequence });
  }

  seal(epoch: number, sequence: number): Uint8Array | undefined {
    return this.store.sealOf(this.id, { epoch, sequence })?.bytes;
  }

  since(time: number): PacketNumber | undefined {
    return this.store.since(this.id, time);
  }

  private get excess(): number {
    return this.store.bytes(this.id) - this.maxBytes;
  }

  private async dropAcknowledged(): Promise<void> {
    this.ackedSinceDrop = 0;
    const gone = this.retention.dropAcknowledged();
    if (gone.length > 0) await this.store.drop(this.id, gone);
  }

  /** From the end back: what was sealed was sealed in order. */
  private unsealedRuns(epoch: number): Uint8Array[][] {
    const runs: Uint8Array[][] = [];
    for (const [start, end] of this.heldOf(epoch)) {
      let run: Uint8Array[] = [];
      for (const sequence of valuesOf([[start, end]])) {
        const packet = this.seal(epoch, sequence) === undefined ? this.packet(epoch, sequence) : undefined;
        if (packet !== undefined) run.push(packet);
        if (run.length > 0 && (packet === undefined || run.length === MAX_SEALED || sequence === end - 1)) {
          runs.push(run);
          run = [];
        }
      }
    }
    return runs;
  }
}
