import { sizeOf } from '../../src-shared/ranges/range-set';
import { epochOf, sequenceOf } from '../../src-shared/wire/channel-datagram';
import { startAfter, startOf } from '../archive/join-point';
import type { PacketNumber } from '../archive/packet';
import type { MemberQuery } from '../archive/query-desk';
import type { RepairQuery } from '../archive/repair';
import { Subscriber } from '../archive/subscriber';
import type { ArchiveHost } from './simulated-archive';
import { onAnswer } from './simulated-channel-answers';
import { RESTART_MS, TLS_MS } from './simulated-channel-delays';
import type { Listener, SimulatedGroup } from './simulated-channel-group';
import { CHANNEL_ID, type NumberedPayload, payloadOf, proof } from './simulated-channel-packet';
import type { LinkFaults } from './simulated-link';
import type { PublisherHost } from './simulated-publisher';

/** One subscriber's link and fate. Times in ms. */
export interface SimulatedSubscriber extends LinkFaults {
  readonly joinsAt: number;
  readonly from: 'now' | 'beginning';
  /** Killed at this time; back a moment later with what it remembers: the last packet that it delivered. */
  readonly crashesAt?: number;
}

/** What a subscriber ended with. */
export interface SubscriberResult {
  readonly from: PacketNumber;
  readonly delivered: readonly NumberedPayload[];
  readonly queried: readonly PacketNumber[];
  readonly queries: number;
  readonly lost: number;
}

/** Whom a subscriber talks to by TLS. */
interface SubscriberPeers {
  /** Another one after a restart. */
  readonly publisher: PublisherHost;
  readonly archive: ArchiveHost | undefined;
}

/** A subscriber's machine, and its user who takes packets as they come. */
export class SubscriberHost implements Listener {
  readonly link: LinkFaults;
  private subscriber: Subscriber | undefined;
  private from: PacketNumber | undefined;
  private readonly delivered: NumberedPayload[] = [];
  private readonly queried: PacketNumber[] = [];
  private queries = 0;
  private lost = 0;
  private hasPublisher = false;
  private life = 0;
  private seen = { highest: 0, received: 0, epoch: 0 };

  constructor(
    private readonly group: SimulatedGroup,
    private readonly peers: SubscriberPeers,
    readonly options: SimulatedSubscriber,
    private readonly id: string,
  ) {
    this.link = options;
    peers.archive?.watch(() => this.reach());
    if (options.crashesAt !== undefined) group.at(options.crashesAt, () => this.crash());
  }

  get isOver(): boolean {
    return this.subscriber?.isOver === true;
  }

  join(): void {
    if (this.peers.publisher.isDown) return this.group.after(50, () => this.join());
    const { clock, random } = this.group;
    const { news } = this.peers.publisher;
    const last = this.delivered.at(-1);
    const from = last === undefined ? (this.from ?? startOf(this.options.from, news)) : startAfter(last);
    this.from ??= from;
    this.subscriber = new Subscriber({ channel: CHANNEL_ID, proof, from, random }, news, clock.now);
    this.group.listeners.add(this);
    this.enter();
  }

  lostPublisher(): void {
    this.hasPublisher = false;
    this.reach();
  }

  foundPublisher(): void {
    if (this.subscriber === undefined) return;
    this.enter();
    this.subscriber.heard(this.peers.publisher.news, this.group.clock.now);
    this.drain();
  }

  hear(datagram: Uint8Array): void {
    this.subscriber?.datagram(datagram, 'group', this.group.clock.now);
    this.report(datagram);
    this.drain();
  }

  result(): SubscriberResult {
    const { from = { epoch: 0, sequence: 0 }, delivered, queried, queries, lost } = this;
    return { from, delivered, queried, queries, lost };
  }

  private enter(): void {
    this.hasPublisher = true;
    const { life } = this;
    this.peers.publisher.enter(
      this.id,
      (news) => {
        if (life !== this.life) return;
        this.subscriber?.heard(news, this.group.clock.now);
        this.drain();
      },
      true,
    );
    this.reach();
  }

  private crash(): void {
    if (this.subscriber === undefined || this.isOver) return;
    this.life++;
    this.group.listeners.delete(this);
    this.subscriber = undefined;
    if (this.hasPublisher) this.peers.publisher.leave(this.id);
    this.hasPublisher = false;
    this.group.after(RESTART_MS, () => this.join());
  }

  private reach(): void {
    const { archive } = this.peers;
    const isThere = archive !== undefined && !archive.isAway;
    this.subscriber?.reaches(
      { archive: isThere, server: this.hasPublisher, archiveExists: archive !== undefined },
      this.group.clock.now,
    );
    this.drain();
  }

  private report(datagram: Uint8Array): void {
    const { seen } = this;
    if (epochOf(datagram) > seen.epoch) this.seen = { highest: 0, received: 0, epoch: epochOf(datagram) };
    this.seen.highest = Math.max(this.seen.highest, sequenceOf(datagram));
    this.seen.received++;
    if (this.seen.received % 32 !== 0 || !this.hasPublisher) return;
    const { highest, received } = this.seen;
    const { life } = this;
    this.group.after(TLS_MS, () => {
      if (life === this.life && !this.peers.publisher.isDown) this.peers.publisher.position(this.id, highest, received);
    });
  }

  private drain(): void {
    const { subscriber } = this;
    if (subscriber === undefined) return;
    for (
      let taken = subscriber.take(64, this.group.clock.now);
      taken.length > 0;
      taken = subscriber.take(64, this.group.clock.now)
    )
      for (const { epoch, sequence, packet } of taken)
        this.delivered.push({ epoch, sequence, payload: payloadOf(packet) });
    for (const output of subscriber.outputs()) {
      if (output.kind === 'query') this.ask(output.query);
      if (output.kind === 'lost') this.lost += sizeOf(output.ranges);
    }
    this.group.wake(
      subscriber,
      () => subscriber === this.subscriber,
      () => this.drain(),
    );
  }

  private ask(query: RepairQuery): void {
    this.queries++;
    for (const set of [query.packets, query.seals])
      if (set[0] !== undefined) this.queried.push({ epoch: query.epoch, sequence: set[0][0] });
    const { life } = this;
    const asked: MemberQuery = { member: this.id, ...query };
    onAnswer(asked, (source, datagrams, absent, broadcast) => {
      if (life !== this.life) return;
      for (const datagram of datagrams) this.subscriber?.datagram(datagram, source, this.group.clock.now);
      this.subscriber?.answered(query.query, absent, broadcast, this.group.clock.now);
      this.drain();
    });
    this.group.after(TLS_MS, () => {
      if (life !== this.life) return;
      if (query.to === 'archive') this.peers.archive?.ask(asked);
      else if (!this.peers.publisher.isDown) this.peers.publisher.ask(asked);
    });
  }
}
