import type { SubscriberEvent } from '../../src-shared/ipc/channel-events';
import type { RepairCounts, SubscriptionView } from '../../src-shared/ipc/channel-views';
import { plainText } from '../../src-shared/text/plain-text';
import { type ChannelMessage, type HostMessage, MAX_SUBJECT_CHARS } from '../../src-shared/wire/channel-messages';
import type { Packet } from '../archive/packet';
import { hasWildcard, matches, subjectFault } from '../archive/subjects';
import { systemClock } from '../transport/clock';
import type { Impairment } from '../transport/impairment';
import { RateMeter } from '../transport/rate-meter';
import { reasonOf } from '../transport/words';
import type { ArchiveLinks } from './archive-links';
import type { SubscribeOptions, Subscription } from './bus';
import { channelIdOf, publisherOf } from './channel-crypto';
import type { ChannelReach, HostVisitor, ReachedHost } from './channel-reach';
import { isUntrusted } from './host-link';
import { SubscribedChannel } from './subscribed-channel';

export interface MulticastSubscriptionOptions extends SubscribeOptions {
  readonly pattern: string;
  readonly reach: ChannelReach;
  readonly archives: ArchiveLinks;
  readonly impairment: Impairment | undefined;
}

/** Packets that are decrypted ahead of the one who asks for them. */
const READ_PACKETS = 64;

/** Every channel in reach whose subject matches a pattern, as one stream (PROTOCOL.md section 16). */
export class MulticastSubscription implements Subscription, HostVisitor {
  private readonly channels = new Map<string, SubscribedChannel>();
  private ready: Packet[] = [];
  private wake: (() => void) | undefined;
  private isClosed = false;
  private lastFailure = '';
  private host: ReachedHost | undefined;
  private readonly meter = new RateMeter();
  /** A pattern without wildcards: the end of its channel is the end of the subscription. */
  private readonly isOfOne: boolean;

  constructor(private readonly options: MulticastSubscriptionOptions) {
    this.isOfOne = !hasWildcard(options.pattern);
    options.reach.visit(this);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Packet, void, undefined> {
    while (!this.isClosed) {
      const packet = this.next();
      if (packet !== undefined) yield packet;
      else if (this.hasEnded()) return;
      else await this.something();
    }
  }

  view(): Omit<SubscriptionView, 'folder' | 'files'> {
    const { pattern, from } = this.options;
    const channels = [...this.channels.values()];
    const figures = channels.map((channel) => channel.figures);
    const sum = (of: (figure: (typeof figures)[number]) => number) => figures.reduce((all, one) => all + of(one), 0);
    const repaired: RepairCounts = {
      archive: sum((one) => one.repaired.archive),
      server: sum((one) => one.repaired.server),
      group: sum((one) => one.repaired.group),
    };
    const bytes = channels.reduce((all, channel) => all + channel.bytes, 0);
    const gap = sum((one) => one.gap);
    const isHere = this.host?.link.isOpen === true;
    const position = channels.at(-1)?.position;
    return {
      ...{ pattern, from, bytes, gap, repaired },
      state: this.host === undefined ? 'searching' : !isHere ? 'away' : gap > READ_PACKETS ? 'catchingUp' : 'connected',
      ...(this.lastFailure === '' || isHere ? {} : { failure: this.lastFailure }),
      publisher: this.host?.name ?? null,
      last: position === undefined || position.sequence === 0 ? null : { ...position, sequence: position.sequence - 1 },
      packets: channels.reduce((all, channel) => all + channel.packets, 0),
      rate: this.meter.measure(bytes, systemClock.now()),
      gaps: sum((one) => one.gaps),
      lost: sum((one) => one.lost),
    };
  }

  async close(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    this.options.reach.leave(this);
    this.awaken();
    await Promise.all([...this.channels.values()].map((channel) => channel.close()));
  }

  // --- What the reach tells ---

  connected(host: ReachedHost): void {
    this.host = host;
    this.lastFailure = '';
    const { name: publisher, fingerprint, place: { host: address, port } = { host: '', port: 0 } } = host;
    this.tell({ event: 'connected', publisher, fingerprint, address, port });
  }

  channel(host: ReachedHost, message: ChannelMessage): void {
    const known = this.channels.get(message.id);
    if (known !== undefined) known.heard(host, message);
    else if (this.isWanted(message)) this.join(host, message);
  }

  message(_host: ReachedHost, message: HostMessage, attachment: Uint8Array): void {
    if ('channel' in message) this.channels.get(message.channel)?.answer(message, attachment, 'server');
  }

  closed(_host: ReachedHost, reason: string): void {
    for (const channel of this.channels.values()) channel.lost();
    this.tell({ event: 'left', reason });
  }

  failed(error: unknown): void {
    const reason = reasonOf(error);
    if (reason === this.lastFailure) return;
    this.lastFailure = reason;
    this.tell({ event: 'problem', reason, final: isUntrusted(error) });
  }

  // --- Channels ---

  private isWanted({ subject }: ChannelMessage): boolean {
    return subjectFault(subject) === undefined && matches(this.options.pattern, subject);
  }

  private join(host: ReachedHost, message: ChannelMessage): void {
    const publisher = publisherOf(message.certificate);
    const subject = plainText(message.subject, MAX_SUBJECT_CHARS);
    // A host speaks for its own channels only.
    if (publisher === undefined || publisher.fingerprint !== host.fingerprint) return;
    if (message.secret === undefined || channelIdOf(publisher.fingerprint, message.subject) !== message.id) return;
    const { from, cursors = [], archives, impairment } = this.options;
    const channel = new SubscribedChannel(host, message, publisher.proof, {
      ...{ from, archives, impairment },
      cursor: cursors.find((one) => one.subject === subject),
      onEvent: (event) => this.tell(event),
      onReady: () => this.awaken(),
    });
    this.channels.set(message.id, channel);
    this.awaken();
  }

  private next(): Packet | undefined {
    for (const channel of this.ready.length > 0 ? [] : this.channels.values())
      this.ready.push(...channel.read(READ_PACKETS));
    return this.ready.shift();
  }

  private hasEnded(): boolean {
    const channels = [...this.channels.values()];
    return this.isOfOne && channels.length > 0 && channels.every(({ isOver }) => isOver);
  }

  private something(): Promise<void> {
    return new Promise((resolve) => {
      this.wake = resolve;
    });
  }

  private awaken(): void {
    const { wake } = this;
    this.wake = undefined;
    wake?.();
  }

  private tell(event: SubscriberEvent): void {
    this.options.onEvent?.(event);
  }
}
