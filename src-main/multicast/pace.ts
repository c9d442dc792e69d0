import { HEADER_BYTES } from '../../src-shared/wire/data-datagram';
import { RateControl } from './rate-control';
import { TokenBucket } from './token-bucket';
import type { MovedOff, Transmission } from './transmission';

/** When the next datagram may leave: token bucket, rate control and window together (PROTOCOL.md section 7). */
export class Pace {
  private readonly control: RateControl;
  private readonly bucket: TokenBucket;
  private interval = { at: 0, sent: 0 };

  /**
   * @param rate bytes per second, or adaptive
   * @param found see RateControl
   */
  constructor(
    rate: 'auto' | number,
    private readonly payloadBytes: number,
    now: number,
    found?: number,
  ) {
    this.control = new RateControl(now, payloadBytes, rate === 'auto' ? { found } : { fixed: rate });
    this.bucket = new TokenBucket(this.control.rate, HEADER_BYTES + payloadBytes, now);
  }

  /** Bytes per second. */
  get rate(): number {
    return this.control.rate;
  }

  /** A transmission begins: what was measured before does not count for it. */
  begin(now: number): void {
    this.interval = { at: now, sent: 0 };
  }

  /** How many datagrams may leave now. */
  allowed(running: Transmission, now: number): number {
    return running.windowFull(now) ? 0 : Math.min(running.room, this.bucket.allowed(now));
  }

  /** So many datagrams leave, with so many payload bytes in all. */
  take(count: number, payloadBytes: number): void {
    this.bucket.take(count * HEADER_BYTES + payloadBytes);
  }

  /** When something is to be decided, or the next datagram may leave; ms. */
  deadlines(running: Transmission, now: number): number[] {
    const next = running.windowFull(now) ? (running.stallDeadline ?? now) : this.bucket.allowedAt(now);
    return [this.control.deadline, next];
  }

  /** Judges the last interval: sets the rate and tells whom it will no longer follow. */
  judge(running: Transmission, now: number): MovedOff[] {
    const moved = [...running.moveOffStalled(now), ...running.moveOffSlow(now)];
    if (now >= this.control.deadline) {
      const possible = ((now - this.interval.at) / 1000) * this.control.rate;
      const used = ((running.sent - this.interval.sent) * this.payloadBytes) / Math.max(1, possible);
      const before = this.control.rate;
      this.control.judge(running.takeSamples(), used, now);
      if (this.control.rate < before) running.forgetLoss();
      this.bucket.setRate(this.control.rate, now);
      running.widenWindow(this.control.rate / this.payloadBytes);
      this.interval = { at: now, sent: running.sent };
    }
    return moved;
  }
}
