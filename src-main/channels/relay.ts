import { z } from 'zod';
import type { PublisherEvent, SubscriberEvent } from '../../src-shared/ipc/channel-events';
import { messageOf } from '../../src-shared/text/message-of';
import type { Packet } from '../archive/packet';
import type { ChannelBus, ChannelPosition, Publication, Subscription } from './bus';
import type { Memory } from './watched-folder';

export interface RelayOptions {
  readonly pattern: string;
  /** Where the channels are published. */
  readonly source: ChannelBus;
  /** Where they are to be heard too. */
  readonly target: ChannelBus;
  readonly memory: Memory;
  onEvent?(event: PublisherEvent | SubscriberEvent): void;
}

/** A relay that is killed repeats at most so many packets of a channel; they are its own, with numbers of their own. */
const NOTE_EVERY = 256;
const NOTE_MS = 500;

const positionSchema = z.object({ epoch: z.int().min(0), sequence: z.int().min(0) });

/**
 * Takes channels from one bus and publishes them on another, packet by packet: whatever comes of it is the relay's own channel of
 * the same subject, which its room trusts as it trusts the relay.
 */
export class Relay {
  /** Resolves when it was closed. @throws ChannelError */
  readonly ended: Promise<void>;
  private readonly channels = new Map<string, RelayedChannel>();
  private isClosed = false;

  private constructor(
    private readonly options: RelayOptions,
    private readonly subscription: Subscription,
  ) {
    this.ended = this.run();
    // Whoever does not wait for the end is told by `onEvent`.
    this.ended.catch(() => undefined);
  }

  /** @throws ChannelError */
  static async open(options: RelayOptions): Promise<Relay> {
    const { source, pattern, memory, onEvent } = options;
    const events = onEvent === undefined ? {} : { onEvent };
    const cursors = positions(memory);
    return new Relay(options, await source.subscribe(pattern, { from: 'now', cursors, ...events }));
  }

  /** What it publishes, by subject. */
  get publications(): Publication[] {
    return [...this.channels.values()].map(({ publication }) => publication);
  }

  get view(): ReturnType<Subscription['view']> {
    return this.subscription.view();
  }

  async close(): Promise<void> {
    this.isClosed = true;
    await this.subscription.close();
    await this.ended.catch(() => undefined);
  }

  private async run(): Promise<void> {
    try {
      for await (const packet of this.subscription) {
        if (this.isClosed) break;
        await (await this.channelOf(packet.subject)).take(packet);
      }
    } catch (error) {
      this.options.onEvent?.({ event: 'problem', reason: messageOf(error) });
      throw error;
    } finally {
      // A channel that its publisher has closed is over; one that is relayed no more may be again.
      for (const channel of this.channels.values()) await channel.close(!this.isClosed);
    }
  }

  private async channelOf(subject: string): Promise<RelayedChannel> {
    const { target, memory, onEvent } = this.options;
    const known = this.channels.get(subject);
    if (known !== undefined) return known;
    const publication = await target.publish(subject, onEvent === undefined ? {} : { onEvent });
    const channel = new RelayedChannel(publication, memory);
    this.channels.set(subject, channel);
    return channel;
  }
}

class RelayedChannel {
  private unnoted = 0;
  private noteDue = performance.now() + NOTE_MS;
  private last: Packet | undefined;

  constructor(
    readonly publication: Publication,
    private readonly memory: Memory,
  ) {}

  async take(packet: Packet): Promise<void> {
    await this.publication.append(packet.payload);
    this.last = packet;
    this.unnoted++;
    if (this.unnoted >= NOTE_EVERY || performance.now() >= this.noteDue) await this.note();
  }

  async close(isOver: boolean): Promise<void> {
    await this.note();
    if (isOver) await this.publication.close();
  }

  /** First what was published is safe, then that it was published. */
  private async note(): Promise<void> {
    const { last } = this;
    this.unnoted = 0;
    this.noteDue = performance.now() + NOTE_MS;
    if (last === undefined) return;
    await this.publication.flush();
    const { subject, epoch, sequence } = last;
    await this.memory.writeCursor(MEMORY + subject, Buffer.from(JSON.stringify({ epoch, sequence })));
  }
}

const MEMORY = 'relayed ';

function positions(memory: Memory): ChannelPosition[] {
  return memory.cursorNames(MEMORY).flatMap((name) => {
    const { data } = positionSchema.safeParse(JSON.parse(Buffer.from(memory.readCursor(name) ?? []).toString()));
    return data === undefined ? [] : [{ subject: name.slice(MEMORY.length), ...data }];
  });
}
