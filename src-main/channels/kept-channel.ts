import type { ArchiveEvent } from '../../src-shared/ipc/channel-events';
import { EMPTY, type RangeSet, sizeOf, span, subtract, union } from '../../src-shared/ranges/range-set';
import { CHANNEL_HEADER_BYTES } from '../../src-shared/wire/channel-datagram';
import {
  type ChannelMessage,
  type Extent,
  type HostMessage,
  MAX_HELD_EPOCHS,
} from '../../src-shared/wire/channel-messages';
import { Keeper, type KeeperOutput } from '../archive/keeper';
import type { PacketNumber } from '../archive/packet';
import { type MemberQuery, QueryDesk } from '../archive/query-desk';
import type { EpochNumbers } from '../archive/retention';
import type { ChannelProof } from '../archive/sealed-intake';
import { DeadlineTimer, systemClock } from '../transport/clock';
import type { DataSender } from '../transport/data-channel';
import { openSender } from '../transport/data-path';
import type { Impairment } from '../transport/impairment';
import { interfaceOf } from '../transport/interfaces';
import { reasonOf } from '../transport/words';
import { AnswerStream, type PacketSource } from './answer-stream';
import type { MemberConnection } from './channel-protocol';
import type { ReachedHost } from './channel-reach';
import { GroupSocket } from './group-socket';
import type { PacketStore } from './packet-store';
import { PositionTeller } from './position-teller';
import { decodeDatagrams, decodeNumbers, encodeNumbers, encodeQuery } from './query-codec';
import { storedPacket, storedSeal } from './retained-packets';

/** What an archive remembers of a channel: enough to answer while its publisher is away. */
export interface KeptDescription {
  readonly id: string;
  readonly subject: string;
  readonly certificate: string;
  readonly ticket: string;
  readonly since: number;
  readonly group: string;
  readonly port: number;
}

export interface KeptChannelOptions {
  readonly description: KeptDescription;
  readonly proof: ChannelProof;
  readonly store: PacketStore;
  /** The port of the archive's door. */
  readonly doorPort: () => number;
  readonly keepMs: number | undefined;
  readonly keepBytes: number | undefined;
  readonly impairment: Impairment | undefined;
  onEvent(event: ArchiveEvent): void;
}

/** A store that took nothing is asked again after this. */
const STORE_RETRY_MS = 1_000;
/** What is too old or too much is looked for this often. */
const EXPIRY_MS = 5_000;
/** The publisher hears what the archive has, all in all, no more often than this. */
const HOLDING_MS = 1_000;
/** Packets broadcast in one turn of the event loop: no receive buffer is too small for them. */
const BROADCAST_OF_TURN = 16;
const TURN_MS = 1;

/** One channel of an archive: drives a Keeper, and answers members (PROTOCOL.md section 17). */
export class KeptChannel implements PacketSource {
  private keeper: Keeper | undefined;
  private host: ReachedHost | undefined;
  private message: ChannelMessage | undefined;
  private isDeclined = false;
  private full: string | undefined;
  private readonly id: Uint8Array;
  private readonly desk: QueryDesk;
  private readonly answers = new Map<string, AnswerStream>();
  private readonly socket: GroupSocket;
  private sender: DataSender | undefined;
  private opening: Promise<void> | undefined;
  private broadcasts: Uint8Array[] = [];
  private teller: PositionTeller | undefined;
  private readonly timer = new DeadlineTimer(systemClock, () => this.timeout());
  private readonly deskTimer = new DeadlineTimer(systemClock, () => this.serve());
  private cancelRetry: () => void = () => {};
  private cancelExpiry: () => void = () => {};
  private cancelHolding: (() => void) | undefined;
  private cancelBroadcast: (() => void) | undefined;
  private storing: Promise<void> = Promise.resolve();
  private isClosed = false;

  constructor(private readonly options: KeptChannelOptions) {
    this.id = Buffer.from(options.description.id, 'hex');
    this.desk = new QueryDesk((epoch) => this.heldOf(epoch));
    this.socket = new GroupSocket(
      options.impairment,
      (bytes) => this.take(bytes),
      (error) => options.onEvent({ event: 'problem', reason: reasonOf(error) }),
    );
    this.expireLater();
  }

  get description(): KeptDescription {
    return this.options.description;
  }

  // --- The publisher ---

  /** The publisher's word, the first of a connection among them. */
  heard(host: ReachedHost, message: ChannelMessage): void {
    const isNew = this.host !== host || this.keeper === undefined;
    this.host = host;
    this.message = message;
    const { connection } = host.link;
    if (connection === undefined || this.isDeclined) return;
    this.socket.from('publisher', message.source);
    this.socket.join(message.group, message.port, connection.localAddress);
    const now = systemClock.now();
    const news = { ...message, extents: message.retained ?? message.extents };
    this.teller?.heard(message);
    if (isNew) this.begin(host, news, now);
    else this.keeper?.heard(news, now);
    this.afterInput();
  }

  lost(): void {
    this.keeper?.reaches(false, systemClock.now());
    this.host = undefined;
    this.afterInput();
  }

  answer(message: HostMessage, attachment: Uint8Array): void {
    const now = systemClock.now();
    if (message.type === 'packets')
      for (const datagram of decodeDatagrams(attachment)) this.keeper?.datagram(datagram, 'server', now);
    if (message.type === 'answered')
      this.keeper?.answered(message.query, decodeNumbers(attachment), message.broadcast, now);
    if (message.type === 'declined') this.declined(message.reason);
    this.afterInput();
  }

  // --- Members ---

  /** Lets a member in that shows the ticket. @returns false where it does not */
  enter(member: string, ticket: string | undefined, connection: MemberConnection): boolean {
    if (ticket !== this.description.ticket) return false;
    this.answers.set(member, new AnswerStream(connection, this));
    void this.openSender(connection.localAddress).then(() => {
      if (connection.isOpen) connection.send(this.announcement());
    });
    return true;
  }

  left(member: string): void {
    this.answers.delete(member);
    this.desk.left(member);
  }

  drained(member: string): void {
    this.answers.get(member)?.goOn();
  }

  /** @returns false for a query that no honest member sends, or one without a ticket */
  ask(query: MemberQuery): boolean {
    if (!this.answers.has(query.member)) return false;
    const isTaken = this.desk.ask(query, this.answers.size === 1, systemClock.now());
    if (isTaken) this.log(query);
    this.serve();
    return isTaken;
  }

  locate(member: string, time: number): PacketNumber | undefined {
    return this.answers.has(member) ? this.options.store.since(this.id, time) : undefined;
  }

  packet(epoch: number, sequence: number): Uint8Array | undefined {
    return this.options.store.get(this.id, { epoch, sequence });
  }

  seal(epoch: number, sequence: number): Uint8Array | undefined {
    return this.options.store.sealOf(this.id, { epoch, sequence })?.bytes;
  }

  async close(): Promise<void> {
    this.isClosed = true;
    for (const timer of [this.timer, this.deskTimer]) timer.arm(undefined);
    this.cancelRetry();
    this.cancelExpiry();
    this.cancelHolding?.();
    this.cancelBroadcast?.();
    await this.opening;
    await Promise.all([this.socket.close(), this.sender?.close(), this.storing]);
  }

  // --- Keeping ---

  private begin(host: ReachedHost, message: ChannelMessage, now: number): void {
    host.link.send({ type: 'subscribe', channel: message.id });
    host.link.send({ type: 'keep', channel: message.id, port: this.options.doorPort() });
    this.sendHolding();
    const held = (epoch: number) => this.heldOf(epoch);
    this.teller = new PositionTeller(this.id, message, (position) => host.link.connection?.sendProgress(position));
    this.keeper = new Keeper({ channel: this.id, proof: this.options.proof, random: Math.random, held }, message, now);
    this.keeper.reaches(true, now);
  }

  private declined(reason: string): void {
    this.isDeclined = true;
    this.keeper = undefined;
    this.timer.arm(undefined);
    const { subject } = this.description;
    this.options.onEvent({
      event: 'problem',
      reason: `The publisher of ${subject} does not want this archive: ${reason}`,
    });
  }

  private take(bytes: Uint8Array): void {
    const now = systemClock.now();
    this.keeper?.datagram(bytes, 'group', now);
    this.teller?.passed(bytes, this.isBehind, now);
    this.afterInput();
  }

  private timeout(): void {
    const now = systemClock.now();
    this.keeper?.timeout(now);
    this.teller?.timeout(this.isBehind, now);
    this.afterInput();
  }

  private afterInput(): void {
    const { keeper } = this;
    if (keeper === undefined || this.isClosed) return;
    for (const output of keeper.outputs()) this.carryOut(keeper, output);
    const position = this.isBehind ? Number.POSITIVE_INFINITY : (this.teller?.deadline ?? Number.POSITIVE_INFINITY);
    const due = Math.min(keeper.deadline, position);
    this.timer.arm(Number.isFinite(due) ? due : undefined);
  }

  /** Its disk does not keep up. */
  private get isBehind(): boolean {
    return this.keeper?.isBehind !== false;
  }

  private carryOut(keeper: Keeper, output: KeeperOutput): void {
    const { id: channel, subject } = this.description;
    switch (output.kind) {
      case 'store':
        this.storing = this.put(keeper, output.packets, output.seals);
        return;
      case 'ack':
        for (const numbers of encodeNumbers(output.ranges))
          this.host?.link.send({ type: 'ack', channel, epoch: output.epoch }, numbers);
        return;
      case 'query': {
        const { query, epoch } = output.query;
        return this.host?.link.send({ type: 'query', channel, query, epoch }, encodeQuery(output.query));
      }
      case 'lost':
        return this.options.onEvent({
          event: 'lost',
          subject,
          why: output.why,
          epoch: output.epoch,
          ranges: output.ranges,
        });
      default:
        return;
    }
  }

  private async put(keeper: Keeper, packets: readonly Uint8Array[], seals: readonly Uint8Array[]): Promise<void> {
    try {
      await this.options.store.put(this.id, packets.map(storedPacket), seals.map(storedSeal));
      this.stored(packets);
      keeper.stored(packets, systemClock.now());
    } catch (error) {
      keeper.storeFailed(packets, seals);
      this.failed(reasonOf(error), keeper);
    }
    if (keeper === this.keeper) this.afterInput();
  }

  private stored(packets: readonly Uint8Array[]): void {
    if (this.full !== undefined) {
      this.full = undefined;
      this.options.onEvent({ event: 'recovered' });
      this.sendHolding();
    }
    const byEpoch = new Map<number, { ranges: RangeSet; bytes: number }>();
    for (const packet of packets) {
      const { epoch, sequence } = storedPacket(packet);
      const { ranges, bytes } = byEpoch.get(epoch) ?? { ranges: EMPTY, bytes: 0 };
      byEpoch.set(epoch, {
        ranges: union(ranges, span(sequence, sequence + 1)),
        bytes: bytes + packet.length - CHANNEL_HEADER_BYTES,
      });
    }
    const { subject } = this.description;
    for (const [epoch, { ranges, bytes }] of byEpoch)
      this.options.onEvent({ event: 'stored', subject, epoch, ranges, bytes });
    this.holdingSoon();
  }

  /** Takes nothing and acknowledges nothing until the store takes it again; says so once. */
  private failed(why: string, keeper: Keeper): void {
    if (this.full === undefined) {
      this.full = why;
      this.options.onEvent({ event: 'full', why });
      this.sendHolding();
    }
    this.cancelRetry = systemClock.after(STORE_RETRY_MS, () => {
      keeper.retryStore();
      if (keeper === this.keeper) this.afterInput();
    });
  }

  // --- Expiry ---

  private expireLater(): void {
    this.cancelExpiry = systemClock.after(EXPIRY_MS, () => {
      void this.expire()
        .catch((error: unknown) => this.options.onEvent({ event: 'problem', reason: reasonOf(error) }))
        .finally(() => {
          if (!this.isClosed) this.expireLater();
        });
    });
  }

  private async expire(): Promise<void> {
    const { store, keepMs, keepBytes } = this.options;
    if (keepMs !== undefined) {
      const youngest = store.since(this.id, Date.now() - keepMs) ?? { epoch: 2 ** 32, sequence: 0 };
      await this.drop(store.before(this.id, youngest), 'age');
    }
    if (keepBytes !== undefined) await this.drop(store.oldest(this.id, store.bytes(this.id) - keepBytes), 'size');
  }

  private async drop(numbers: readonly EpochNumbers[], why: 'age' | 'size'): Promise<void> {
    if (numbers.length === 0) return;
    await this.options.store.drop(this.id, numbers);
    const { subject } = this.description;
    for (const { epoch, ranges } of numbers) this.options.onEvent({ event: 'expired', subject, why, epoch, ranges });
    this.sendHolding();
  }

  // --- Answers ---

  private serve(): void {
    this.desk.timeout(systemClock.now());
    const { id: channel, subject } = this.description;
    for (const output of this.desk.outputs()) {
      if (output.kind === 'answer') this.answers.get(output.to.member)?.add({ channel, ...output });
      else {
        this.options.onEvent({ event: 'broadcast', subject, epoch: output.epoch, ranges: output.ranges });
        this.broadcast(output.epoch, output.ranges);
      }
    }
    this.deskTimer.arm(Number.isFinite(this.desk.deadline) ? this.desk.deadline : undefined);
  }

  /** Who asks for what goes into the query log (requirement B7 is proved by it). */
  private log(query: MemberQuery): void {
    const ranges = union(query.packets, query.seals);
    const absent = sizeOf(subtract(ranges, this.heldOf(query.epoch)));
    const { subject } = this.description;
    this.options.onEvent({ event: 'query', subject, from: query.member, epoch: query.epoch, ranges, absent });
  }

  private broadcast(epoch: number, ranges: RangeSet): void {
    for (const [start, end] of ranges) {
      for (let sequence = start; sequence < end; sequence++) {
        const packet = this.packet(epoch, sequence);
        if (packet !== undefined) this.broadcasts.push(packet);
      }
    }
    this.broadcastSome();
  }

  private broadcastSome(): void {
    if (this.cancelBroadcast !== undefined) return;
    for (const packet of this.broadcasts.splice(0, BROADCAST_OF_TURN)) this.sender?.send(packet);
    if (this.broadcasts.length === 0) return;
    this.cancelBroadcast = systemClock.after(TURN_MS, () => {
      this.cancelBroadcast = undefined;
      this.broadcastSome();
    });
  }

  private openSender(address: string): Promise<void> {
    const { group, port } = this.description;
    this.opening ??= openSender({ group, port, interface: interfaceOf(address, group), ttl: 1 }).then(
      (sender) => {
        this.sender = sender;
      },
      (error: unknown) => {
        // Then everybody is answered point to point.
        this.opening = undefined;
        this.options.onEvent({ event: 'problem', reason: reasonOf(error) });
      },
    );
    return this.opening;
  }

  // --- What is here ---

  private heldOf(epoch: number): RangeSet {
    return this.options.store.held(this.id).find((numbers) => numbers.epoch === epoch)?.ranges ?? EMPTY;
  }

  private extents(): Extent[] {
    const held = this.options.store.held(this.id).slice(-MAX_HELD_EPOCHS);
    return held.map(({ epoch, ranges }) => {
      const first = ranges[0]?.[0] ?? 0;
      return { epoch, start: first, first, end: ranges.at(-1)?.[1] ?? first };
    });
  }

  private holdingSoon(): void {
    this.cancelHolding ??= systemClock.after(HOLDING_MS, () => this.sendHolding());
  }

  private sendHolding(): void {
    this.cancelHolding?.();
    this.cancelHolding = undefined;
    const { store } = this.options;
    const about = { packets: store.packetCount(this.id), bytes: store.bytes(this.id), extents: this.extents() };
    const full = this.full === undefined ? {} : { full: this.full };
    this.host?.link.send({ type: 'holding', channel: this.description.id, ...about, ...full });
  }

  /** What members hear of the channel at the archive's door; no secret, as it has none. */
  private announcement(): ChannelMessage {
    const { id, subject, certificate, since, group, port } = this.description;
    const extents = this.extents();
    const last = extents.at(-1);
    const { sender, message } = this;
    return {
      ...{ type: 'channel', id, subject, certificate, since, group, port, extents },
      ...(sender === undefined ? {} : { source: { address: sender.sourceAddress, port: sender.sourcePort } }),
      ...{ epoch: last?.epoch ?? 0, next: last?.end ?? 0, ended: false, spreadMs: message?.spreadMs ?? 0 },
      ...{ index: 0, positionMs: 1000, positionPackets: 100_000 },
    };
  }
}
