/** What became of a block that came. */
export interface Received {
  /** It was missing: its bytes are wanted. */
  readonly isNew: boolean;
  /** Which block it is, counted from 1 without an end. */
  readonly block: number;
  /** When the one who acknowledges does so: now, soon (more may be on its way), or not for this one. */
  readonly ack: 'now' | 'soon' | 'no';
}

/** The blocks that a receiver has. */
export interface ReceivedBlocks {
  /** What an ACK says: everything up to this block is there, and the next one is wanted. */
  readonly ackNumber: number;
  readonly isComplete: boolean;
  /** A block came. @param wire its 16-bit number; @param isLast it is shorter than the others */
  receive(wire: number, isLast: boolean): Received;
  /** An ACK has been sent. */
  acknowledged(): void;
}

/** By unicast blocks come in order (RFC 1350 section 2, windows: RFC 7440 section 4). Block number 0 follows 65535. */
export class ReceiveWindow implements ReceivedBlocks {
  private received = 0;
  private sinceAck = 0;
  private hasToldGap = false;
  private hasLast = false;

  /** @param size blocks that come before an ACK */
  constructor(private readonly size: number) {}

  get ackNumber(): number {
    return this.received;
  }

  get isComplete(): boolean {
    return this.hasLast;
  }

  receive(wire: number, isLast: boolean): Received {
    const distance = (wire - this.received - 1) & 0xffff;
    if (distance === 0 && !this.hasLast) return this.next(isLast);
    if (distance < 0x8000) return this.gap();
    // Where the block of the latest ACK comes again, that ACK was lost; others come before it, or late.
    return { isNew: false, block: 0, ack: distance === 0xffff ? 'now' : 'no' };
  }

  acknowledged(): void {
    this.sinceAck = 0;
  }

  private next(isLast: boolean): Received {
    this.received++;
    this.sinceAck++;
    this.hasToldGap = false;
    this.hasLast = isLast;
    return { isNew: true, block: this.received, ack: isLast || this.sinceAck >= this.size ? 'now' : 'no' };
  }

  /** RFC 7440 section 4: a gap is told of by acknowledging the last block before it. Once: the rest of the window still comes. */
  private gap(): Received {
    const ack = this.hasToldGap ? 'no' : 'now';
    this.hasToldGap = true;
    return { isNew: false, block: 0, ack };
  }
}
