import { setTimeout as sleep } from 'node:timers/promises';
import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { SubscriberEvent } from '../../src-shared/ipc/channel-events';
import type { SubscriptionView } from '../../src-shared/ipc/channel-views';
import { sizeOf } from '../../src-shared/ranges/range-set';
import { messageOf } from '../../src-shared/text/message-of';
import type { Packet } from '../archive/packet';
import { hasWildcard, matches } from '../archive/subjects';
import { RateMeter } from '../transport/rate-meter';
import type { SubscribeOptions, Subscription } from './bus';
import { endOfStream, NatsReader } from './nats-reader';
import { natsSubject, streamName, subjectOf } from './nats-stream';
import { PacketQueue } from './packet-queue';
import type { PublisherTrust } from './publisher-trust';

export interface NatsSubscriptionOptions extends SubscribeOptions {
  readonly pattern: string;
  readonly connection: Promise<NatsConnection>;
  readonly trust: PublisherTrust;
}

/** Handed to nobody yet; at this point the server is asked for no more. */
const QUEUE_BYTES = 4 * 1024 * 1024;
/** So often new channels of a pattern are looked for. */
const LOOK_MS = 500;
/** A pattern of all there is on a large server. */
const MAX_CHANNELS = 256;

/** Channels that match a pattern, read from their streams. */
export class NatsSubscription implements Subscription {
  private readonly queue = new PacketQueue(QUEUE_BYTES);
  private readonly readers = new Map<string, NatsReader>();
  private readonly meter = new RateMeter();
  private readonly sums = { packets: 0, bytes: 0, gaps: 0, lost: 0 };
  private state: SubscriptionView['state'] = 'searching';
  private publisher: string | null = null;
  private last: SubscriptionView['last'] = null;
  private isClosed = false;
  private isFirstLook = true;
  private begin: () => void = () => {};
  /** Resolves when it is known where its channels are now. */
  readonly begun = new Promise<void>((resolve) => {
    this.begin = resolve;
  });
  private signalClose: () => void = () => {};
  private readonly closing = new Promise<void>((resolve) => {
    this.signalClose = resolve;
  });
  private readonly looking: Promise<void>;

  constructor(private readonly options: NatsSubscriptionOptions) {
    this.looking = this.look();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Packet> {
    for await (const packet of this.queue) {
      this.last = { epoch: packet.epoch, sequence: packet.sequence };
      this.sums.packets++;
      this.sums.bytes += packet.payload.length;
      yield packet;
    }
  }

  view(): Omit<SubscriptionView, 'folder' | 'files'> {
    const { packets, bytes, gaps, lost } = this.sums;
    return {
      pattern: this.options.pattern,
      from: this.options.from,
      state: this.state,
      publisher: this.publisher,
      last: this.last,
      packets,
      bytes,
      rate: this.meter.measure(bytes, performance.now()),
      gap: 0,
      gaps,
      repaired: { archive: 0, server: 0, group: 0 },
      lost,
    };
  }

  async close(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    this.signalClose();
    this.queue.end();
    await this.looking;
    for (const reader of this.readers.values()) await reader.close();
  }

  private async look(): Promise<void> {
    const connection = await Promise.race([
      this.options.connection.catch((error: unknown) => this.queue.end(error)),
      this.closing,
    ]);
    while (connection && !this.isClosed) {
      try {
        await this.lookOnce(connection, await jetstreamManager(connection));
        this.isFirstLook = false;
        this.begin();
      } catch (error) {
        if (!this.isClosed) this.setAway(messageOf(error));
      }
      if (this.isWatchedOver()) break;
      await sleep(LOOK_MS);
    }
    this.begin();
  }

  /** One channel needs no more looking once it is read. */
  private isWatchedOver(): boolean {
    return !hasWildcard(this.options.pattern) && this.readers.size > 0;
  }

  private async lookOnce(connection: NatsConnection, manager: JetStreamManager): Promise<void> {
    for (const subject of await this.subjectsIn(manager)) {
      if (this.readers.has(subject) || this.readers.size >= MAX_CHANNELS || this.isClosed) continue;
      // A channel that was not there when its user subscribed is new from its first packet on.
      const now = this.isFirstLook ? await endOfStream(manager, subject) : 1;
      this.readers.set(subject, this.readerOf(connection, manager, subject, now));
    }
  }

  private async subjectsIn(manager: JetStreamManager): Promise<string[]> {
    const { pattern } = this.options;
    const subjects: string[] = [];
    for await (const { config } of manager.streams.list(natsSubject(pattern))) {
      for (const name of config.subjects) {
        const subject = subjectOf(name);
        const isOurs = subject !== undefined && config.name === streamName(subject);
        if (isOurs && matches(pattern, subject)) subjects.push(subject);
      }
    }
    return subjects;
  }

  private readerOf(connection: NatsConnection, manager: JetStreamManager, subject: string, now: number): NatsReader {
    const { trust, from, cursors = [], pattern } = this.options;
    this.state = 'connected';
    let known: string | undefined;
    return new NatsReader({
      subject,
      connection,
      manager,
      trust,
      from,
      after: cursors.find((cursor) => cursor.subject === subject),
      now,
      onEvent: (event) => this.tell(event),
      onPublisher: (fingerprint) => {
        if (fingerprint === known) return;
        known = fingerprint;
        this.publisher = fingerprint;
        this.tell({ event: 'connected', publisher: subject, fingerprint, ...placeOf(connection) });
      },
      onPackets: (packets) => this.queue.add(packets),
      onEnd: () => {
        this.tell({ event: 'ended', subject });
        const isOver = !hasWildcard(pattern);
        if (isOver) this.queue.end();
        return !isOver;
      },
    });
  }

  private setAway(reason: string): void {
    if (this.state === 'away') return;
    this.state = 'away';
    this.options.onEvent?.({ event: 'left', reason: `${reason}.` });
  }

  private tell(event: SubscriberEvent): void {
    if (event.event === 'gap') this.sums.gaps += sizeOf(event.ranges);
    if (event.event === 'lost') this.sums.lost += sizeOf(event.ranges);
    if (event.event === 'connected') this.state = 'connected';
    if (event.event === 'left') this.state = 'away';
    this.options.onEvent?.(event);
  }
}

function placeOf(connection: NatsConnection): { address: string; port: number } {
  const server = connection.getServer();
  const port = Number(/:(\d+)$/.exec(server)?.[1] ?? 0);
  return { address: server.replace(/:\d+$/, ''), port };
}
