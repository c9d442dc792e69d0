import { EMPTY, intersect, type RangeSet, span } from '../../src-shared/ranges/range-set';
import { sequenceOf } from '../../src-shared/wire/channel-datagram';
import type { Extent } from '../../src-shared/wire/channel-messages';
import { extentsOf, nextEpoch, type PastEpoch, withAcknowledged } from '../archive/epoch-list';
import { SEQUENCE_END } from '../archive/packet';
import { Publisher } from '../archive/publisher';
import { type MemberQuery, QueryDesk } from '../archive/query-desk';
import type { ChannelNews } from '../archive/reception';
import { Retention } from '../archive/retention';
import { sealOver } from '../archive/seal-maker';
import { answerTo } from './simulated-channel-answers';
import { STORE_MS, TLS_MS } from './simulated-channel-delays';
import type { SimulatedDisk } from './simulated-channel-disk';
import type { SimulatedGroup } from './simulated-channel-group';
import { CHANNEL, signer, writePacket } from './simulated-channel-packet';

/** Virtual time 0, in ms since 1970. */
const WALL = 1_700_000_000_000;

/** The publisher's machine: Publisher, Retention and QueryDesk, and what TLS says to members. */
export class PublisherHost {
  isDown = false;
  readonly retention = new Retention(64);
  readonly past: PastEpoch[];
  private isEnded = false;
  private epoch: number;
  private publisher: Publisher;
  private readonly desk: QueryDesk;
  private readonly members = new Map<string, (news: ChannelNews) => void>();
  private archiveExtents: readonly Extent[] = [];
  private wakeAt = Number.POSITIVE_INFINITY;

  /**
   * @param disk what it stored before it was killed, if it was
   * @param past the epochs that it began before
   * @param vouched is given the packets that it has sealed
   */
  constructor(
    private readonly group: SimulatedGroup,
    private readonly disk: SimulatedDisk,
    past: readonly PastEpoch[],
    firstSequence: number,
    private readonly vouched: (packets: readonly Uint8Array[]) => void,
  ) {
    this.past = [...past];
    this.closeRunning();
    for (const epoch of disk.epochs()) this.retention.stored(epoch, disk.held(epoch));
    this.sealTails();
    this.epoch = nextEpoch(this.past, WALL + group.clock.now);
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
    const { now } = this.group.clock;
    const packet = writePacket({ epoch: this.epoch, sequence: this.publisher.next, payload }, WALL + now);
    this.publisher.append(packet, now);
  }

  end(): void {
    this.isEnded = true;
    this.publisher.end(this.group.clock.now);
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
    this.disk.drop(this.retention.dropAcknowledged());
  }

  ask(query: MemberQuery): void {
    this.desk.ask(query, this.members.size === 1, this.group.clock.now);
    this.pump();
  }

  pump(): void {
    if (this.isDown) return;
    const { now } = this.group.clock;
    this.serve(now);
    this.publisher.timeout(now);
    if (this.publisher.paceDeadline(now) <= now) this.publisher.judgePace(now);
    for (let datagram = this.next(); datagram !== undefined; datagram = this.next()) this.group.multicast(datagram);
    this.drain();
    this.beginAnother();
    this.arm();
  }

  private next(): Uint8Array | undefined {
    const { now } = this.group.clock;
    return this.publisher.nextDatagram(now, WALL + now);
  }

  private serve(now: number): void {
    this.desk.timeout(now);
    for (const output of this.desk.outputs()) {
      if (output.kind === 'answer') {
        const { to, absent, broadcast } = output;
        const datagrams = this.read(to.epoch, output.packets, output.seals);
        this.group.after(TLS_MS, () => this.reply(to, datagrams, absent, broadcast));
      } else {
        this.group.broadcasts++;
        for (const datagram of this.read(output.epoch, output.ranges, EMPTY)) this.publisher.broadcast(datagram);
      }
    }
  }

  /** From the disk, and the newest seals from memory. */
  private read(epoch: number, packets: RangeSet, seals: RangeSet): Uint8Array[] {
    const recent = epoch === this.epoch ? seals.flatMap(([start, end]) => this.publisher.recentSeals(start, end)) : [];
    return [...recent, ...this.disk.read(epoch, packets, seals)];
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
    this.vouched(this.disk.read(this.epoch, span(first, last + 1), EMPTY));
  }

  private store(packets: readonly Uint8Array[], seals: readonly Uint8Array[]): void {
    const { epoch } = this;
    this.group.after(STORE_MS, () => {
      if (this.isDown) return;
      this.disk.put(packets, seals);
      const first = packets[0] === undefined ? 0 : sequenceOf(packets[0]);
      this.retention.stored(epoch, span(first, first + packets.length));
      this.publisher.stored(this.group.clock.now);
      this.pump();
    });
  }

  /** The number 2^32 - 1 was given: once all of the epoch is out, another begins. */
  private beginAnother(): void {
    if (this.publisher.next < SEQUENCE_END || this.isEnded) return;
    if (!this.publisher.finish()) return this.drain();
    this.closeRunning();
    this.epoch = nextEpoch(this.past, WALL + this.group.clock.now);
    this.publisher = this.begin(0);
    this.tell();
  }

  private begin(first: number): Publisher {
    this.past.push({ epoch: this.epoch, start: first, end: first });
    const publisher = new Publisher(
      { channel: CHANNEL, epoch: this.epoch, first, rate: 'auto', signer },
      this.group.clock.now,
    );
    for (const member of this.members.keys()) if (member !== 'archive') publisher.joined(member);
    return publisher;
  }

  /** An epoch is as long as what is durable of it. */
  private closeRunning(): void {
    const last = this.past.pop();
    if (last === undefined) return;
    const end = this.disk.held(last.epoch).at(-1)?.[1] ?? last.start;
    this.past.push({ ...last, end });
  }

  /** Durable, but not sealed when the publisher died: sealed now. */
  private sealTails(): void {
    const last = this.past.at(-1);
    if (last === undefined) return;
    const context = { channel: CHANNEL, epoch: last.epoch, signer };
    for (const packets of this.disk.unsealedRuns(last.epoch)) {
      this.disk.put([], [sealOver(packets, WALL, context)]);
      this.vouched(packets);
    }
  }

  private available(epoch: number): RangeSet {
    const held = this.disk.held(epoch);
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
      this.group.after(TLS_MS, () => {
        if (!this.isDown) tell(member === 'archive' ? this.ownNews : this.news);
      });
  }

  private arm(): void {
    const { now } = this.group.clock;
    const deadline = Math.min(this.publisher.deadline, this.publisher.paceDeadline(now), this.desk.deadline);
    if (deadline === Number.POSITIVE_INFINITY || deadline >= this.wakeAt) return;
    const at = Math.max(now + 0.1, deadline);
    this.wakeAt = at;
    this.group.at(at, () => {
      if (this.wakeAt !== at) return;
      this.wakeAt = Number.POSITIVE_INFINITY;
      this.pump();
    });
  }
}
