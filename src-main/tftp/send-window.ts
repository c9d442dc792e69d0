import { GAP_DELAY_MS } from './params';

/** Why a block is sent that was sent before. */
export type ResendCause = 'timeout' | 'unexpected' | 'gap';

/** What an ACK means for the window. */
export type AckMeaning =
  /** Blocks are acknowledged that were not before. */
  | 'advance'
  /** It acknowledges what was acknowledged before: no reason to send anything at once (RFC 1123 section 4.2.3.1). */
  | 'duplicate'
  /** An old one, or one for blocks that were never sent. */
  | 'foreign';

/**
 * Which block may leave next to the one client that acknowledges (RFC 1350 section 2, windows: RFC 7440 section 4). Blocks are counted from 1
 * without an end; only the wire has 16 bits. By multicast an ACK may also leap over blocks that the client has (RFC 2090).
 */
export class SendWindow {
  /** The client has everything up to here, or asks for nothing before it. */
  private base = 0;
  private next = 1;
  /** The last block that may leave before an answer. */
  private end: number;
  /** Highest block that ever left: everything up to it has been on its way to whoever listens. */
  private top = 0;
  /** Blocks that may be on their way while blocks are sent again: grows while the client misses one after the other. */
  private again = 1;
  private cause: ResendCause = 'gap';
  private lastSentAt = 0;
  /** The last block that had left before a timeout, until an ACK tells how many before it had arrived; then 0. */
  private doubtful = 0;
  private resend: { readonly at: number; readonly guard: number } | undefined;
  /** The round trip that is being measured: of the last block that left, for the first time. */
  private timed: { readonly block: number; readonly at: number } | undefined;

  private size = 1;

  /** @param canLeap by multicast */
  constructor(private readonly canLeap: boolean) {
    this.end = 1;
  }

  get acknowledged(): number {
    return this.base;
  }

  get highestSent(): number {
    return this.top;
  }

  /** By multicast: the client asks for blocks that have been sent before. */
  get isFilling(): boolean {
    return this.canLeap && this.base < this.top && this.next === this.base + 1;
  }

  /**
   * A client begins to acknowledge. By multicast its first ACK may ask for any block.
   * @param size blocks that may be on their way to it
   * @returns false where the ACK is none that it could have sent
   */
  begin(wire: number, size: number): boolean {
    if (wire > (this.canLeap ? this.top : 0)) return false;
    this.size = size;
    this.again = 1;
    this.moveTo(wire);
    return true;
  }

  /** The block that may leave now; undefined when an answer has to come first. @param last the file's last block, if it is known */
  due(last: number | undefined): number | undefined {
    return this.next <= Math.min(this.end, last ?? this.end) ? this.next : undefined;
  }

  /** The block of `due` leaves. @returns why it is sent again; undefined the first time. */
  sent(now: number): ResendCause | undefined {
    const block = this.next++;
    const isNew = block > this.top;
    this.lastSentAt = now;
    this.timed = isNew ? { block, at: now } : undefined;
    if (!isNew) return this.cause;
    this.top = block;
    this.end = this.base + this.size;
    return undefined;
  }

  /**
   * An ACK. The first one after a timeout tells how many of the blocks that had left then are `missing`.
   * @param guard the least time between two sendings of a packet, ms: a round trip
   */
  ack(wire: number, now: number, guard: number): { meaning: AckMeaning; roundTrip?: number; missing?: number } {
    const block = this.absolute(wire);
    if (block === undefined) return { meaning: 'foreign' };
    if (block === this.base) {
      // RFC 7440 section 4: the ACK of a block within the window tells of a gap after it, even where it is acknowledged already.
      if (this.size > 1) this.resendAfter(now + GAP_DELAY_MS, guard);
      return { meaning: 'duplicate' };
    }
    const roundTrip = this.timed?.block === block ? { roundTrip: now - this.timed.at } : {};
    const missing = block < this.doubtful ? { missing: this.doubtful - block } : {};
    this.advance(block, now, guard);
    this.doubtful = 0;
    return { meaning: 'advance', ...roundTrip, ...missing };
  }

  /** Nothing came in time: everything after the last acknowledged block is due again. */
  rewind(cause: ResendCause): void {
    if (cause === 'timeout') this.doubtful = Math.max(this.doubtful, this.next - 1);
    this.again = 1;
    this.moveTo(this.base);
    this.cause = cause;
    this.timed = undefined;
  }

  /** What left last leaves again at `at`, but not within a round trip (`guard`) after it left, and only if no ACK comes before. */
  resendAfter(at: number, guard: number): void {
    if (this.next > this.base + 1) this.resend ??= { at, guard };
  }

  /** When `resendDue` has something to do, ms. */
  get resendDeadline(): number {
    return this.resend === undefined
      ? Number.POSITIVE_INFINITY
      : Math.max(this.resend.at, this.lastSentAt + this.resend.guard);
  }

  /** Makes due again what has to leave again by now. @returns whether that is something. */
  resendDue(now: number): boolean {
    if (now < this.resendDeadline) return false;
    this.rewind(this.size === 1 ? 'unexpected' : 'gap');
    return true;
  }

  private advance(block: number, now: number, guard: number): void {
    if (block >= this.next - 1) {
      this.again = block >= this.next ? 1 : Math.min(this.size, this.again * 2);
      return this.moveTo(block);
    }
    // Either a gap follows, or this client acknowledges each block and the next ACK is on its way.
    // After a timeout it acknowledges the last block that it had, and waits for a whole window from there on (RFC 7440 section 4).
    if (block < this.doubtful && !this.canLeap) this.end = block + this.size;
    this.base = block;
    this.resend = { at: now + GAP_DELAY_MS, guard };
  }

  private moveTo(block: number): void {
    this.base = block;
    this.next = block + 1;
    this.end = block + (this.isFilling ? Math.min(this.size, this.again) : this.size);
    this.resend = undefined;
    this.cause = 'gap';
  }

  /** The block that an ACK of these 16 bits means; undefined where it means none that it could. */
  private absolute(wire: number): number | undefined {
    // A group has no roll-over, so that an old number is surely old.
    const block = this.canLeap ? wire : this.base + ((wire - this.base) & 0xffff);
    return block >= this.base && block <= this.top ? block : undefined;
  }
}
