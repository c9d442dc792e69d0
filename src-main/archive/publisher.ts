import { MAX_SEALED, PACKET_BYTES, sealedBy } from '../../src-shared/wire/channel-datagram';
import { Pace } from '../multicast/pace';
import { Listeners } from './listeners';
import { SEQUENCE_END } from './packet';
import {
  BATCH_MS,
  BATCH_PACKETS,
  FULL_BATCH_PACKETS,
  HEARTBEAT_FIRST_MS,
  HEARTBEAT_MS,
  MAX_PENDING_PACKETS,
  RECENT_PACKETS,
  SEAL_MS,
} from './params';
import { heartbeat, type SealContext, sealOver } from './seal-maker';

export interface PublisherOptions extends SealContext {
  /** The epoch's first number. */
  readonly first: number;
  /** Bytes per second, or adaptive. */
  readonly rate: 'auto' | number;
}

export type PublisherOutput =
  /** To be made durable; `stored` or `storeFailed` answers, and no other batch comes before. */
  | { readonly kind: 'store'; readonly packets: readonly Uint8Array[]; readonly seals: readonly Uint8Array[] }
  /** Durable, sent and sealed. */
  | { readonly kind: 'published'; readonly first: number; readonly last: number; readonly bytes: number };

const NEVER = Number.POSITIVE_INFINITY;

/**
 * The publisher of one epoch of a channel (PROTOCOL.md section 14): numbers packets, has them stored, sends them, and seals what
 * is both durable and sent. So whatever a subscriber believes to be the channel's is still here after a crash.
 */
export class Publisher {
  /** Not sent yet, from `sent` on; not stored yet. */
  private unsent: Uint8Array[] = [];
  private sentIndex = 0;
  private unsaved: Uint8Array[] = [];
  private isStoring = false;
  /** Seals that are to be stored with the next batch, and those that are to be sent. */
  private unsavedSeals: Uint8Array[] = [];
  private readonly outgoing: Uint8Array[] = [];
  private readonly repairs: Uint8Array[] = [];
  /** The newest packets and seals, for repairs from memory. */
  private readonly packets = new Map<number, Uint8Array>();
  private readonly seals = new Map<number, Uint8Array>();
  /** One past the last number that was given, stored, sent, sealed. */
  private given: number;
  private durable: number;
  private sent: number;
  private sealed: number;
  private saveAt = NEVER;
  private sealAt = NEVER;
  private beatAt = NEVER;
  private beatMs = HEARTBEAT_FIRST_MS;
  private isEnded = false;
  private readonly pace: Pace;
  private readonly listeners: Listeners;
  private queue: PublisherOutput[] = [];

  constructor(
    private readonly options: PublisherOptions,
    now: number,
  ) {
    const { first, rate } = options;
    this.given = first;
    this.durable = first;
    this.sent = first;
    this.sealed = first;
    this.pace = new Pace(rate, PACKET_BYTES, now);
    this.listeners = new Listeners(first, now);
    this.pace.begin(now);
  }

  /** The next packet's number; SEQUENCE_END where the epoch is full. */
  get next(): number {
    return this.given;
  }

  /** One past the last number that subscribers can know of. */
  get sealedEnd(): number {
    return this.sealed;
  }

  /** Whether as much is on its way as may be: who appends has to wait. */
  get isFull(): boolean {
    return Math.max(this.given - this.sealed, this.unsaved.length) >= MAX_PENDING_PACKETS || this.given >= SEQUENCE_END;
  }

  /** Whether everything given is durable, sent and sealed. */
  get isIdle(): boolean {
    return this.sealed === this.given && this.outgoing.length === 0 && !this.isStoring;
  }

  /** Has the last seals stored, too. @returns whether nothing of the epoch is left to do */
  finish(): boolean {
    if (!this.isIdle) return false;
    this.save();
    return this.isIdle;
  }

  /** Bytes per second that it may send. */
  get rate(): number {
    return this.pace.rate;
  }

  outputs(): PublisherOutput[] {
    const { queue } = this;
    this.queue = [];
    return queue;
  }

  /** A packet as it will be sent; its number is `next`. */
  append(packet: Uint8Array, now: number): void {
    this.packets.set(this.given, packet);
    this.forgetOld();
    this.given++;
    this.unsent.push(packet);
    this.unsaved.push(packet);
    this.beatAt = NEVER;
    this.saveSoon(now);
  }

  /** Does what is due but for sending. */
  timeout(now: number): void {
    if (now >= this.saveAt) this.save();
  }

  /** The batch is durable. */
  stored(now: number): void {
    this.isStoring = false;
    this.durable = this.given - this.unsaved.length;
    this.sealWhatMayBe(now);
    this.saveSoon(now);
  }

  /** The batch could not be stored: it is tried again with `retryStore`, and nothing of it is sealed. */
  storeFailed(packets: readonly Uint8Array[], seals: readonly Uint8Array[]): void {
    this.isStoring = false;
    this.unsaved = [...packets, ...this.unsaved];
    this.unsavedSeals = [...seals, ...this.unsavedSeals];
  }

  retryStore(): void {
    this.save();
  }

  /** The next datagram that may leave now, if any; the caller sends it. @param time ms since 1970 */
  nextDatagram(now: number, time: number): Uint8Array | undefined {
    this.seal(now, time);
    const first = this.outgoing.shift() ?? this.beat(now, time);
    if (first !== undefined) return first;
    if (this.pace.allowed(this.listeners.running, now) === 0) return undefined;
    return this.nextRepair() ?? this.nextPacket(now);
  }

  /** When something is to be done; ms. */
  get deadline(): number {
    return Math.min(this.saveAt, this.sealAt, this.beatAt, this.outgoing.length > 0 ? 0 : NEVER);
  }

  /** When the pace may let something go, while something waits to be sent; ms. */
  paceDeadline(now: number): number {
    if (this.unsent.length === 0 && this.repairs.length === 0) return NEVER;
    return Math.min(...this.pace.deadlines(this.listeners.running, now));
  }

  /** Judges the pace. @returns who will not be waited for any more */
  judgePace(now: number): readonly { readonly student: string; readonly why: string }[] {
    const moved = this.pace.judge(this.listeners.running, now);
    this.listeners.moved(moved);
    this.listeners.welcomeBack(now);
    return moved;
  }

  joined(member: string): void {
    this.listeners.add(member);
  }

  left(member: string): void {
    this.listeners.remove(member);
  }

  /** A position report. Impossible positions are ignored. */
  progress(member: string, highest: number, received: number): void {
    this.listeners.progress(member, highest, received);
  }

  /** A packet or a seal to send once more, to everybody. */
  broadcast(datagram: Uint8Array): void {
    if (this.repairs.length < MAX_PENDING_PACKETS) this.repairs.push(datagram);
  }

  /** A sealed packet that is still in memory. */
  recentPacket(sequence: number): Uint8Array | undefined {
    return sequence < this.sealed ? this.packets.get(sequence) : undefined;
  }

  /** Seals in memory that vouch for any of these numbers. */
  recentSeals(start: number, end: number): Uint8Array[] {
    const found: Uint8Array[] = [];
    for (let first = Math.max(0, start - MAX_SEALED + 1); first < end; first++) {
      const seal = this.seals.get(first);
      // One that was made while little came is shorter, and may end before.
      if (seal !== undefined && first + sealedBy(seal) > start) found.push(seal);
    }
    return found;
  }

  /** This was all: once it is sealed, heartbeats say so. */
  end(now: number): void {
    this.isEnded = true;
    this.beatMs = HEARTBEAT_FIRST_MS;
    this.beatAt = this.sealed > this.options.first ? now : NEVER;
  }

  /** Many packets make one batch; a few wait a moment for others. */
  private saveSoon(now: number): void {
    if (this.isStoring || this.unsaved.length === 0) return;
    if (this.unsaved.length >= FULL_BATCH_PACKETS) this.save();
    else if (this.saveAt === NEVER) this.saveAt = now + BATCH_MS;
  }

  private save(): void {
    this.saveAt = NEVER;
    if (this.isStoring || (this.unsaved.length === 0 && this.unsavedSeals.length === 0)) return;
    this.isStoring = true;
    const packets = this.unsaved.slice(0, BATCH_PACKETS);
    this.unsaved = this.unsaved.slice(packets.length);
    const seals = this.unsavedSeals;
    this.unsavedSeals = [];
    this.queue.push({ kind: 'store', packets, seals });
  }

  private nextPacket(now: number): Uint8Array | undefined {
    const packet = this.unsent[this.sentIndex];
    if (packet === undefined) return undefined;
    this.sentIndex++;
    if (this.sentIndex === this.unsent.length || this.sentIndex >= BATCH_PACKETS) {
      this.unsent = this.unsent.slice(this.sentIndex);
      this.sentIndex = 0;
    }
    this.sent++;
    this.pace.take(1, packet.length);
    this.listeners.running.advance(1, packet.length);
    this.sealWhatMayBe(now);
    return packet;
  }

  private nextRepair(): Uint8Array | undefined {
    const repair = this.repairs.shift();
    if (repair !== undefined) this.pace.take(1, repair.length);
    return repair;
  }

  /** What is durable and sent is sealed: 64 at once, fewer when nothing more has come for a moment. */
  private sealWhatMayBe(now: number): void {
    if (this.sealable > 0 && this.sealAt === NEVER) this.sealAt = now + SEAL_MS;
  }

  private get sealable(): number {
    return Math.min(this.durable, this.sent) - this.sealed;
  }

  private seal(now: number, time: number): void {
    const least = now >= this.sealAt ? 1 : MAX_SEALED;
    if (this.sealable < least) return;
    const first = this.sealed;
    let bytes = 0;
    while (this.sealable >= least) {
      const packets = this.packetsFrom(this.sealed, this.sealed + Math.min(this.sealable, MAX_SEALED));
      for (const packet of packets) bytes += packet.length;
      this.keepSeal(sealOver(packets, time, this.options));
      this.sealed += packets.length;
    }
    this.sealAt = NEVER;
    this.sealWhatMayBe(now);
    this.beatMs = HEARTBEAT_FIRST_MS;
    this.beatAt = now + this.beatMs;
    this.queue.push({ kind: 'published', first, last: this.sealed - 1, bytes });
  }

  private keepSeal(seal: Uint8Array): void {
    this.outgoing.push(seal);
    this.unsavedSeals.push(seal);
    this.seals.set(this.sealed, seal);
  }

  private packetsFrom(start: number, end: number): Uint8Array[] {
    const packets: Uint8Array[] = [];
    for (let sequence = start; sequence < end; sequence++) {
      const packet = this.packets.get(sequence);
      if (packet !== undefined) packets.push(packet);
    }
    return packets;
  }

  /** Says how far the channel is, less and less often while nothing comes (tail loss, section 14.4). */
  private beat(now: number, time: number): Uint8Array | undefined {
    if (now < this.beatAt || this.sealed === this.options.first) return undefined;
    // Seals go to the disk with the packets that come after them, and when none do: they could be made anew.
    this.save();
    this.beatMs = Math.min(HEARTBEAT_MS, 2 * this.beatMs);
    this.beatAt = now + this.beatMs;
    return heartbeat(this.sealed - 1, time, this.isEnded && this.sealed === this.given, this.options);
  }

  private forgetOld(): void {
    const old = this.given - RECENT_PACKETS;
    if (old < this.options.first) return;
    this.packets.delete(old);
    this.seals.delete(old);
  }
}
