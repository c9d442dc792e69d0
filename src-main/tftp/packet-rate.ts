import { TokenBucket } from '../multicast/token-bucket';
import {
  EXCESS_LOSS,
  MIN_BLOCKS_PER_SECOND,
  MIN_RATE_SAMPLE,
  RATE_CUT,
  RATE_GROWTH,
  RATE_INTERVAL_MS,
  RATE_MARGIN,
  UNHELPED_SHARE,
} from './params';

/** A rate that has changed, and why, for people. */
export interface RateChange {
  readonly blocksPerSecond: number | null;
  readonly why: string;
}

/**
 * How many blocks a second a session may send (C5). At first as many as are acknowledged; after a loss fewer than arrived, then more
 * and more until it is no limit any longer. Where such a rate loses as much as the one before, the loss is not congestion, and is usual from then on.
 */
export class PacketRate {
  private limit: number | null = null;
  /** Blocks a second that were lossy; at twice as many the limit is lifted. */
  private lossy = 0;
  private usual = 0;
  /** Loss before the last cut, until the interval after it has been judged. */
  private before: number | undefined;
  private sent = 0;
  private lost = 0;
  private readonly bucket: TokenBucket;

  constructor(
    private readonly isOn: boolean,
    private since: number,
  ) {
    this.bucket = new TokenBucket(MIN_BLOCKS_PER_SECOND, 1, since);
  }

  /** The most blocks a second; null while nothing holds the session back. */
  get blocksPerSecond(): number | null {
    return this.limit;
  }

  /** When the next block may leave, ms. */
  allowedAt(now: number): number {
    return this.limit === null ? now : this.bucket.allowedAt(now);
  }

  blockSent(): void {
    this.sent++;
    if (this.limit !== null) this.bucket.take(1);
  }

  blockLost(): void {
    this.lost++;
  }

  /** Call often: judges the loss when enough was sent. @returns the new rate where it is another one. */
  judge(now: number): RateChange | undefined {
    const elapsed = now - this.since;
    if (!this.isOn || elapsed < RATE_INTERVAL_MS || this.sent < MIN_RATE_SAMPLE) return undefined;
    const loss = Math.min(1, this.lost / this.sent);
    const sentPerSecond = (this.sent / elapsed) * 1000;
    this.since = now;
    this.sent = 0;
    this.lost = 0;
    return this.decide(loss, sentPerSecond, now);
  }

  private decide(loss: number, sentPerSecond: number, now: number): RateChange | undefined {
    if (this.before !== undefined && loss >= this.before * UNHELPED_SHARE) this.usual = Math.max(this.usual, loss);
    this.before = undefined;
    if (loss > this.usual + EXCESS_LOSS) {
      this.before = loss;
      this.lossy = sentPerSecond;
      return this.set(
        sentPerSecond * Math.min(RATE_CUT, RATE_MARGIN * (1 - loss)),
        `${Math.round(loss * 100)} % of the blocks were lost`,
        now,
      );
    }
    if (this.limit === null) return undefined;
    const grown = this.limit * RATE_GROWTH;
    const why = loss > EXCESS_LOSS ? 'a lower rate lost as much' : 'nothing was lost any more';
    return this.set(grown > 2 * this.lossy ? null : grown, why, now);
  }

  private set(limit: number | null, why: string, now: number): RateChange {
    this.limit = limit === null ? null : Math.max(MIN_BLOCKS_PER_SECOND, Math.round(limit));
    if (this.limit !== null) this.bucket.setRate(this.limit, now);
    return { blocksPerSecond: this.limit, why };
  }
}
