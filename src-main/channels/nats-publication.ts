import type { NatsConnection } from '@nats-io/transport-node';
import type { PublisherEvent } from '../../src-shared/ipc/channel-events';
import type { PublicationView } from '../../src-shared/ipc/channel-views';
import { messageOf } from '../../src-shared/text/message-of';
import { PACKET_BYTES } from '../../src-shared/wire/channel-datagram';
import { type PacketNumber, SEQUENCE_END } from '../archive/packet';
import type { Identity } from '../security/identity';
import { RateMeter } from '../transport/rate-meter';
import { ChannelError, type Publication, type PublishOptions } from './bus';
import { Delivery, type DeliveryState } from './nats-delivery';
import { BUNDLE_PACKETS, type Bundle, BundleSigner, BundleVerifier, bundleOf, endOf } from './nats-message';
import { Outbox } from './nats-outbox';
import type { PacketStore } from './packet-store';

export interface NatsPublicationOptions extends PublishOptions {
  readonly subject: string;
  readonly identity: Identity;
  readonly store: PacketStore;
  /** Resolves once there is a connection. */
  readonly connection: Promise<NatsConnection>;
}

/** Packets that are not on disk yet hold `append` back. */
const UNSTORED_BYTES = 4 * 1024 * 1024;
/** How long `close` waits for the server; what is left then is handed over at the next start. */
const CLOSE_MS = 5_000;

/**
 * A channel published to JetStream: each message is kept on disk until the server has acknowledged it. While the server is
 * away, or has no room, the disk takes everything, and it is handed over, in order, later or by the next start.
 */
export class NatsPublication implements Publication {
  readonly subject: string;
  private readonly outbox: Outbox;
  private readonly signer: BundleSigner;
  private readonly delivery: Delivery;
  private readonly meter = new RateMeter();
  private epoch = 0;
  private next: number;
  private gathered: Uint8Array[] = [];
  private gathering: NodeJS.Immediate | undefined;
  private unstoredBytes = 0;
  private storing: Promise<void> = Promise.resolve();
  private wrapping: Promise<void> | undefined;
  private waiting: (() => void)[] = [];
  private failure: string | undefined;
  private isClosed = false;
  private archive: Partial<DeliveryState> = {};
  private readonly sums = { packets: 0, bytes: 0, storedPackets: 0, storedBytes: 0, dropped: 0 };

  private constructor(private readonly options: NatsPublicationOptions) {
    const { subject, identity, store, connection } = options;
    this.subject = subject;
    this.next = options.firstSequence ?? 0;
    this.outbox = new Outbox(store, identity.fingerprint, subject);
    this.signer = new BundleSigner(identity, subject);
    this.delivery = new Delivery({
      subject,
      outbox: this.outbox,
      verifier: new BundleVerifier(subject),
      fingerprint: identity.fingerprint,
      connection,
      onAcknowledged: (bundle) => this.acknowledged(bundle),
      onState: (state) => this.setArchive(state),
    });
  }

  /** @throws ChannelError, StoreError */
  static async open(options: NatsPublicationOptions): Promise<NatsPublication> {
    const publication = new NatsPublication(options);
    await publication.beginEpoch('start');
    return publication;
  }

  async append(payload: Uint8Array): Promise<PacketNumber> {
    this.checkOpen(payload);
    while (this.next === SEQUENCE_END) await this.wrap();
    const number = { epoch: this.epoch, sequence: this.next++ };
    this.gathered.push(payload);
    this.unstoredBytes += payload.length;
    this.sums.packets++;
    this.sums.bytes += payload.length;
    if (this.gathered.length >= BUNDLE_PACKETS) this.keep(false);
    else this.gathering ??= setImmediate(() => this.keep(false));
    while (this.unstoredBytes > UNSTORED_BYTES && this.failure === undefined) {
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
    return number;
  }

  async flush(): Promise<void> {
    this.keep(false);
    await this.storing;
    if (this.failure !== undefined) throw new ChannelError(this.failure);
  }

  view(): Omit<PublicationView, 'folder' | 'files'> {
    const { packets, bytes, storedPackets, storedBytes, dropped } = this.sums;
    const { failure } = this;
    return {
      subject: this.subject,
      state: failure === undefined ? 'open' : 'failed',
      ...(failure === undefined ? {} : { failure }),
      last: packets === 0 ? null : { epoch: this.epoch, sequence: this.next - 1 },
      first: null,
      packets,
      bytes,
      rate: this.meter.measure(bytes, performance.now()),
      archive: {
        state: 'connecting',
        ...this.archive,
        storedPackets,
        storedBytes,
        unacknowledged: Math.max(0, packets - storedPackets - dropped),
      },
      repaired: { archive: 0, server: 0, group: 0 },
      dropped,
      subscribers: [],
    };
  }

  close(): Promise<void> {
    return this.end(true);
  }

  /** The program ends, and not the channel: it goes on when it is published again. */
  leave(): Promise<void> {
    return this.end(false);
  }

  private async end(isOver: boolean): Promise<void> {
    if (this.isClosed) return;
    this.keep(isOver);
    this.isClosed = true;
    await this.storing;
    if (this.failure === undefined) await this.delivery.drained(CLOSE_MS);
    await this.delivery.close();
  }

  /** An epoch is durable before its first packet, and never one that was used before. */
  private async beginEpoch(why: 'start' | 'wrap'): Promise<void> {
    if (why === 'wrap') this.keep(false);
    const { store, identity } = this.options;
    const name = `epoch nats ${identity.fingerprint} ${this.subject}`;
    const used = store.readCursor(name);
    const epoch = (used === undefined ? 0 : Buffer.from(used).readUInt32BE(0)) + 1;
    if (epoch >= SEQUENCE_END)
      throw new ChannelError('The epochs of this channel are used up: publish under another subject.');
    const value = Buffer.alloc(4);
    value.writeUInt32BE(epoch);
    await store.writeCursor(name, value);
    this.epoch = epoch;
    if (why === 'wrap') this.next = 0;
    this.tell({ event: 'epoch', subject: this.subject, epoch, sequence: this.next, why });
  }

  private wrap(): Promise<void> {
    this.wrapping ??= this.beginEpoch('wrap').finally(() => {
      this.wrapping = undefined;
    });
    return this.wrapping;
  }

  /** Makes a message of what has been appended, and puts it on the disk. */
  private keep(ended: boolean): void {
    clearImmediate(this.gathering);
    this.gathering = undefined;
    const payloads = this.gathered;
    if (payloads.length === 0 && !ended) return;
    this.gathered = [];
    const time = Date.now();
    const bundle: Bundle = { epoch: this.epoch, first: this.next - payloads.length, time, payloads, ended };
    const stored = this.outbox.add(this.signer.sign(bundle), time);
    this.storing = Promise.all([this.storing, stored]).then(
      () => this.kept(bundle),
      (error: unknown) => this.fail(messageOf(error)),
    );
  }

  private async kept(bundle: Bundle): Promise<void> {
    const { epoch, first, payloads } = bundle;
    const bytes = bytesOf(bundle);
    this.unstoredBytes -= bytes;
    if (payloads.length > 0) {
      this.tell({ event: 'published', subject: this.subject, epoch, first, last: endOf(bundle) - 1, bytes });
    }
    await this.dropExcess();
    this.delivery.ring();
    for (const go of this.waiting.splice(0)) go();
  }

  /** Retention is bounded: the oldest goes, and it is said what went. */
  private async dropExcess(): Promise<void> {
    let excess = this.outbox.bytes - (this.options.retainBytes ?? Number.POSITIVE_INFINITY);
    while (excess > 0) {
      const [oldest] = this.outbox.from(0, 1);
      if (oldest === undefined) return;
      await this.outbox.dropBefore(oldest.index + 1);
      excess = this.outbox.bytes - (this.options.retainBytes ?? 0);
      const bundle = bundleOf(oldest.message);
      if (bundle === undefined || bundle.payloads.length === 0) continue;
      this.sums.dropped += bundle.payloads.length;
      const ranges = [[bundle.first, endOf(bundle)]] as const;
      this.tell({ event: 'dropped', subject: this.subject, epoch: bundle.epoch, ranges });
    }
  }

  private fail(reason: string): void {
    this.failure ??= reason;
    for (const go of this.waiting.splice(0)) go();
  }

  private checkOpen(payload: Uint8Array): void {
    if (this.failure !== undefined) throw new ChannelError(this.failure);
    if (this.isClosed) throw new ChannelError(`The channel ${this.subject} is closed.`);
    if (payload.length > PACKET_BYTES)
      throw new ChannelError(`A packet holds at most ${PACKET_BYTES} bytes, not ${payload.length}.`);
  }

  private acknowledged(bundle: Bundle): void {
    if (bundle.payloads.length === 0) return;
    this.sums.storedPackets += bundle.payloads.length;
    this.sums.storedBytes += bytesOf(bundle);
    const ranges = [[bundle.first, endOf(bundle)]] as const;
    this.tell({ event: 'archived', subject: this.subject, epoch: bundle.epoch, ranges });
  }

  private setArchive(state: DeliveryState): void {
    const { name = 'NATS', address = '' } = { ...this.archive, ...state };
    const hasChanged = state.state !== this.archive.state;
    this.archive = { name, address, ...state };
    if (hasChanged) this.tell({ event: 'archive', subject: this.subject, ...state, name, address });
  }

  private tell(event: PublisherEvent): void {
    this.options.onEvent?.(event);
  }
}

function bytesOf({ payloads }: Bundle): number {
  return payloads.reduce((sum, { length }) => sum + length, 0);
}
