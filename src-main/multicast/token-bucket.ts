import { BURST_DATAGRAMS, CREDIT_MS } from './params';

/** Paces datagrams at a rate on a given clock (PROTOCOL.md section 7.1). A clock that jumps back or far ahead gives no extra credit. */
export class TokenBucket {
  private credit: number;
  private last: number;

  /**
   * @param bytesPerSecond the rate
   * @param datagramBytes size of the largest datagram; the burst is BURST_DATAGRAMS of them
   * @param now ms
   */
  constructor(
    private bytesPerSecond: number,
    private readonly datagramBytes: number,
    now: number,
  ) {
    this.last = now;
    this.credit = this.burst;
  }

  setRate(bytesPerSecond: number, now: number): void {
    this.refill(now);
    this.bytesPerSecond = bytesPerSecond;
  }

  /** True when a datagram may leave now. */
  allows(now: number): boolean {
    return this.allowed(now) > 0;
  }

  /** How many of the largest datagrams may leave now. */
  allowed(now: number): number {
    this.refill(now);
    return Math.max(0, Math.floor(this.credit / this.datagramBytes));
  }

  take(bytes: number): void {
    this.credit -= bytes;
  }

  /** When the next datagram may leave, in ms. */
  allowedAt(now: number): number {
    this.refill(now);
    const lacking = this.datagramBytes - this.credit;
    // Rounded up to a microsecond: a shortfall too small for the clock would ask for the same instant for ever.
    return lacking <= 0 ? now : now + Math.max(0.001, (lacking / this.bytesPerSecond) * 1000);
  }

  private get burst(): number {
    return BURST_DATAGRAMS * this.datagramBytes;
  }

  private refill(now: number): void {
    const elapsed = Math.max(0, now - this.last);
    this.last = now;
    const cap = (this.bytesPerSecond * CREDIT_MS) / 1000 + this.burst;
    this.credit = Math.min(cap, this.credit + (elapsed / 1000) * this.bytesPerSecond);
  }
}
