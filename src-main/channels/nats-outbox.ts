import { createHash } from 'node:crypto';
import { sizeOf, span } from '../../src-shared/ranges/range-set';
import { decodeMessage, encodeMessage, type NatsMessage } from './nats-message';
import type { PacketStore } from './packet-store';
import { CHANNEL_ID_BYTES } from './store-records';

export interface OutboxEntry {
  readonly index: number;
  readonly message: NatsMessage;
}

/** A queue has one epoch, and numbers that last: 2^32 messages of 90 kB are 380 TB. */
const EPOCH = 0;

/** The messages that the server has not acknowledged, on disk, oldest first. */
export class Outbox {
  private readonly id: Uint8Array;
  private next: number;

  constructor(
    private readonly store: PacketStore,
    fingerprint: string,
    subject: string,
  ) {
    this.id = createHash('sha256').update(`nats ${fingerprint} ${subject}`).digest().subarray(0, CHANNEL_ID_BYTES);
    this.next = (store.last(this.id)?.sequence ?? -1) + 1;
  }

  get count(): number {
    return sizeOf(this.store.held(this.id)[0]?.ranges ?? []);
  }

  get bytes(): number {
    return this.store.bytes(this.id);
  }

  /** Adds a message; resolves when it is on disk. @throws StoreError */
  add(message: NatsMessage, time: number): Promise<void> {
    const sequence = this.next++;
    return this.store.put(this.id, [{ epoch: EPOCH, sequence, time, bytes: encodeMessage(message) }]);
  }

  /** The next messages from a place on. */
  from(index: number, limit: number): OutboxEntry[] {
    const found = this.store.range(this.id, { epoch: EPOCH, sequence: index }, limit);
    return found.map(({ sequence, bytes }) => ({ index: sequence, message: decodeMessage(bytes) }));
  }

  /** Removes what lies before a place. @throws StoreError */
  async dropBefore(index: number): Promise<void> {
    await this.store.drop(this.id, [{ epoch: EPOCH, ranges: span(0, index) }]);
  }
}
