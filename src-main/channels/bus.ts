import type { ArchiveEvent, PublisherEvent, SubscriberEvent } from '../../src-shared/ipc/channel-events';
import type { PublicationView, SubscriptionView } from '../../src-shared/ipc/channel-views';
import type { JoinPoint, Packet, PacketNumber } from '../archive/packet';

/**
 * What carries channels: the room's multicast, or NATS JetStream between rooms (docs/channels.md). One interface; the same
 * compliance suite runs on both.
 */

/** A packet of a channel: where a subscriber goes on. */
export interface ChannelPosition extends PacketNumber {
  readonly subject: string;
}

export interface PublishOptions {
  /** What is kept at most while no archive has it; the oldest goes first. Bytes. */
  readonly retainBytes?: number;
  /** The number of the first packet of this start's epoch; 0 unless a test of the wrap says otherwise. */
  readonly firstSequence?: number;
  onEvent?(event: PublisherEvent): void;
}

export interface SubscribeOptions {
  readonly from: JoinPoint;
  /**
   * The last packet of each channel that was delivered before; a channel that is named here ignores `from`. Who has joined and
   * delivered nothing yet remembers the number before that of the event `joined`.
   */
  readonly cursors?: readonly ChannelPosition[];
  onEvent?(event: SubscriberEvent): void;
}

export interface ArchiveOptions {
  /** Packets expire after this; never by default. ms. */
  readonly keepMs?: number;
  /** What one channel may take at most. Bytes. */
  readonly keepBytes?: number;
  onEvent?(event: ArchiveEvent): void;
}

export interface ChannelBus {
  /** Opens a channel for publishing: one subject, one publisher. */
  publish(subject: string, options?: PublishOptions): Promise<Publication>;
  /** Subscribes to every channel whose subject matches the pattern. */
  subscribe(pattern: string, options: SubscribeOptions): Promise<Subscription>;
  /** The program ends: channels that were not closed go on when they are published again. */
  close(): Promise<void>;
}

export interface Publication {
  readonly subject: string;
  /**
   * Numbers a packet, keeps it and sends it. Resolves when the next may come (back-pressure): it is on its way then, and
   * durable after `flush`. The payload is taken over: it must not change afterwards.
   * @throws ChannelError where it is longer than PACKET_BYTES, the channel is closed, or the disk takes nothing more
   */
  append(payload: Uint8Array): Promise<PacketNumber>;
  /** Resolves when everything appended is archived or durably retained here. @throws ChannelError */
  flush(): Promise<void>;
  view(): Omit<PublicationView, 'folder' | 'files'>;
  /** Flushes, tells subscribers that this was all, gives those who are connected some time to have it, and closes. */
  close(): Promise<void>;
}

/**
 * Packets in order, each once, of one channel after the other as they come. Ends when the channel of a subject without
 * wildcards was closed by its publisher, or after `close`. Whoever does not ask for the next packet holds nothing up but
 * itself: what it misses meanwhile is fetched later.
 */
export interface Subscription extends AsyncIterable<Packet> {
  view(): Omit<SubscriptionView, 'folder' | 'files'>;
  close(): Promise<void>;
}

/** An archive that runs: it stores, answers queries and acknowledges until closed. */
export interface ArchiveService {
  close(): Promise<void>;
}

/** A channel cannot do what was asked; the message says why and what to do. */
export class ChannelError extends Error {
  override readonly name: string = 'ChannelError';
}
