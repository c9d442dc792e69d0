import { intersect, type RangeSet, sizeOf, span, union } from '../../src-shared/ranges/range-set';
import { RECENT_PACKETS } from '../archive/params';
import type { Publisher } from '../archive/publisher';
import { type MemberQuery, QueryDesk } from '../archive/query-desk';
import type { PacketSource } from './answer-stream';
import type { PublicationMembers } from './publication-members';
import type { RetainedPackets } from './retained-packets';

/** The epoch that a publication is in. */
export interface RunningEpoch {
  readonly epoch: number;
  readonly first: number;
  readonly publisher: Publisher;
}

/** What a publisher gives to members that miss something: from memory, or from its disk (PROTOCOL.md section 16.2). */
export class PublicationAnswers implements PacketSource {
  /** Packets that went to one member, and to the group. */
  readonly counts = { server: 0, group: 0 };
  private readonly desk = new QueryDesk((epoch) => this.available(epoch));

  constructor(
    private readonly channel: string,
    private readonly retained: RetainedPackets,
    private readonly running: () => RunningEpoch,
  ) {}

  /** When `serve` wants to be called; ms. */
  get deadline(): number {
    return this.desk.deadline;
  }

  /** @returns false for a query that no honest member sends */
  ask(query: MemberQuery, isAlone: boolean, now: number): boolean {
    return this.desk.ask(query, isAlone, now);
  }

  left(member: string): void {
    this.desk.left(member);
  }

  serve(members: PublicationMembers, now: number): void {
    this.desk.timeout(now);
    const { channel } = this;
    for (const output of this.desk.outputs()) {
      if (output.kind === 'answer') {
        this.counts.server += sizeOf(output.packets);
        members.answersOf(output.to.member)?.add({ channel, ...output });
      } else this.broadcast(output.epoch, output.ranges);
    }
  }

  packet(epoch: number, sequence: number): Uint8Array | undefined {
    const running = this.running();
    const recent = epoch === running.epoch ? running.publisher.recentPacket(sequence) : undefined;
    return recent ?? this.retained.packet(epoch, sequence);
  }

  seal(epoch: number, sequence: number): Uint8Array | undefined {
    const running = this.running();
    const [recent] = epoch === running.epoch ? running.publisher.recentSeals(sequence, sequence + 1) : [];
    return recent ?? this.retained.seal(epoch, sequence);
  }

  private broadcast(epoch: number, ranges: RangeSet): void {
    this.counts.group += sizeOf(ranges);
    const { publisher } = this.running();
    for (const [start, end] of ranges) {
      for (let sequence = start; sequence < end; sequence++) {
        const packet = this.packet(epoch, sequence);
        if (packet !== undefined) publisher.broadcast(packet);
      }
    }
  }

  /** Of the running epoch only what is sealed, from memory or from disk. */
  private available(epoch: number): RangeSet {
    const held = this.retained.heldOf(epoch);
    const { epoch: current, first, publisher } = this.running();
    if (epoch !== current) return held;
    const end = publisher.sealedEnd;
    const recent = span(Math.max(first, publisher.next - RECENT_PACKETS), end);
    return intersect(union(held, recent), span(0, end));
  }
}
