import { epochOf, sequenceOf } from '../../src-shared/wire/channel-datagram';
import type { PastEpoch } from '../archive/epoch-list';
import { comparePackets } from '../archive/packet';
import { ArchiveHost } from './simulated-archive';
import { RESTART_MS } from './simulated-channel-delays';
import { SimulatedDisk } from './simulated-channel-disk';
import { SimulatedGroup } from './simulated-channel-group';
import { keyOf, type NumberedPayload, payloadOf } from './simulated-channel-packet';
import type { LinkFaults } from './simulated-link';
import { PublisherHost } from './simulated-publisher';
import { type SimulatedSubscriber, SubscriberHost, type SubscriberResult } from './simulated-subscriber';

export interface SimulatedChannelRun {
  readonly packets: number;
  /** Between two packets of the source; 0 is as fast as the publisher lets it. */
  readonly everyMs: number;
  readonly firstSequence: number;
  readonly archive: LinkFaults | undefined;
  /** The archive is away between these times. */
  readonly archiveAway: readonly [from: number, to: number] | undefined;
  /** The archive's disk is full between these times. */
  readonly archiveFull: readonly [from: number, to: number] | undefined;
  /** The publisher is killed and started anew. */
  readonly restartAt: number | undefined;
  readonly subscribers: readonly SimulatedSubscriber[];
  /** Packets and seals that anybody invents, as a share of the true ones. */
  readonly forged: number;
}

export interface SimulatedChannelResult {
  /** Everybody has everything. */
  readonly ended: boolean;
  /** What the source appended and the publisher vouched for, in order. */
  readonly published: readonly NumberedPayload[];
  readonly subscribers: readonly SubscriberResult[];
  readonly archived: number;
  /** What only the publisher has at the end. */
  readonly unacknowledged: number;
  readonly broadcasts: number;
}

const TIME_LIMIT_MS = 30 * 60_000;

/** Runs a channel on virtual time over a seeded network, until everybody has everything or half an hour is over. */
export function simulateChannel(run: SimulatedChannelRun, random: () => number): SimulatedChannelResult {
  return new SimulatedChannel(run, random).run();
}

class SimulatedChannel {
  publisher: PublisherHost;
  readonly archive: ArchiveHost | undefined;
  private readonly group: SimulatedGroup;
  private readonly disk = new SimulatedDisk();
  private readonly subscribers: SubscriberHost[];
  private readonly vouched = new Map<string, NumberedPayload>();
  private appended = 0;

  constructor(
    private readonly options: SimulatedChannelRun,
    random: () => number,
  ) {
    const { archive, subscribers, firstSequence, forged } = options;
    this.group = new SimulatedGroup(random, forged);
    this.publisher = this.startPublisher([], firstSequence);
    this.archive = archive && new ArchiveHost(this.group, this, archive);
    this.subscribers = subscribers.map(
      (subscriber, index) => new SubscriberHost(this.group, this, subscriber, `s${index}`),
    );
  }

  run(): SimulatedChannelResult {
    this.archive?.connect();
    this.scheduleFaults();
    for (const subscriber of this.subscribers) this.group.at(subscriber.options.joinsAt, () => subscriber.join());
    this.group.at(1, () => this.feed());
    const ended = this.group.clock.run(() => this.isOver(), TIME_LIMIT_MS);
    return {
      ended,
      published: [...this.vouched.values()].sort(comparePackets),
      subscribers: this.subscribers.map((subscriber) => subscriber.result()),
      archived: this.archive?.disk.size ?? 0,
      unacknowledged: this.publisher.retention.unacknowledged,
      broadcasts: this.group.broadcasts,
    };
  }

  private startPublisher(past: readonly PastEpoch[], firstSequence: number): PublisherHost {
    return new PublisherHost(this.group, this.disk, past, firstSequence, (packets) => this.publish(packets));
  }

  /** The publisher has sealed these: they are the channel's. */
  private publish(packets: readonly Uint8Array[]): void {
    for (const packet of packets) {
      const [epoch, sequence] = [epochOf(packet), sequenceOf(packet)];
      this.vouched.set(keyOf(packet), { epoch, sequence, payload: payloadOf(packet) });
    }
  }

  private feed(): void {
    if (this.appended >= this.options.packets) return this.publisher.end();
    if (this.publisher.isDown) return this.group.after(20, () => this.feed());
    for (let burst = 0; burst < 32 && this.appended < this.options.packets && !this.publisher.isFull; burst++) {
      this.publisher.append(this.appended++);
      if (this.options.everyMs > 0) break;
    }
    this.publisher.pump();
    this.group.after(Math.max(1, this.options.everyMs), () => this.feed());
  }

  private scheduleFaults(): void {
    const { archiveAway, archiveFull, restartAt } = this.options;
    if (archiveAway !== undefined) {
      this.group.at(archiveAway[0], () => this.archive?.goAway());
      this.group.at(archiveAway[1], () => this.archive?.connect());
    }
    if (archiveFull !== undefined) {
      this.group.at(archiveFull[0], () => this.archive?.setFull(true));
      this.group.at(archiveFull[1], () => this.archive?.setFull(false));
    }
    if (restartAt !== undefined) this.group.at(restartAt, () => this.restart());
  }

  /** Everything in memory is gone; what the source had handed over and was not durable is not part of the channel. */
  private restart(): void {
    const { past } = this.publisher;
    this.publisher.isDown = true;
    for (const subscriber of this.subscribers) subscriber.lostPublisher();
    this.archive?.lostPublisher();
    this.group.after(RESTART_MS, () => {
      this.publisher = this.startPublisher(past, 0);
      for (const subscriber of this.subscribers) subscriber.foundPublisher();
      this.archive?.foundPublisher();
      if (this.appended >= this.options.packets) this.publisher.end();
    });
  }

  private isOver(): boolean {
    if (this.publisher.isDown || !this.publisher.isDone) return false;
    if (this.subscribers.some((subscriber) => !subscriber.isOver)) return false;
    return this.archive === undefined || this.publisher.retention.unacknowledged === 0;
  }
}
