import type { SubscriberView } from '../../src-shared/ipc/channel-views';
import { systemClock } from '../transport/clock';
import { AnswerStream, type PacketSource } from './answer-stream';
import type { MemberConnection } from './channel-protocol';

/** How far a subscriber is: what it has in order, and what of that which it knows of is missing. */
export interface Standing {
  readonly epoch: number;
  readonly next: number;
  readonly gap: number;
}

/** A member of a channel, as long as its connection lasts. */
interface Member {
  readonly id: string;
  readonly name: string;
  readonly connection: MemberConnection;
  readonly answers: AnswerStream;
  isFollowing: boolean;
  have: Standing | undefined;
}

/** Who is connected when a channel closes gets this long without a sign of progress to have all of it. */
const FAREWELL_MS = 5_000;
const FAREWELL_POLL_MS = 50;

/** Who is connected to a publisher: nothing of them outlives their connections (requirement B7). */
export class PublicationMembers {
  private readonly members = new Map<string, Member>();

  constructor(private readonly source: PacketSource) {}

  get size(): number {
    return this.members.size;
  }

  /** Those whose positions are followed. */
  get following(): readonly string[] {
    return [...this.members.values()].filter(({ isFollowing }) => isFollowing).map(({ id }) => id);
  }

  get connections(): readonly MemberConnection[] {
    return [...this.members.values()].map(({ connection }) => connection);
  }

  enter(id: string, name: string, connection: MemberConnection): void {
    const answers = new AnswerStream(connection, this.source);
    this.members.set(id, { id, name, connection, answers, isFollowing: false, have: undefined });
  }

  left(id: string): void {
    this.members.delete(id);
  }

  get(id: string): { readonly id: string; readonly name: string; readonly address: string } | undefined {
    const member = this.members.get(id);
    return member === undefined ? undefined : { id, name: member.name, address: member.connection.remoteAddress };
  }

  answersOf(id: string): AnswerStream | undefined {
    return this.members.get(id)?.answers;
  }

  /** @returns whether it was not followed before */
  follow(id: string): boolean {
    const member = this.members.get(id);
    if (member === undefined || member.isFollowing) return false;
    member.isFollowing = true;
    return true;
  }

  has(id: string, have: Standing): void {
    const member = this.members.get(id);
    if (member !== undefined) member.have = have;
  }

  /** Whether every subscriber has everything up to `next`. @param except the archive, which need not be waited for */
  haveAll(epoch: number, next: number, except: (id: string) => boolean): boolean {
    return [...this.members.values()].every(
      ({ id, isFollowing, have }) => !isFollowing || except(id) || (have?.epoch === epoch && have.next >= next),
    );
  }

  /** Waits until they have everything, as long as somebody gets on. */
  async farewell(haveAll: () => boolean): Promise<void> {
    let before = '';
    for (let quiet = 0; quiet < FAREWELL_MS && !haveAll(); quiet += FAREWELL_POLL_MS) {
      const progress = [...this.members.values()].map(({ id, have }) => `${id} ${have?.epoch} ${have?.next}`).join();
      if (progress !== before) quiet = 0;
      before = progress;
      await new Promise<void>((resolve) => systemClock.after(FAREWELL_POLL_MS, resolve));
    }
  }

  /** @param except the archive, which is shown as such */
  views(except: (id: string) => boolean): SubscriberView[] {
    return [...this.members.values()]
      .filter(({ id, isFollowing }) => isFollowing && !except(id))
      .map(({ id, name, connection, have }) => ({
        ...{ id, name, address: connection.remoteAddress },
        last: have === undefined || have.next === 0 ? null : { epoch: have.epoch, sequence: have.next - 1 },
        gap: have?.gap ?? 0,
      }));
  }
}
