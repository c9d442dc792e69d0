import { createHash, createHmac } from 'node:crypto';
import { EMPTY, intersect, type RangeSet, span, valuesOf } from '../../src-shared/ranges/range-set';
import {
  CHANNEL_HEADER_BYTES,
  channelIdBytes,
  epochOf,
  MAX_SEALED,
  PACKET,
  sealedBy,
  sequenceOf,
  signatureOf,
  signedPartOf,
  writeChannelHeader,
} from '../../src-shared/wire/channel-datagram';
import type { Extent } from '../../src-shared/wire/channel-messages';
import { extentsOf, nextEpoch, type PastEpoch, withAcknowledged } from '../archive/epoch-list';
import { startAfter, startOf } from '../archive/join-point';
import { Keeper } from '../archive/keeper';
import { comparePackets, type PacketNumber, SEQUENCE_END } from '../archive/packet';
import { Publisher } from '../archive/publisher';
import { type MemberQuery, QueryDesk } from '../archive/query-desk';
import type { ChannelNews } from '../archive/reception';
import type { RepairQuery, RepairSource } from '../archive/repair';
import { type EpochNumbers, Retention } from '../archive/retention';
import { sealOver } from '../archive/seal-maker';
import type { ChannelProof } from '../archive/sealed-intake';
import { Subscriber } from '../archive/subscriber';
import { VirtualClock } from './virtual-clock';

/** One receiver's link to the group. Times in ms, probabilities 0…1. */
interface SimulatedLink {
  readonly loss: number;
  readonly duplicate: number;
  readonly reorder: number;
  readonly delay: number;
}

export interface SimulatedSubscriber extends SimulatedLink {
  readonly joinsAt: number;
  readonly from: 'now' | 'beginning';
  /** Killed at this time; back a moment later with what it remembers: the last packet that it delivered. */
  readonly crashesAt?: number;
}

export interface SimulatedChannelRun {
  readonly packets: number;
  /** Between two packets of the source; 0 is as fast as the publisher lets it. */
  readonly everyMs: number;
  readonly firstSequence: number;
  readonly archive: SimulatedLink | undefined;
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

interface Delivered {
  readonly epoch: number;
  readonly sequence: number;
  readonly payload: number;
}

export interface SimulatedChannelResult {
  /** Everybody has everything. */
  readonly ended: boolean;
  /** What the source appended and the publisher vouched for, in order. */
  readonly published: readonly Delivered[];
  readonly subscribers: readonly {
    readonly from: PacketNumber;
    readonly delivered: readonly Delivered[];
    readonly queried: readonly PacketNumber[];
    readonly queries: number;
    readonly lost: number;
  }[];
  readonly archived: number;
  /** What only the publisher has at the end. */
  readonly unacknowledged: number;
  readonly broadcasts: number;
}

const CHANNEL = '0123456789abcdef';
const ID = channelIdBytes(CHANNEL);
const TLS_MS = 2;
const STORE_MS = 8;
const RESTART_MS = 300;
const TIME_LIMIT_MS = 30 * 60_000;
/** ms since 1970. */
const WALL = 1_700_000_000_000;

const signer = {
  digest: (packet: Uint8Array) => createHash('sha256').update(packet).digest(),
  sign: (part: Uint8Array) => createHmac('sha512', 'the publisher').update(part).digest(),
};
const proof: ChannelProof = {
  digest: signer.digest,
  isSigned: (seal) => Buffer.compare(signer.sign(signedPartOf(seal)), signatureOf(seal)) === 0,
};

/** Runs a channel on virtual time over a seeded network, until everybody has everything or half an hour is over. */
export function simulateChannel(run: SimulatedChannelRun, random: () => number): SimulatedChannelResult {
  return new SimulatedChannel(run, random).run();
}

/** Packets and seals on a disk that survives crashes. */
class SimulatedDisk {
  private readonly packets = new Map<string, Uint8Array>();
  private readonly seals = new Map<string, Uint8Array>();
  private readonly numbers = new Map<number, Set<number>>();

  put(packets: readonly Uint8Array[], seals: readonly Uint8Array[]): void {
    for (const packet of packets) {
      this.packets.set(keyOf(packet), packet);
      const numbers = this.numbers.get(epochOf(packet)) ?? new Set();
      this.numbers.set(epochOf(packet), numbers.add(sequenceOf(packet)));
    }
    for (const seal of seals) this.seals.set(keyOf(seal), seal);
  }

  drop(gone: readonly EpochNumbers[]): void {
    for (const { epoch, ranges } of gone)
      for (const sequence of valuesOf(ranges)) this.numbers.get(epoch)?.delete(sequence);
  }

  held(epoch: number): RangeSet {
    const sorted = [...(this.numbers.get(epoch) ?? [])].sort((a, b) => a - b);
    const ranges: [number, number][] = [];
    for (const value of sorted) {
      const last = ranges.at(-1);
      if (last !== undefined && last[1] === value) last[1]++;
      else ranges.push([value, value + 1]);
    }
    return ranges;
  }

  epochs(): number[] {
    return [...this.numbers.keys()].sort((a, b) => a - b);
  }

  read(epoch: number, packets: RangeSet, seals: RangeSet): Uint8Array[] {
    const found = [...valuesOf(packets)].flatMap((sequence) => this.packets.get(`${epoch} ${sequence}`) ?? []);
    const firsts = new Set<number>();
    for (const sequence of valuesOf(seals))
      for (let first = Math.max(0, sequence - MAX_SEALED + 1); first <= sequence; first++) firsts.add(first);
    return [...[...firsts].flatMap((first) => this.seals.get(`${epoch} ${first}`) ?? []), ...found];
  }

  /** Packets without a seal, in rows that one seal may be over. */
  unsealedRuns(epoch: number): Uint8Array[][] {
    const sealed = new Set<number>();
    for (const seal of this.seals.values()) {
      if (epochOf(seal) !== epoch) continue;
      for (let i = 0; i < sealedBy(seal); i++) sealed.add(sequenceOf(seal) + i);
    }
    const runs: Uint8Array[][] = [];
    for (const sequence of valuesOf(this.held(epoch))) {
      const packet = this.packets.get(`${epoch} ${sequence}`);
      if (packet === undefined || sealed.has(sequence)) continue;
      const run = runs.at(-1);
      const before = run?.at(-1);
      if (run === undefined || before === undefined || run.length === MAX_SEALED || sequenceOf(before) !== sequence - 1)
        runs.push([packet]);
      else run.push(packet);
    }
    return runs;
  }
}

function keyOf(datagram: Uint8Array): string {
  return `${epochOf(datagram)} ${sequenceOf(datagram)}`;
}

function payloadNumber(packet: Uint8Array): number {
  return new DataView(packet.buffer, packet.byteOffset + CHANNEL_HEADER_BYTES).getUint32(0);
}

/** Anybody who can receive the group. */
interface Listener {
  readonly link: SimulatedLink;
  hear(datagram: Uint8Array): void;
}

class SimulatedChannel {
  readonly clock = new VirtualClock();
  readonly listeners = new Set<Listener>();
  private readonly vouched = new Map<string, Delivered>();
  broadcasts = 0;
  server: SimulatedServer;
  readonly archive: SimulatedArchive | undefined;
  readonly disk = new SimulatedDisk();
  private readonly subscribers: SimulatedMember[];
  private appended = 0;

  constructor(
    readonly options: SimulatedChannelRun,
    readonly random: () => number,
  ) {
    this.server = new SimulatedServer(this, [], options.firstSequence);
    this.archive = options.archive === undefined ? undefined : new SimulatedArchive(this, options.archive);
    this.subscribers = options.subscribers.map(
      (subscriber, index) => new SimulatedMember(this, subscriber, `s${index}`),
    );
  }

  run(): SimulatedChannelResult {
    this.archive?.connect();
    this.scheduleFaults();
    for (const subscriber of this.subscribers) this.at(subscriber.options.joinsAt, () => subscriber.join());
    this.at(1, () => this.feed());
    const ended = this.clock.run(() => this.isOver(), TIME_LIMIT_MS);
    return {
      ended,
      published: [...this.vouched.values()].sort(comparePackets),
      subscribers: this.subscribers.map((subscriber) => subscriber.result()),
      archived:
        this.archive === undefined ? 0 : this.archive.disk.epochs().reduce((sum, epoch) => sum + this.count(epoch), 0),
      unacknowledged: this.server.retention.unacknowledged,
      broadcasts: this.broadcasts,
    };
  }

  at(time: number, run: () => void): void {
    this.clock.schedule(time, run);
  }

  after(ms: number, run: () => void): void {
    this.clock.schedule(this.clock.now + ms, run);
  }

  /** The publisher has sealed these: they are the channel's. */
  publish(packets: readonly Uint8Array[]): void {
    for (const packet of packets) {
      const [epoch, sequence] = [epochOf(packet), sequenceOf(packet)];
      this.vouched.set(keyOf(packet), { epoch, sequence, payload: payloadNumber(packet) });
    }
  }

  /** Sends to the group; what is lost on the way to one is not lost for others. */
  multicast(datagram: Uint8Array): void {
    for (const listener of this.listeners) this.carry(datagram, listener);
    if (this.random() < this.options.forged) for (const listener of this.listeners) listener.hear(forgedFrom(datagram));
  }

  private carry(datagram: Uint8Array, listener: Listener): void {
    const { loss, duplicate, reorder, delay } = listener.link;
    if (this.random() < loss) return;
    const late = this.random() < reorder ? 4 : 0;
    const copies = this.random() < duplicate ? 2 : 1;
    for (let i = 0; i < copies; i++) {
      this.after(delay + late + i, () => {
        if (this.listeners.has(listener)) listener.hear(datagram);
      });
    }
  }

  private count(epoch: number): number {
    return (this.archive?.disk.held(epoch) ?? []).reduce((sum, [start, end]) => sum + end - start, 0);
  }

  private feed(): void {
    if (this.appended >= this.options.packets) return this.server.end();
    if (this.server.isDown) return this.after(20, () => this.feed());
    for (let burst = 0; burst < 32 && this.appended < this.options.packets && !this.server.isFull; burst++) {
      this.server.append(this.appended++);
      if (this.options.everyMs > 0) break;
    }
    this.server.pump();
    this.after(Math.max(1, this.options.everyMs), () => this.feed());
  }

  private scheduleFaults(): void {
    const { archiveAway, archiveFull, restartAt } = this.options;
    if (archiveAway !== undefined) {
      this.at(archiveAway[0], () => this.archive?.goAway());
      this.at(archiveAway[1], () => this.archive?.connect());
    }
    if (archiveFull !== undefined) {
      this.at(archiveFull[0], () => this.archive?.setFull(true));
      this.at(archiveFull[1], () => this.archive?.setFull(false));
    }
    if (restartAt !== undefined) this.at(restartAt, () => this.restart());
  }

  /** Everything in memory is gone; what the source had handed over and was not durable is not part of the channel. */
  private restart(): void {
    const { past } = this.server;
    this.server.isDown = true;
    for (const subscriber of this.subscribers) subscriber.lostServer();
    this.archive?.lostServer();
    this.after(RESTART_MS, () => {
      this.server = new SimulatedServer(this, past, 0);
      for (const subscriber of this.subscribers) subscriber.foundServer();
      this.archive?.foundServer();
      if (this.appended >= this.options.packets) this.server.end();
    });
  }

  isOver(): boolean {
    if (this.server.isDown || !this.server.isDone) return false;
    if (this.subscribers.some((subscriber) => !subscriber.isOver)) return false;
    return this.archive === undefined || this.server.retention.unacknowledged === 0;
  }
}

function forgedFrom(datagram: Uint8Array): Uint8Array {
  const forged = Uint8Array.from(datagram);
  const last = forged.length - 1;
  forged[last] = (forged[last] ?? 0) ^ 0xff;
  return forged;
}

/** The publisher's machine: Publisher, Retention and QueryDesk, and what TLS says to members. */
class SimulatedServer {
  isDown = false;
  isEnded = false;
  readonly retention = new Retention(64);
  readonly past: PastEpoch[];
  private epoch: number;
  private publisher: Publisher;
  private readonly desk: QueryDesk;
  private readonly members = new Map<string, (news: ChannelNews) => void>();
  private archiveExtents: readonly Extent[] = [];
  private wakeAt = Number.POSITIVE_INFINITY;

  constructor(
    private readonly host: SimulatedChannel,
    past: readonly PastEpoch[],
    firstSequence: number,
  ) {
    this.past = [...past];
    this.closeRunning();
    for (const epoch of host.disk.epochs()) this.retention.stored(epoch, host.disk.held(epoch));
    this.sealTails();
    this.epoch = nextEpoch(this.past, WALL + host.clock.now);
    this.publisher = this.begin(firstSequence);
    this.desk = new QueryDesk((epoch) => this.available(epoch));
  }

  get isFull(): boolean {
    return this.publisher.isFull;
  }

  get isDone(): boolean {
    return this.isEnded && this.publisher.isIdle;
  }

  get news(): ChannelNews {
    return this.newsWith(this.archiveExtents);
  }

  get ownNews(): ChannelNews {
    return this.newsWith([]);
  }

  append(payload: number): void {
    const packet = new Uint8Array(CHANNEL_HEADER_BYTES + 8);
    const time = WALL + this.host.clock.now;
    const { epoch } = this;
    writeChannelHeader(packet, {
      kind: PACKET,
      ended: false,
      time,
      channel: CHANNEL,
      epoch,
      sequence: this.publisher.next,
    });
    new DataView(packet.buffer).setUint32(CHANNEL_HEADER_BYTES, payload);
    this.publisher.append(packet, this.host.clock.now);
  }

  end(): void {
    this.isEnded = true;
    this.publisher.end(this.host.clock.now);
    this.pump();
    this.tell();
  }

  enter(member: string, tell: (news: ChannelNews) => void, listens: boolean): void {
    this.members.set(member, tell);
    if (listens) this.publisher.joined(member);
  }

  leave(member: string): void {
    this.members.delete(member);
    this.publisher.left(member);
    this.desk.left(member);
  }

  position(member: string, highest: number, received: number): void {
    this.publisher.progress(member, highest, received);
    this.pump();
  }

  holding(extents: readonly Extent[]): void {
    this.archiveExtents = extents;
    this.tell();
  }

  acked(epoch: number, ranges: RangeSet): void {
    this.retention.acked(epoch, ranges);
    this.archiveExtents = withAcknowledged(this.archiveExtents, epoch, ranges);
    this.host.disk.drop(this.retention.dropAcknowledged());
  }

  ask(query: MemberQuery): void {
    this.desk.ask(query, this.members.size === 1, this.host.clock.now);
    this.pump();
  }

  pump(): void {
    if (this.isDown) return;
    const { now } = this.host.clock;
    this.serve(now);
    this.publisher.timeout(now);
    if (this.publisher.paceDeadline(now) <= now) this.publisher.judgePace(now);
    for (let datagram = this.next(); datagram !== undefined; datagram = this.next()) this.host.multicast(datagram);
    this.drain();
    this.beginAnother();
    this.arm();
  }

  private next(): Uint8Array | undefined {
    const { now } = this.host.clock;
    return this.publisher.nextDatagram(now, WALL + now);
  }

  private serve(now: number): void {
    this.desk.timeout(now);
    for (const output of this.desk.outputs()) {
      if (output.kind === 'answer') {
        const { to, absent, broadcast } = output;
        const datagrams = this.read(to.epoch, output.packets, output.seals);
        this.host.after(TLS_MS, () => this.reply(to, datagrams, absent, broadcast));
      } else {
        this.host.broadcasts++;
        for (const datagram of this.read(output.epoch, output.ranges, EMPTY)) this.publisher.broadcast(datagram);
      }
    }
  }

  /** From the disk, and the newest seals from memory. */
  private read(epoch: number, packets: RangeSet, seals: RangeSet): Uint8Array[] {
    const recent = epoch === this.epoch ? seals.flatMap(([start, end]) => this.publisher.recentSeals(start, end)) : [];
    return [...recent, ...this.host.disk.read(epoch, packets, seals)];
  }

  private reply(to: MemberQuery, datagrams: readonly Uint8Array[], absent: RangeSet, broadcast: number): void {
    if (!this.isDown) answerTo(to, 'server', datagrams, absent, broadcast);
  }

  private drain(): void {
    for (const output of this.publisher.outputs()) {
      if (output.kind === 'published') this.note(output.first, output.last);
      else this.store(output.packets, output.seals);
    }
  }

  private note(first: number, last: number): void {
    this.host.publish(this.host.disk.read(this.epoch, span(first, last + 1), EMPTY));
  }

  private store(packets: readonly Uint8Array[], seals: readonly Uint8Array[]): void {
    const { epoch } = this;
    this.host.after(STORE_MS, () => {
      if (this.isDown) return;
      this.host.disk.put(packets, seals);
      const first = packets[0] === undefined ? 0 : sequenceOf(packets[0]);
      this.retention.stored(epoch, span(first, first + packets.length));
      this.publisher.stored(this.host.clock.now);
      this.pump();
    });
  }

  /** The number 2^32 - 1 was given: once all of the epoch is out, another begins. */
  private beginAnother(): void {
    if (this.publisher.next < SEQUENCE_END || this.isEnded) return;
    if (!this.publisher.finish()) return this.drain();
    this.closeRunning();
    this.epoch = nextEpoch(this.past, WALL + this.host.clock.now);
    this.publisher = this.begin(0);
    this.tell();
  }

  private begin(first: number): Publisher {
    this.past.push({ epoch: this.epoch, start: first, end: first });
    const publisher = new Publisher(
      { channel: CHANNEL, epoch: this.epoch, first, rate: 'auto', signer },
      this.host.clock.now,
    );
    for (const member of this.members.keys()) if (member !== 'archive') publisher.joined(member);
    return publisher;
  }

  /** An epoch is as long as what is durable of it. */
  private closeRunning(): void {
    const last = this.past.pop();
    if (last === undefined) return;
    const end = this.host.disk.held(last.epoch).at(-1)?.[1] ?? last.start;
    this.past.push({ ...last, end });
  }

  /** Durable, but not sealed when the publisher died: sealed now. */
  private sealTails(): void {
    const last = this.past.at(-1);
    if (last === undefined) return;
    const context = { channel: CHANNEL, epoch: last.epoch, signer };
    for (const packets of this.host.disk.unsealedRuns(last.epoch)) {
      this.host.disk.put([], [sealOver(packets, WALL, context)]);
      this.host.publish(packets);
    }
  }

  private available(epoch: number): RangeSet {
    const held = this.host.disk.held(epoch);
    return epoch === this.epoch ? intersect(held, span(0, this.publisher.sealedEnd)) : held;
  }

  private newsWith(there: readonly Extent[]): ChannelNews {
    const next = this.publisher.sealedEnd;
    const past = this.past.map((one) => (one.epoch === this.epoch ? { ...one, end: next } : one));
    const extents = extentsOf(past, this.retention.held(), there);
    return { epoch: this.epoch, next, ended: this.isDone, extents, spreadMs: 10 };
  }

  private tell(): void {
    for (const [member, tell] of this.members)
      this.host.after(TLS_MS, () => {
        if (!this.isDown) tell(member === 'archive' ? this.ownNews : this.news);
      });
  }

  private arm(): void {
    const { now } = this.host.clock;
    const deadline = Math.min(this.publisher.deadline, this.publisher.paceDeadline(now), this.desk.deadline);
    if (deadline === Number.POSITIVE_INFINITY || deadline >= this.wakeAt) return;
    const at = Math.max(now + 0.1, deadline);
    this.wakeAt = at;
    this.host.at(at, () => {
      if (this.wakeAt !== at) return;
      this.wakeAt = Number.POSITIVE_INFINITY;
      this.pump();
    });
  }
}

type Answer = (
  source: RepairSource,
  datagrams: readonly Uint8Array[],
  query: number,
  absent: RangeSet,
  broadcast: number,
) => void;
const answers = new WeakMap<MemberQuery, Answer>();

function answerTo(
  to: MemberQuery,
  source: RepairSource,
  datagrams: readonly Uint8Array[],
  absent: RangeSet,
  broadcast: number,
): void {
  answers.get(to)?.(source, datagrams, to.query, absent, broadcast);
}

/** The archive's machine: Keeper and QueryDesk. */
class SimulatedArchive implements Listener {
  readonly disk = new SimulatedDisk();
  isAway = true;
  private isFull = false;
  private keeper: Keeper | undefined;
  private desk = new QueryDesk((epoch) => this.disk.held(epoch));
  private connection = 0;
  private hasServer = true;
  private readonly watchers = new Set<() => void>();

  constructor(
    private readonly host: SimulatedChannel,
    readonly link: SimulatedLink,
  ) {}

  connect(): void {
    this.isAway = false;
    this.desk = new QueryDesk((epoch) => this.disk.held(epoch));
    this.host.listeners.add(this);
    if (this.hasServer) this.foundServer();
    for (const watcher of this.watchers) watcher();
  }

  goAway(): void {
    this.isAway = true;
    this.connection++;
    this.keeper = undefined;
    this.host.listeners.delete(this);
    if (this.hasServer) this.host.server.leave('archive');
    for (const watcher of this.watchers) watcher();
  }

  setFull(full: boolean): void {
    this.isFull = full;
  }

  lostServer(): void {
    this.hasServer = false;
    this.keeper?.reaches(false, this.host.clock.now);
  }

  foundServer(): void {
    this.hasServer = true;
    if (this.isAway) return;
    const connection = ++this.connection;
    this.host.after(TLS_MS, () => {
      if (connection !== this.connection || this.host.server.isDown) return;
      const { clock, server, random } = this.host;
      const options = { channel: ID, proof, random, held: (epoch: number) => this.disk.held(epoch) };
      this.keeper = new Keeper(options, server.ownNews, clock.now);
      server.enter('archive', (news) => this.heard(news), false);
      server.holding(this.extents());
      this.keeper.reaches(true, clock.now);
      this.drain();
    });
  }

  watch(watcher: () => void): void {
    this.watchers.add(watcher);
  }

  hear(datagram: Uint8Array): void {
    this.keeper?.datagram(datagram, 'group', this.host.clock.now);
    this.drain();
  }

  ask(query: MemberQuery): void {
    if (this.isAway) return;
    this.desk.ask(query, false, this.host.clock.now);
    this.host.after(16, () => this.serve());
  }

  private serve(): void {
    this.desk.timeout(this.host.clock.now);
    for (const output of this.desk.outputs()) {
      if (output.kind === 'broadcast') {
        this.host.broadcasts++;
        for (const datagram of this.disk.read(output.epoch, output.ranges, EMPTY)) this.host.multicast(datagram);
        continue;
      }
      const datagrams = this.disk.read(output.to.epoch, output.packets, output.seals);
      this.host.after(TLS_MS, () => {
        if (!this.isAway) answerTo(output.to, 'archive', datagrams, output.absent, output.broadcast);
      });
    }
    if (this.desk.deadline !== Number.POSITIVE_INFINITY) this.host.at(this.desk.deadline, () => this.serve());
  }

  private heard(news: ChannelNews): void {
    this.keeper?.heard(news, this.host.clock.now);
    this.drain();
  }

  private drain(): void {
    const { keeper } = this;
    for (const output of keeper?.outputs() ?? []) {
      if (output.kind === 'store') this.store(output.packets, output.seals);
      else if (output.kind === 'ack') this.ack(output.epoch, output.ranges);
      else if (output.kind === 'query') this.query(output.query);
    }
    if (keeper !== undefined && keeper.deadline !== Number.POSITIVE_INFINITY)
      this.host.at(Math.max(this.host.clock.now + 0.1, keeper.deadline), () => {
        if (keeper !== this.keeper || keeper.deadline > this.host.clock.now) return;
        keeper.timeout(this.host.clock.now);
        this.drain();
      });
  }

  private store(packets: readonly Uint8Array[], seals: readonly Uint8Array[]): void {
    const { keeper } = this;
    this.host.after(STORE_MS, () => {
      if (keeper !== this.keeper) return;
      if (this.isFull) {
        keeper?.storeFailed(packets, seals);
        this.host.after(100, () => {
          if (keeper === this.keeper) keeper?.retryStore();
          this.drain();
        });
      } else {
        this.disk.put(packets, seals);
        keeper?.stored(packets, this.host.clock.now);
      }
      this.drain();
    });
  }

  private ack(epoch: number, ranges: RangeSet): void {
    const { connection } = this;
    this.host.after(TLS_MS, () => {
      if (connection === this.connection && !this.host.server.isDown) this.host.server.acked(epoch, ranges);
    });
  }

  private query(query: RepairQuery): void {
    const { connection, keeper } = this;
    const asked: MemberQuery = { member: 'archive', ...query };
    answers.set(asked, (source, datagrams, id, absent, broadcast) => {
      if (connection !== this.connection || keeper === undefined) return;
      for (const datagram of datagrams) keeper.datagram(datagram, source, this.host.clock.now);
      keeper.answered(id, absent, broadcast, this.host.clock.now);
      this.drain();
    });
    this.host.after(TLS_MS, () => {
      if (connection === this.connection && !this.host.server.isDown) this.host.server.ask(asked);
    });
  }

  private extents(): Extent[] {
    return this.disk.epochs().map((epoch) => {
      const held = this.disk.held(epoch);
      const [first, end] = [held[0]?.[0] ?? 0, held.at(-1)?.[1] ?? 0];
      return { epoch, start: first, first, end };
    });
  }
}

/** A subscriber's machine, and its user who takes packets as they come. */
class SimulatedMember implements Listener {
  readonly link: SimulatedLink;
  private subscriber: Subscriber | undefined;
  private from: PacketNumber | undefined;
  private readonly delivered: Delivered[] = [];
  private readonly queried: PacketNumber[] = [];
  private queries = 0;
  private lost = 0;
  private hasServer = false;
  private life = 0;
  private seen = { highest: 0, received: 0, epoch: 0 };

  constructor(
    private readonly host: SimulatedChannel,
    readonly options: SimulatedSubscriber,
    private readonly id: string,
  ) {
    this.link = options;
    host.archive?.watch(() => this.reach());
    if (options.crashesAt !== undefined) host.at(options.crashesAt, () => this.crash());
  }

  get isOver(): boolean {
    return this.subscriber?.isOver === true;
  }

  join(): void {
    if (this.host.server.isDown) return this.host.after(50, () => this.join());
    const { clock, server, random } = this.host;
    const news = server.news;
    const last = this.delivered.at(-1);
    const from = last === undefined ? (this.from ?? startOf(this.options.from, news)) : startAfter(last);
    this.from ??= from;
    this.subscriber = new Subscriber({ channel: ID, proof, from, random }, news, clock.now);
    this.host.listeners.add(this);
    this.enter();
  }

  lostServer(): void {
    this.hasServer = false;
    this.reach();
  }

  foundServer(): void {
    if (this.subscriber === undefined) return;
    this.enter();
    this.subscriber.heard(this.host.server.news, this.host.clock.now);
    this.drain();
  }

  hear(datagram: Uint8Array): void {
    this.subscriber?.datagram(datagram, 'group', this.host.clock.now);
    this.report(datagram);
    this.drain();
  }

  result(): SimulatedChannelResult['subscribers'][number] {
    const { from = { epoch: 0, sequence: 0 }, delivered, queried, queries, lost } = this;
    return { from, delivered, queried, queries, lost };
  }

  private enter(): void {
    this.hasServer = true;
    const { life } = this;
    this.host.server.enter(
      this.id,
      (news) => {
        if (life !== this.life) return;
        this.subscriber?.heard(news, this.host.clock.now);
        this.drain();
      },
      true,
    );
    this.reach();
  }

  private crash(): void {
    if (this.subscriber === undefined || this.isOver) return;
    this.life++;
    this.host.listeners.delete(this);
    this.subscriber = undefined;
    if (this.hasServer) this.host.server.leave(this.id);
    this.hasServer = false;
    this.host.after(RESTART_MS, () => this.join());
  }

  private reach(): void {
    const { archive } = this.host;
    const isThere = archive !== undefined && !archive.isAway;
    this.subscriber?.reaches(
      { archive: isThere, server: this.hasServer, archiveExists: archive !== undefined },
      this.host.clock.now,
    );
    this.drain();
  }

  private report(datagram: Uint8Array): void {
    const { seen } = this;
    if (epochOf(datagram) > seen.epoch) this.seen = { highest: 0, received: 0, epoch: epochOf(datagram) };
    this.seen.highest = Math.max(this.seen.highest, sequenceOf(datagram));
    this.seen.received++;
    if (this.seen.received % 32 !== 0 || !this.hasServer) return;
    const { highest, received } = this.seen;
    const { life } = this;
    this.host.after(TLS_MS, () => {
      if (life === this.life && !this.host.server.isDown) this.host.server.position(this.id, highest, received);
    });
  }

  private drain(): void {
    const { subscriber } = this;
    if (subscriber === undefined) return;
    for (
      let taken = subscriber.take(64, this.host.clock.now);
      taken.length > 0;
      taken = subscriber.take(64, this.host.clock.now)
    )
      for (const { epoch, sequence, packet } of taken)
        this.delivered.push({ epoch, sequence, payload: payloadNumber(packet) });
    for (const output of subscriber.outputs()) {
      if (output.kind === 'query') this.ask(output.query);
      if (output.kind === 'lost') this.lost += output.ranges.reduce((sum, [start, end]) => sum + end - start, 0);
    }
    if (subscriber.deadline === Number.POSITIVE_INFINITY) return;
    this.host.at(Math.max(this.host.clock.now + 0.1, subscriber.deadline), () => {
      if (subscriber !== this.subscriber || subscriber.deadline > this.host.clock.now) return;
      subscriber.timeout(this.host.clock.now);
      this.drain();
    });
  }

  private ask(query: RepairQuery): void {
    this.queries++;
    for (const set of [query.packets, query.seals])
      if (set[0] !== undefined) this.queried.push({ epoch: query.epoch, sequence: set[0][0] });
    const { life } = this;
    const asked: MemberQuery = { member: this.id, ...query };
    answers.set(asked, (source, datagrams, id, absent, broadcast) => {
      if (life !== this.life) return;
      for (const datagram of datagrams) this.subscriber?.datagram(datagram, source, this.host.clock.now);
      this.subscriber?.answered(id, absent, broadcast, this.host.clock.now);
      this.drain();
    });
    this.host.after(TLS_MS, () => {
      if (life !== this.life) return;
      if (query.to === 'archive') this.host.archive?.ask(asked);
      else if (!this.host.server.isDown) this.host.server.ask(asked);
    });
  }
}

/** Whether a query stays at or after the packet that its member began with. */
export function isAtOrAfter(asked: PacketNumber, from: PacketNumber): boolean {
  return comparePackets(asked, from) >= 0;
}
