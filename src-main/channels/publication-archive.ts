import type { ArchiveView } from '../../src-shared/ipc/channel-views';
import type { RangeSet } from '../../src-shared/ranges/range-set';
import type { ChannelMessage, Extent } from '../../src-shared/wire/channel-messages';
import { withAcknowledged } from '../archive/epoch-list';
import type { ChannelState } from './channel-state';

/** What a publisher's user hears of its archive. */
export interface ArchiveNews {
  readonly state: 'on' | 'full' | 'away';
  readonly name: string;
  readonly address: string;
  readonly why?: string;
}

interface AtWork {
  readonly id: string;
  readonly name: string;
  readonly address: string;
  readonly port: number;
  isHere: boolean;
  full: string | undefined;
  packets: number;
  bytes: number;
}

const DECLINED = 'This channel has another archive already.';

/** The one archive that a channel's publisher has accepted, here or away (PROTOCOL.md section 17). */
export class PublicationArchive {
  private atWork: AtWork | undefined;
  private held: readonly Extent[] = [];

  constructor(
    private readonly state: ChannelState,
    private readonly tell: (news: ArchiveNews) => void,
  ) {}

  /** Whether this member is the archive, and nobody else can be. */
  is(member: string): boolean {
    return this.state.archive === member;
  }

  /** What can be had there, as far as it said. */
  get extents(): readonly Extent[] {
    return this.held;
  }

  /** A member offers to be it: the first is, and no other after it. @returns why not @throws ChannelError */
  async keep(member: { readonly id: string; readonly name: string; readonly address: string }, port: number) {
    if (this.state.archive === undefined) await this.state.accept(member.id);
    if (!this.is(member.id)) return DECLINED;
    const { packets = 0, bytes = 0, full } = this.atWork ?? {};
    const wasHere = this.atWork?.isHere === true;
    this.atWork = { ...member, port, isHere: true, full, packets, bytes };
    if (!wasHere) this.say('on');
    return undefined;
  }

  /** @returns whether it was the archive that went */
  left(member: string): boolean {
    if (!this.is(member) || this.atWork?.isHere !== true) return false;
    this.atWork.isHere = false;
    this.say('away');
    return true;
  }

  holding(extents: readonly Extent[], packets: number, bytes: number, full: string | undefined): void {
    this.held = extents;
    if (this.atWork === undefined) return;
    const before = this.atWork.full;
    Object.assign(this.atWork, { packets, bytes, full });
    if (before !== full) this.say(full === undefined ? 'on' : 'full');
  }

  /** It has made these durable. */
  acked(epoch: number, ranges: RangeSet): void {
    this.held = withAcknowledged(this.held, epoch, ranges);
  }

  /** What members are told of it: where it is, and what lets them in. */
  vouched(ticket: string): ChannelMessage['archive'] {
    if (this.atWork === undefined) return undefined;
    const { id: fingerprint, name, address, port } = this.atWork;
    return { name, address, port, fingerprint, ticket };
  }

  /** @param unacknowledged packets that only the publisher has */
  view(unacknowledged: number): ArchiveView {
    if (this.atWork === undefined) return { state: 'none', storedPackets: 0, storedBytes: 0, unacknowledged };
    const { name, address, full, packets, bytes, isHere } = this.atWork;
    const state = !isHere ? 'away' : full === undefined ? 'on' : 'full';
    const about = { name, address, storedPackets: packets, storedBytes: bytes, unacknowledged };
    return { state, ...about, ...(full === undefined ? {} : { why: full }) };
  }

  private say(state: ArchiveNews['state']): void {
    if (this.atWork === undefined) return;
    const { name, address, full } = this.atWork;
    this.tell({ state, name, address, ...(full === undefined ? {} : { why: full }) });
  }
}
