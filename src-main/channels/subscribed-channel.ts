import type { SubscriberEvent } from '../../src-shared/ipc/channel-events';
import { subtract } from '../../src-shared/ranges/range-set';
import { payloadOf, timeOf } from '../../src-shared/wire/channel-datagram';
import type { ChannelMessage, HostMessage } from '../../src-shared/wire/channel-messages';
import { startAfter, startOf } from '../archive/join-point';
import { comparePackets, type JoinPoint, type Packet, type PacketNumber } from '../archive/packet';
import type { Carrier, ReceptionOutput } from '../archive/reception';
import type { RepairSource } from '../archive/repair';
import { type OrderedPacket, Subscriber } from '../archive/subscriber';
import { DeadlineTimer, systemClock } from '../transport/clock';
import type { Impairment } from '../transport/impairment';
import type { ArchiveLinks } from './archive-links';
import { PacketCipher, type publisherOf } from './channel-crypto';
import type { ReachedHost } from './channel-reach';
import { GroupSocket } from './group-socket';
import type { HostLink } from './host-link';
import { PositionTeller } from './position-teller';
import { decodeDatagrams, decodeNumbers, encodeQuery } from './query-codec';

export interface SubscribedChannelOptions {
  readonly from: JoinPoint;
  /** The last packet that was delivered before, if any. */
  readonly cursor: PacketNumber | undefined;
  readonly archives: ArchiveLinks;
  readonly impairment: Impairment | undefined;
  onEvent(event: SubscriberEvent): void;
  /** There may be something to take, or it is over. */
  onReady(): void;
}

/** What is delivered is told together, this often. */
const DELIVERED_MS = 200;
/** How far this subscriber is, for people at the publisher's; more often only at the end. */
const HAVE_MS = 250;
const LOCATE_MS = 3_000;
/** A connection to an archive in the same network is there well within this. */
const ARCHIVE_GRACE_MS = 1_000;

/** One channel of a subscription: drives a Subscriber between group, publisher and archive (PROTOCOL.md section 16). */
export class SubscribedChannel {
  private subscriber: Subscriber | undefined;
  private message: ChannelMessage;
  private archiveLink: HostLink | undefined;
  private archiveIsThere = false;
  private located: { query: number; readonly answers: (PacketNumber | undefined)[]; expected: number } | undefined;
  private cipher: { readonly epoch: number; readonly cipher: PacketCipher } | undefined;
  private readonly id: Uint8Array;
  private readonly socket: GroupSocket;
  private readonly timer = new DeadlineTimer(systemClock, () => this.timeout());
  private readonly teller: PositionTeller;
  private delivered: { epoch: number; first: number; last: number; bytes: number } | undefined;
  private cancelDelivered: (() => void) | undefined;
  private cancelHave: (() => void) | undefined;
  private cancelLocate: () => void = () => {};
  private cancelGrace: (() => void) | undefined;
  private isClosed = false;
  private hasEnded = false;
  packets = 0;
  bytes = 0;

  constructor(
    private host: ReachedHost,
    message: ChannelMessage,
    private readonly proof: NonNullable<ReturnType<typeof publisherOf>>['proof'],
    private readonly options: SubscribedChannelOptions,
  ) {
    this.message = message;
    this.id = Buffer.from(message.id, 'hex');
    this.teller = new PositionTeller(this.id, message, (position) => this.host.link.connection?.sendProgress(position));
    this.socket = new GroupSocket(
      options.impairment,
      (bytes) => this.take(bytes, 'group'),
      (error) => options.onEvent({ event: 'problem', reason: String(error), final: false }),
    );
    this.join();
  }

  get subject(): string {
    return this.message.subject;
  }

  get figures(): Subscriber['figures'] & { readonly gap: number } {
    const { subscriber } = this;
    const none = { gaps: 0, lost: 0, repaired: { archive: 0, server: 0, group: 0 }, gap: 0 };
    return subscriber === undefined ? none : { ...subscriber.figures, gap: subscriber.gap };
  }

  get position(): PacketNumber | undefined {
    return this.subscriber?.position;
  }

  /** The publisher has closed the channel, and everything was taken. */
  get isOver(): boolean {
    return this.subscriber?.isOver === true;
  }

  /** The publisher is here, or here again. */
  connected(host: ReachedHost): void {
    this.host = host;
  }

  /** The publisher's word, the first of this connection among them. */
  heard(host: ReachedHost, message: ChannelMessage): void {
    this.host = host;
    this.message = message;
    this.teller.heard(message);
    this.join();
    this.subscriber?.heard(message, systemClock.now());
    this.reach();
  }

  /** The publisher's connection is gone. */
  lost(): void {
    this.reach();
  }

  /** Something from the publisher that is not the channel's description. */
  answer(message: HostMessage, attachment: Uint8Array, by: RepairSource): void {
    if (message.type === 'packets') for (const datagram of decodeDatagrams(attachment)) this.take(datagram, by);
    if (message.type === 'answered')
      this.subscriber?.answered(message.query, decodeNumbers(attachment), message.broadcast, systemClock.now());
    if (message.type === 'located') this.locatedAt(message.query, message.position);
    this.afterInput();
  }

  /** The next packets in order, decrypted. */
  read(limit: number): Packet[] {
    const { subscriber } = this;
    if (subscriber === undefined) return [];
    const taken = subscriber.take(limit, systemClock.now());
    const packets = taken.map((packet) => this.opened(packet));
    // There may be room for what was not asked for, even where nothing was taken.
    this.afterInput();
    return packets;
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.timer.arm(undefined);
    this.cancelLocate();
    this.cancelGrace?.();
    this.tellDelivered();
    this.cancelHave?.();
    const { archive } = this.message;
    if (archive !== undefined) this.options.archives.leave(archive, this.message.id);
    await this.socket.close();
  }

  // --- Joining ---

  private join(): void {
    const { message, host } = this;
    const { connection } = host.link;
    if (connection !== undefined) {
      this.socket.from('publisher', message.source);
      this.socket.join(message.group, message.port, connection.localAddress);
      connection.send({ type: 'subscribe', channel: message.id });
    }
    this.visitArchive();
    if (this.subscriber === undefined) this.begin();
  }

  private begin(): void {
    const { from, cursor } = this.options;
    if (cursor !== undefined) return this.start(startAfter(cursor));
    if (typeof from === 'string' || 'sequence' in from) return this.start(startOf(from, this.message));
    if (this.located === undefined) this.locate(from.time);
  }

  private start(from: PacketNumber): void {
    const { message, subject } = this;
    const start = from.epoch < message.since ? { epoch: message.since, sequence: 0 } : from;
    const { proof, id: channel } = this;
    this.subscriber = new Subscriber({ channel, proof, from: start, random: Math.random }, message, systemClock.now());
    this.options.onEvent({ event: 'joined', subject, from: start });
    this.reach();
  }

  /** Asks the archive and the publisher for the first packet of a time; the earlier one is it. */
  private locate(time: number): void {
    const query = Math.floor(Math.random() * 2 ** 31);
    const { id: channel } = this.message;
    const asked = [this.host.link, ...(this.archiveIsThere && this.archiveLink ? [this.archiveLink] : [])];
    this.located = { query, answers: [], expected: asked.length };
    for (const link of asked) link.send({ type: 'locate', channel, query, time });
    this.cancelLocate = systemClock.after(LOCATE_MS, () => this.startLocated());
  }

  private locatedAt(query: number, position: PacketNumber | undefined): void {
    if (this.located?.query !== query) return;
    this.located.answers.push(position);
    if (this.located.answers.length >= this.located.expected) this.startLocated();
  }

  private startLocated(): void {
    this.cancelLocate();
    if (this.subscriber !== undefined || this.isClosed) return;
    const found = (this.located?.answers ?? []).flatMap((position) => position ?? []).sort(comparePackets);
    this.start(found[0] ?? startOf('now', this.message));
  }

  private visitArchive(): void {
    const { archive, id } = this.message;
    if (archive === undefined) return;
    if (this.archiveLink !== undefined) return;
    this.cancelGrace = systemClock.after(ARCHIVE_GRACE_MS, () => {
      this.cancelGrace = undefined;
      this.reach();
    });
    this.archiveLink = this.options.archives.visit(archive, id, {
      archive: (source, isThere) => {
        if (this.isClosed) return;
        this.archiveIsThere = isThere;
        this.socket.from('archive', source);
        this.reach();
      },
      answer: (message, attachment) => this.answer(message, attachment, 'archive'),
    });
  }

  // --- The machine ---

  private reach(): void {
    const archiveExists = this.message.archive !== undefined;
    // The archive is asked first (requirement B5): at the start its connection takes a moment.
    const isTooEarly = archiveExists && !this.archiveIsThere && this.cancelGrace !== undefined;
    const server = this.host.link.isOpen && !isTooEarly;
    this.subscriber?.reaches({ archive: this.archiveIsThere, server, archiveExists }, systemClock.now());
    this.afterInput();
  }

  private take(bytes: Uint8Array, by: Carrier): void {
    const now = systemClock.now();
    this.subscriber?.datagram(bytes, by, now);
    if (by === 'group') {
      this.teller.passed(bytes, this.isBehind, now);
      this.afterInput();
    }
  }

  private timeout(): void {
    const now = systemClock.now();
    this.subscriber?.timeout(now);
    this.teller.timeout(this.isBehind, now);
    this.afterInput();
  }

  private afterInput(): void {
    const { subscriber } = this;
    if (this.isClosed || subscriber === undefined) return;
    for (const output of subscriber.outputs()) this.carryOut(output);
    const due = Math.min(subscriber.deadline, this.isBehind ? Number.POSITIVE_INFINITY : this.teller.deadline);
    this.timer.arm(Number.isFinite(due) ? due : undefined);
    this.haveSoon();
    if (subscriber.isOver !== this.hasEnded) this.ended(subscriber.isOver);
    if (subscriber.mayTake) this.options.onReady();
  }

  private carryOut(output: ReceptionOutput): void {
    const { subject } = this;
    switch (output.kind) {
      case 'query': {
        const { to, query, epoch, packets, seals } = output.query;
        const link = to === 'archive' ? this.archiveLink : this.host.link;
        link?.send({ type: 'query', channel: this.message.id, query, epoch }, encodeQuery({ packets, seals }));
        const ranges = [...packets, ...subtract(seals, packets)].sort((a, b) => a[0] - b[0]);
        return this.options.onEvent({ event: 'query', subject, to, epoch, ranges });
      }
      case 'gap':
        return this.options.onEvent({ event: 'gap', subject, epoch: output.epoch, ranges: output.ranges });
      case 'repaired':
        return this.options.onEvent({
          event: 'repaired',
          subject,
          by: output.by,
          epoch: output.epoch,
          ranges: output.ranges,
        });
      case 'lost':
        return this.options.onEvent({
          event: 'lost',
          subject,
          why: output.why,
          epoch: output.epoch,
          ranges: output.ranges,
        });
      case 'epoch':
        return this.options.onEvent({ event: 'epoch', subject, epoch: output.epoch, sequence: output.sequence });
    }
  }

  // --- What it tells ---

  /** Its user does not keep up: the publisher should not follow it any further (section 7.3). */
  private get isBehind(): boolean {
    return this.subscriber?.isBehind !== false;
  }

  private haveSoon(): void {
    if (this.cancelHave !== undefined) return;
    this.cancelHave = systemClock.after(HAVE_MS, () => {
      this.cancelHave = undefined;
      this.sendHave();
    });
  }

  private sendHave(): void {
    const { subscriber } = this;
    if (subscriber === undefined || this.isClosed) return;
    const { epoch, sequence: next } = subscriber.position;
    this.host.link.send({ type: 'have', channel: this.message.id, epoch, next, gap: subscriber.gap });
  }

  private ended(isOver: boolean): void {
    this.hasEnded = isOver;
    if (!isOver) return;
    this.sendHave();
    this.tellDelivered();
    this.options.onEvent({ event: 'ended', subject: this.subject });
  }

  private opened({ epoch, sequence, packet }: OrderedPacket): Packet {
    const payload = this.cipherOf(epoch).cipher(sequence, payloadOf(packet));
    this.packets++;
    this.bytes += payload.length;
    this.noteDelivered(epoch, sequence, payload.length);
    return { subject: this.subject, epoch, sequence, time: timeOf(packet), payload };
  }

  private cipherOf(epoch: number): PacketCipher {
    if (this.cipher?.epoch !== epoch) {
      const secret = Buffer.from(this.message.secret ?? '', 'base64');
      this.cipher = { epoch, cipher: new PacketCipher(secret, this.message.id, epoch) };
    }
    return this.cipher.cipher;
  }

  private noteDelivered(epoch: number, sequence: number, bytes: number): void {
    const { delivered } = this;
    if (delivered?.epoch === epoch && delivered.last === sequence - 1) {
      delivered.last = sequence;
      delivered.bytes += bytes;
      return;
    }
    this.tellDelivered();
    this.delivered = { epoch, first: sequence, last: sequence, bytes };
    this.cancelDelivered = systemClock.after(DELIVERED_MS, () => this.tellDelivered());
  }

  private tellDelivered(): void {
    this.cancelDelivered?.();
    const { delivered } = this;
    this.delivered = undefined;
    if (delivered !== undefined) this.options.onEvent({ event: 'delivered', subject: this.subject, ...delivered });
  }
}
