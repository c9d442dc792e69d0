import type { PublisherEvent } from '../../src-shared/ipc/channel-events';
import type { PublicationView } from '../../src-shared/ipc/channel-views';
import { type RangeSet, sizeOf, union } from '../../src-shared/ranges/range-set';
import { CHANNEL_HEADER_BYTES, PACKET, PACKET_BYTES, writeChannelHeader } from '../../src-shared/wire/channel-datagram';
import type { ChannelMessage, Extent, MemberMessage } from '../../src-shared/wire/channel-messages';
import type { Progress } from '../../src-shared/wire/progress';
import { extentsOf } from '../archive/epoch-list';
import { type PacketNumber, SEQUENCE_END } from '../archive/packet';
import { Publisher, type PublisherOutput } from '../archive/publisher';
import type { MemberQuery } from '../archive/query-desk';
import type { ChannelSigner } from '../archive/seal-maker';
import { DeadlineTimer, systemClock } from '../transport/clock';
import { RateMeter } from '../transport/rate-meter';
import { reasonOf } from '../transport/words';
import { ChannelError, type Publication } from './bus';
import { PacketCipher } from './channel-crypto';
import { type ChannelFacts, describeChannel } from './channel-description';
import type { MemberConnection } from './channel-protocol';
import { PacketSlab } from './packet-slab';
import { PublicationAnswers, type RunningEpoch } from './publication-answers';
import { PublicationArchive } from './publication-archive';
import { PublicationMembers, type Standing } from './publication-members';
import type { RetainedPackets } from './retained-packets';

export interface PublicationOptions extends ChannelFacts {
  readonly signer: ChannelSigner;
  readonly retained: RetainedPackets;
  readonly rate: 'auto' | number;
  readonly epoch: number;
  readonly firstSequence: number;
  onEvent(event: PublisherEvent): void;
  /** The channel is closed: its socket and its place at the door can go. */
  onClosed(): void;
}

/** The system's send queue is never filled further than this: what waits there cannot be paced. */
const MAX_QUEUED_DATAGRAMS = 64;
/** While it is full, look again after this long. */
const QUEUE_POLL_MS = 1;
/** A disk that took nothing is asked again after this. */
const STORE_RETRY_MS = 1_000;
/** Members are told of what can be had no more often than this. */
const NEWS_MS = 1_000;
/** Datagrams of one turn of the event loop, which has others to serve. */
const PACKETS_OF_TURN = 256;

/** Publishes one channel by multicast (PROTOCOL.md sections 13 to 17): drives a Publisher and answers its members. */
export class MulticastPublication implements Publication {
  private publisher: Publisher;
  private epoch: number;
  private cipher: PacketCipher;
  private readonly slab = new PacketSlab();
  private readonly answers: PublicationAnswers;
  private readonly members: PublicationMembers;
  private readonly archive: PublicationArchive;
  private readonly timer = new DeadlineTimer(systemClock, () => this.pump());
  private isPumping = false;
  private pumpSoon: NodeJS.Immediate | undefined;
  private waiters: (() => void)[] = [];
  private failure: Error | undefined;
  private isClosing = false;
  private isClosed = false;
  private isTurning = false;
  private cancelNews: (() => void) | undefined;
  private cancelRetry: () => void = () => {};
  private readonly meter = new RateMeter();
  private counts = { packets: 0, bytes: 0, dropped: 0 };

  constructor(private readonly options: PublicationOptions) {
    this.epoch = options.epoch;
    this.answers = new PublicationAnswers(options.channel, options.retained, () => this.running);
    this.members = new PublicationMembers(this.answers);
    this.publisher = this.begin(options.firstSequence);
    this.cipher = new PacketCipher(options.state.secret, options.channel, this.epoch);
    this.archive = new PublicationArchive(options.state, (news) => this.tell({ event: 'archive', ...news }));
    this.tell({ event: 'epoch', epoch: this.epoch, sequence: options.firstSequence, why: 'start' });
  }

  get subject(): string {
    return this.options.subject;
  }

  get index(): number {
    return this.options.index;
  }

  // --- Its user ---

  async append(payload: Uint8Array): Promise<PacketNumber> {
    if (payload.length > PACKET_BYTES)
      throw new ChannelError(
        `A packet holds up to ${PACKET_BYTES} bytes, and not ${payload.length}: cut it in pieces.`,
      );
    while (this.publisher.isFull || this.isTurning) await this.room();
    this.requireOpen();
    const number = { epoch: this.epoch, sequence: this.publisher.next };
    const packet = this.slab.take(CHANNEL_HEADER_BYTES + payload.length);
    const { channel } = this.options;
    writeChannelHeader(packet, { kind: PACKET, ended: false, time: Date.now(), channel, ...number });
    packet.set(this.cipher.cipher(number.sequence, payload), CHANNEL_HEADER_BYTES);
    this.publisher.append(packet, systemClock.now());
    this.soon();
    return number;
  }

  async flush(): Promise<void> {
    while (!this.publisher.isIdle || this.isTurning) {
      if (this.failure !== undefined) throw this.failure;
      await this.room();
    }
  }

  view(): Omit<PublicationView, 'folder' | 'files'> {
    const last = this.publisher.sealedEnd - 1;
    const extent = this.extents(this.archive.extents).find(({ first, end }) => first < end);
    const { packets, bytes, dropped } = this.counts;
    return {
      subject: this.subject,
      state: this.failure === undefined ? 'open' : 'failed',
      ...(this.failure === undefined ? {} : { failure: this.failure.message }),
      last: last < this.firstOfEpoch() ? null : { epoch: this.epoch, sequence: last },
      first: extent === undefined ? null : { epoch: extent.epoch, sequence: extent.first },
      ...{ packets, bytes, dropped },
      rate: this.meter.measure(bytes, systemClock.now()),
      archive: this.archive.view(this.options.retained.unacknowledged),
      repaired: { archive: 0, ...this.answers.counts },
      subscribers: this.members.views((id) => this.archive.is(id)),
    };
  }

  async close(): Promise<void> {
    if (this.isClosing) return;
    this.isClosing = true;
    try {
      await this.flush();
      this.publisher.end(systemClock.now());
      this.pump();
      this.news();
      await this.members.farewell(() => this.isClosed || this.haveAll());
    } finally {
      this.stop();
    }
  }

  /** The publisher goes, the channel does not end: what is not durable yet becomes so where it can. */
  async leave(): Promise<void> {
    if (!this.isClosing) await this.flush().catch(() => {});
    this.stop();
  }

  private stop(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.timer.arm(undefined);
    clearImmediate(this.pumpSoon);
    this.cancelNews?.();
    this.cancelRetry();
    this.wake();
    this.options.onClosed();
  }

  // --- Its members ---

  enter(id: string, name: string, connection: MemberConnection): void {
    this.members.enter(id, name, connection);
    connection.send(this.message(id));
  }

  left(id: string): void {
    this.members.left(id);
    this.publisher.left(id);
    this.answers.left(id);
    if (this.archive.left(id)) this.newsSoon();
  }

  subscribed(id: string): void {
    if (!this.members.follow(id)) return;
    this.publisher.joined(id);
    this.newsSoon();
  }

  has(id: string, have: Standing): void {
    this.members.has(id, have);
  }

  progress(id: string, { highest, received }: Progress): void {
    this.publisher.progress(id, highest, received);
    this.soon();
  }

  /** @returns false for a query that no honest member sends */
  ask(query: MemberQuery): boolean {
    const isTaken = this.answers.ask(query, this.members.size === 1, systemClock.now());
    const ranges = union(query.packets, query.seals);
    if (isTaken) this.tell({ event: 'query', from: query.member, epoch: query.epoch, ranges });
    this.soon();
    return isTaken;
  }

  drained(id: string): void {
    this.members.answersOf(id)?.goOn();
  }

  locate(time: number): PacketNumber | undefined {
    return this.options.retained.since(time);
  }

  /** A member offers to be the channel's archive. @returns why it is not @throws ChannelError */
  async keep(id: string, port: number): Promise<string | undefined> {
    const member = this.members.get(id);
    if (member === undefined) return undefined;
    const declined = await this.archive.keep(member, port);
    if (declined === undefined) this.news();
    return declined;
  }

  /** What the archive has, all in all. */
  holding(id: string, { extents, packets, bytes, full }: Holding): void {
    if (!this.archive.is(id)) return;
    this.archive.holding(extents, packets, bytes, full);
    this.newsSoon();
  }

  /** The archive has made these durable. */
  async acked(id: string, epoch: number, ranges: RangeSet): Promise<void> {
    if (!this.archive.is(id) || !this.options.state.epochs.some((one) => one.epoch === epoch)) return;
    this.archive.acked(epoch, ranges);
    const fresh = await this.options.retained.acked(epoch, ranges);
    if (fresh.length > 0) this.tell({ event: 'archived', epoch, ranges: fresh });
    this.newsSoon();
  }

  // --- The machine ---

  private begin(first: number): Publisher {
    const { channel, signer, rate } = this.options;
    const publisher = new Publisher({ channel, epoch: this.epoch, first, rate, signer }, systemClock.now());
    for (const id of this.members.following) publisher.joined(id);
    return publisher;
  }

  /** Once a turn of the event loop is enough, however many packets were appended in it. */
  private soon(): void {
    if (this.isClosed) return;
    this.pumpSoon ??= setImmediate(() => {
      this.pumpSoon = undefined;
      this.pump();
    });
  }

  private pump(): void {
    if (this.isPumping || this.isClosed) return;
    this.isPumping = true;
    try {
      const now = systemClock.now();
      this.answers.serve(this.members, now);
      this.publisher.timeout(now);
      if (this.publisher.paceDeadline(now) <= now) this.publisher.judgePace(now);
      this.transmit();
      for (const output of this.publisher.outputs()) this.carryOut(output);
    } finally {
      this.isPumping = false;
    }
    if (!this.publisher.isFull || this.publisher.isIdle) this.wake();
    this.turn();
    this.rearm();
  }

  private transmit(): void {
    const { sender } = this.options;
    for (let sent = 0; sent < PACKETS_OF_TURN && sender.queued < MAX_QUEUED_DATAGRAMS; sent++) {
      const datagram = this.publisher.nextDatagram(systemClock.now(), Date.now());
      if (datagram === undefined) return;
      sender.send(datagram);
    }
    this.soon();
  }

  private rearm(): void {
    const now = systemClock.now();
    const waiting = this.options.sender.queued >= MAX_QUEUED_DATAGRAMS ? QUEUE_POLL_MS : 0;
    const due = Math.min(this.publisher.deadline, this.publisher.paceDeadline(now), this.answers.deadline);
    this.timer.arm(Number.isFinite(due) && !this.isClosed ? Math.max(due, now + waiting) : undefined);
  }

  private carryOut(output: PublisherOutput): void {
    if (output.kind === 'store') {
      void this.store(output.packets, output.seals);
      return;
    }
    const { first, last, bytes } = output;
    const payload = bytes - (last - first + 1) * CHANNEL_HEADER_BYTES;
    this.counts.packets += last - first + 1;
    this.counts.bytes += payload;
    this.tell({ event: 'published', epoch: this.epoch, first, last, bytes: payload });
    // For those whom multicast does not reach.
    this.newsSoon();
  }

  private async store(packets: readonly Uint8Array[], seals: readonly Uint8Array[]): Promise<void> {
    const { retained } = this.options;
    const { publisher, epoch } = this;
    try {
      await retained.put(packets, seals);
      this.failure = undefined;
      publisher.stored(systemClock.now());
      for (const { epoch: of, ranges } of await retained.keepToBound()) this.dropped(of, ranges);
    } catch (error) {
      publisher.storeFailed(packets, seals);
      this.failed(error, epoch);
    }
    this.pump();
  }

  private dropped(epoch: number, ranges: RangeSet): void {
    this.counts.dropped += sizeOf(ranges);
    this.tell({ event: 'dropped', epoch, ranges });
    this.newsSoon();
  }

  /** Nothing is sealed that is not durable: the channel stands still until the disk takes it. */
  private failed(error: unknown, epoch: number): void {
    const isNew = this.failure === undefined;
    this.failure = new ChannelError(`The channel ${this.subject} stands still: ${reasonOf(error)}`);
    if (isNew) this.options.onEvent({ event: 'problem', reason: this.failure.message });
    this.wake();
    this.cancelRetry = systemClock.after(STORE_RETRY_MS, () => {
      if (epoch === this.epoch) this.publisher.retryStore();
      this.pump();
    });
  }

  /** The last number of an epoch was given: once all of it is out another begins. */
  private turn(): void {
    if (this.isTurning || this.publisher.next < SEQUENCE_END || this.isClosing) return;
    if (!this.publisher.finish()) {
      for (const output of this.publisher.outputs()) this.carryOut(output);
      return;
    }
    this.isTurning = true;
    void this.beginAnother().finally(() => {
      this.isTurning = false;
      this.wake();
    });
  }

  private async beginAnother(): Promise<void> {
    const { state, retained, channel } = this.options;
    try {
      this.epoch = await state.begin(0, (epoch) => retained.endOf(epoch), Date.now());
    } catch (error) {
      return this.failed(error, this.epoch);
    }
    this.publisher = this.begin(0);
    this.cipher = new PacketCipher(state.secret, channel, this.epoch);
    this.tell({ event: 'epoch', epoch: this.epoch, sequence: 0, why: 'wrap' });
    this.news();
  }

  // --- What members are told ---

  private extents(there: readonly Extent[]): Extent[] {
    const end = this.publisher.sealedEnd;
    const past = this.options.state.epochs.map((one) => (one.epoch === this.epoch ? { ...one, end } : one));
    return extentsOf(past, this.options.retained.held(), there);
  }

  private get running(): RunningEpoch {
    return { epoch: this.epoch, first: this.firstOfEpoch(), publisher: this.publisher };
  }

  private firstOfEpoch(): number {
    return this.options.state.epochs.at(-1)?.start ?? 0;
  }

  private news(): void {
    this.cancelNews?.();
    this.cancelNews = undefined;
    for (const connection of this.members.connections) connection.send(this.message(connection.peerFingerprint));
  }

  /** Ends and repeated changes are told together. */
  private newsSoon(): void {
    if (this.isClosed) return;
    this.cancelNews ??= systemClock.after(NEWS_MS, () => this.news());
  }

  private message(member: string): ChannelMessage {
    const standing = {
      epoch: this.epoch,
      next: this.publisher.sealedEnd,
      ended: this.isClosing && this.publisher.isIdle,
      extents: this.extents(this.archive.extents),
      retained: this.extents([]),
      members: this.members.size,
      following: this.members.following.length,
    };
    return describeChannel(this.options, standing, this.archive, member);
  }

  private tell(event: EventOfChannel): void {
    this.options.onEvent({ ...event, subject: this.subject });
  }

  // --- Waiting ---

  private requireOpen(): void {
    if (this.isClosing || this.isClosed) throw new ChannelError(`The channel ${this.subject} is closed.`);
    if (this.failure !== undefined) throw this.failure;
  }

  private async room(): Promise<void> {
    this.requireNotStopped();
    await new Promise<void>((resolve) => this.waiters.push(resolve));
    this.requireNotStopped();
  }

  private requireNotStopped(): void {
    if (this.isClosed) throw new ChannelError(`The channel ${this.subject} is closed.`);
    if (this.failure !== undefined) throw this.failure;
  }

  private wake(): void {
    for (const waiter of this.waiters.splice(0)) waiter();
  }

  private haveAll(): boolean {
    const end = this.publisher.sealedEnd;
    return end === this.firstOfEpoch() || this.members.haveAll(this.epoch, end, (id) => this.archive.is(id));
  }
}

type Holding = Extract<MemberMessage, { type: 'holding' }>;
type WithoutSubject<E> = E extends { subject: string } ? Omit<E, 'subject'> : never;
type EventOfChannel = WithoutSubject<PublisherEvent>;
