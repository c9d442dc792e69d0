import { Bitmap } from '../../src-shared/ranges/bitmap';
import type { Received, ReceivedBlocks } from './receive-window';

/** RFC 1350: block numbers have 16 bits, and by multicast there is no roll-over. */
const MAX_BLOCK = 65_535;

/** The blocks that a client of a group has: in any order, with gaps, which it fills when it becomes the master (RFC 2090). */
export class GroupBlocks implements ReceivedBlocks {
  private readonly have = new Bitmap(MAX_BLOCK + 1);
  private firstMissing = 1;
  private highest = 0;
  private last: number | undefined;
  private sinceAck = 0;
  /** The gap that the latest ACK told of. */
  private toldGap: number | undefined;

  /** @param windowBlocks blocks that come before an ACK */
  constructor(private readonly windowBlocks: number) {}

  get ackNumber(): number {
    return this.firstMissing - 1;
  }

  get isComplete(): boolean {
    return this.last !== undefined && this.firstMissing > this.last;
  }

  receive(block: number, isLast: boolean): Received {
    if (!this.isPossible(block, isLast)) return { isNew: false, block, ack: 'no' };
    if (isLast) this.last = block;
    // A block again: either the ACK for it was lost, or another client had asked for it.
    if (!this.have.add(block)) return { isNew: false, block, ack: 'soon' };
    const isFilling = block < this.highest;
    this.highest = Math.max(this.highest, block);
    while (this.firstMissing <= MAX_BLOCK && this.have.has(this.firstMissing)) this.firstMissing++;
    return { isNew: true, block, ack: this.ackFor(block, isFilling) };
  }

  acknowledged(): void {
    this.sinceAck = 0;
    if (this.highest > this.ackNumber) this.toldGap = this.firstMissing;
  }

  private isPossible(block: number, isLast: boolean): boolean {
    if (block < 1) return false;
    return isLast ? block >= this.highest && (this.last ?? block) === block : block < (this.last ?? block + 1);
  }

  private ackFor(block: number, isFilling: boolean): Received['ack'] {
    if (this.isComplete) return 'now';
    // Below the highest block the next gap may be anywhere: only an ACK tells the server where.
    if (isFilling) return block <= this.ackNumber ? 'now' : 'soon';
    // RFC 7440 section 4: a gap is told of at once, and once.
    if (block !== this.ackNumber) return this.toldGap === this.firstMissing ? 'soon' : 'now';
    this.sinceAck++;
    return this.sinceAck >= this.windowBlocks ? 'now' : 'soon';
  }
}
