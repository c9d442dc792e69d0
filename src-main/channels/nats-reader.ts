import { setTimeout as sleep } from 'node:timers/promises';
import { DeliverPolicy, type JetStreamManager, type JsMsg, jetstream } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { SubscriberEvent } from '../../src-shared/ipc/channel-events';
import { messageOf } from '../../src-shared/text/message-of';
import type { JoinPoint, Packet } from '../archive/packet';
import type { ChannelPosition } from './bus';
import { ChannelOrder } from './channel-order';
import { BundleVerifier, fieldsOf, isBefore, type SignedBundle } from './nats-message';
import { placeOf, streamInfo, streamName } from './nats-stream';
import type { PublisherTrust } from './publisher-trust';

export interface NatsReaderOptions {
  readonly subject: string;
  readonly connection: NatsConnection;
  readonly manager: JetStreamManager;
  readonly trust: PublisherTrust;
  readonly from: JoinPoint;
  /** The last packet that was delivered before: in place of `from`. */
  readonly after: ChannelPosition | undefined;
  /** Where the stream ended when its user subscribed: what “now” means. */
  readonly now: number;
  onEvent(event: SubscriberEvent): void;
  onPublisher(fingerprint: string): void;
  /** Resolves when more may come. */
  onPackets(packets: readonly Packet[]): Promise<void>;
  /** The publisher has closed the channel, and everything of it has been handed over. @returns whether to read on */
  onEnd(): boolean;
}

/** Asked of the server at a time: some hundred messages at their largest. */
const MAX_BYTES = 8 * 1024 * 1024;
const EXPIRES_MS = 10_000;
const HEARTBEAT_MS = 1_000;
const RETRY_MS = 500;

/** One channel, read from its stream from some place on, for as long as it takes. */
export class NatsReader {
  private readonly verifier: BundleVerifier;
  private readonly order: ChannelOrder;
  private readonly strangers = new Set<string>();
  private place = 1;
  private isClosed = false;
  private stop: () => void = () => {};
  private readonly running: Promise<void>;

  constructor(private readonly options: NatsReaderOptions) {
    this.verifier = new BundleVerifier(options.subject);
    this.order = new ChannelOrder(options.subject, options.after, options.onEvent);
    this.running = this.run();
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.stop();
    await this.running;
  }

  private async run(): Promise<void> {
    let isPlaced = false;
    while (!this.isClosed) {
      try {
        if (!isPlaced) this.place = await this.firstPlace();
        isPlaced = true;
        await this.read();
      } catch (error) {
        if (this.isClosed) return;
        this.options.onEvent({ event: 'left', reason: `${messageOf(error)}.` });
      }
      if (!this.isClosed) await sleep(RETRY_MS);
    }
  }

  /** Join rules: where in the stream the first packet lies that this subscriber wants. */
  private async firstPlace(): Promise<number> {
    const { manager, subject, after, from, now } = this.options;
    const find = (before: (bundle: SignedBundle) => boolean) => placeOf(manager, subject, this.verifier, before);
    if (after !== undefined) return find((bundle) => isBefore(bundle, { ...after, sequence: after.sequence + 1 }));
    if (from === 'now') return now;
    if (from === 'beginning') return 1;
    if ('time' in from) return find(({ time }) => time < from.time);
    const { epoch = await this.newestEpoch() } = from;
    return find((bundle) => isBefore(bundle, { epoch, sequence: from.sequence }));
  }

  private async newestEpoch(): Promise<number> {
    const { manager, subject } = this.options;
    let newest = 0;
    // What is before nothing: the bisection ends at the newest message.
    await placeOf(manager, subject, this.verifier, ({ epoch }) => {
      newest = Math.max(newest, epoch);
      return true;
    });
    return newest;
  }

  private async read(): Promise<void> {
    const { connection, subject } = this.options;
    const consumer = await jetstream(connection).consumers.get(streamName(subject), {
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: this.place,
    });
    const messages = await consumer.consume({
      max_bytes: MAX_BYTES,
      expires: EXPIRES_MS,
      idle_heartbeat: HEARTBEAT_MS,
      abort_on_missing_resource: true,
    });
    this.stop = () => messages.stop();
    if (this.isClosed) messages.stop();
    for await (const message of messages) {
      if (this.isClosed) break;
      await this.take(message);
    }
  }

  private async take(message: JsMsg): Promise<void> {
    // Counted by the stream itself: a consumer that was made anew begins behind what has been taken.
    if (message.seq < this.place) return;
    this.place = message.seq + 1;
    const bundle = this.verifier.open({ fields: fieldsOf(message.headers), body: message.data });
    if (bundle === undefined || !(await this.isTrusted(bundle.fingerprint))) return;
    const packets = this.newPackets(bundle);
    if (packets.length > 0) await this.options.onPackets(packets);
    if (bundle.ended && !this.options.onEnd()) this.isClosed = true;
  }

  private newPackets(bundle: SignedBundle): Packet[] {
    const { subject, onEvent, from, after } = this.options;
    const { epoch, first, payloads, time } = bundle;
    const wanted = after === undefined && typeof from === 'object' && 'sequence' in from ? from.sequence : 0;
    const skipped = this.hasBegun ? 0 : Math.min(payloads.length, Math.max(0, wanted - first));
    const { known, missing } = this.order.take({ epoch, sequence: first + skipped }, payloads.length - skipped);
    if (payloads.length > 0) this.hasBegun = true;
    if (missing > 0) {
      const ranges = [[first - missing, first]] as const;
      onEvent({ event: 'lost', subject, epoch, ranges, why: 'The server does not keep them any more.' });
    }
    const news = payloads.slice(skipped + known);
    const start = first + skipped + known;
    return news.map((payload, i) => ({ subject, epoch, sequence: start + i, time, payload }));
  }

  private hasBegun = false;

  private async isTrusted(fingerprint: string): Promise<boolean> {
    if (await this.options.trust.accepts(fingerprint)) {
      this.options.onPublisher(fingerprint);
      return true;
    }
    if (!this.strangers.has(fingerprint) && this.strangers.size < MAX_STRANGERS) {
      this.strangers.add(fingerprint);
      const reason = `${this.options.subject} is published by ${fingerprint}, who is not trusted here: nothing of that is taken.`;
      this.options.onEvent({ event: 'problem', reason, final: false });
    }
    return false;
  }
}

const MAX_STRANGERS = 8;

/** Where a stream ends now; 1 where there is none. */
export async function endOfStream(manager: JetStreamManager, subject: string): Promise<number> {
  const info = await streamInfo(manager, streamName(subject));
  return (info?.state.last_seq ?? 0) + 1;
}
