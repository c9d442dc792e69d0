import { FIRST_TIMEOUT_MS, MAX_TIMEOUT_MS, MIN_TIMEOUT_MS } from './params';

/** RFC 6298 section 2: what varies less than the clock's grain says nothing. */
const CLOCK_MS = 1;

/** Measured round trips and the timeout that follows from them (RFC 6298 section 2). Times in ms. */
export class RoundTrip {
  private smoothed: number | undefined;
  private variation = 0;

  /** @param measured a round trip of a packet that was sent once (Karn: RFC 6298 section 3) */
  sample(measured: number): void {
    if (this.smoothed === undefined) {
      this.smoothed = measured;
      this.variation = measured / 2;
      return;
    }
    this.variation += (Math.abs(this.smoothed - measured) - this.variation) / 4;
    this.smoothed += (measured - this.smoothed) / 8;
  }

  /** Within this time nearly every answer comes; undefined before the first measurement. */
  get bound(): number | undefined {
    return this.smoothed === undefined ? undefined : this.smoothed + Math.max(CLOCK_MS, 4 * this.variation);
  }

  /** The timeout of the first attempt. @param longest what it never exceeds, and its value before any measurement */
  timeout(longest = FIRST_TIMEOUT_MS): number {
    return Math.max(MIN_TIMEOUT_MS, Math.min(longest, this.bound ?? longest));
  }
}

/** The timeout after so many attempts without an answer: doubled each time (RFC 6298 section 5.5). */
export function backedOff(timeoutMs: number, attempts: number): number {
  return Math.max(timeoutMs, Math.min(MAX_TIMEOUT_MS, timeoutMs * 2 ** attempts));
}
