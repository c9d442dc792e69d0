import { TokenBucket } from '../multicast/token-bucket';
import {
  CLEAR_LOSS,
  CLEAR_LOSS_BLOCKS,
  EXCESS_LOSS,
  IDLE_MS,
  MAX_CUTS,
  MIN_BLOCKS_PER_SECOND,
  MIN_RATE_SAMPLE,
  RATE_CUT,
  RATE_GROWTH,
  RATE_INTERVAL_MS,
  RATE_MARGIN,
  RATE_PLATEAU_MS,
  USUAL_LOSS_MEMORY,
} from './params';

/** A rate that has changed, and why, for people. */
export interface RateChange {
  readonly blocksPerSecond: number | null;
  readonly why: string;
}

/** What happened since the loss was judged last. */
interface Sample {
  sent: number;
  acknowledged: number;
  /** Times that something was lost, and blocks that are known to be. */
  losses: number;
  missing: number;
  /** Time in which blocks left, ms: not that in which an answer, or the disk, was waited for. */
  sendingMs: number;
}

/** Of a line: what it carries, blocks a second, and since when that is known, ms. */
interface Capacity {
  readonly rate: number;
  readonly since: number;
}

const emptySample = (): Sample => ({ sent: 0, acknowledged: 0, losses: 0, missing: 0, sendingMs: 0 });

/**
 * How many blocks a second a session may send (C5). At first as many as are acknowledged; after a loss fewer than arrived while blocks
 * left, then more and more until it is no limit any longer. A loss that outlasts such cuts, or is always there, is not congestion, but usual.
 */
export class PacketRate {
  private limit: number | null = null;
  /** Known once a limited rate was too high: before, blocks left in bursts, and what was lost of them says little. */
  private capacity: Capacity | undefined;
  private sample = emptySample();
  private usualLoss = 0;
  /** Of a limit, in a row. */
  private cuts = 0;
  private readonly bucket: TokenBucket;

  constructor(
    private readonly isOn: boolean,
    private lastSentAt: number,
  ) {
    this.bucket = new TokenBucket(MIN_BLOCKS_PER_SECOND, 1, lastSentAt);
  }

  /** The most blocks a second; null while nothing holds the session back. */
  get blocksPerSecond(): number | null {
    return this.limit;
  }

  /** When the next block may leave, ms. */
  allowedAt(now: number): number {
    return this.limit === null ? now : this.bucket.allowedAt(now);
  }

  blockSent(now: number): void {
    this.sample.sent++;
    this.sample.sendingMs += Math.min(IDLE_MS, now - this.lastSentAt);
    this.lastSentAt = now;
    if (this.limit !== null) this.bucket.take(1);
  }

  blocksAcknowledged(blocks: number): void {
    this.sample.acknowledged += blocks;
  }

  blockLost(): void {
    this.sample.losses++;
    this.sample.missing++;
  }

  /** So many more are known to have been lost with a block. */
  blocksMissing(more: number): void {
    this.sample.missing += more;
  }

  /** Call often: judges the loss when enough was sent, or much is missing. @returns the new rate where it is another one. */
  judge(now: number): RateChange | undefined {
    const { sent, missing, sendingMs } = this.sample;
    const isEnough = sendingMs >= RATE_INTERVAL_MS && sent >= MIN_RATE_SAMPLE;
    const isClear = missing >= Math.max(CLEAR_LOSS_BLOCKS, sent * CLEAR_LOSS);
    if (!this.isOn || (!isEnough && !isClear)) return undefined;
    const change = this.decide(this.sample, now);
    this.sample = emptySample();
    return change;
  }

  private decide(sample: Sample, now: number): RateChange | undefined {
    const loss = sample.losses / Math.max(1, sample.sent);
    if (loss > this.usualLoss + EXCESS_LOSS)
      return this.cuts < MAX_CUTS ? this.cut(sample, now) : this.giveIn(loss, now);
    this.cuts = 0;
    this.usualLoss += (loss - this.usualLoss) / USUAL_LOSS_MEMORY;
    // Not few enough to be sure, and too many to try for more.
    if (this.limit === null || sample.missing >= CLEAR_LOSS_BLOCKS) return undefined;
    const isFree = this.limit > 2 * perSecond(sample.sent, sample);
    return this.set(isFree ? null : this.grown(this.limit, now), 'nothing was lost any more', now);
  }

  /** Less than what arrived. What a receiver drops after a gap has arrived too, so that a limit falls by a half at most. */
  private cut(sample: Sample, now: number): RateChange {
    const { limit } = this;
    const arrived = perSecond(Math.min(sample.acknowledged, sample.sent), sample);
    const rate = RATE_MARGIN * (limit === null ? arrived : Math.min(limit, Math.max(limit / 2, arrived)));
    this.capacity = limit === null ? undefined : { rate, since: now };
    this.cuts = limit === null ? 0 : this.cuts + 1;
    const percent = Math.round(Math.min(1, sample.missing / Math.max(1, sample.sent)) * 100);
    return this.set(rate * RATE_CUT, `${percent} % of the blocks were lost`, now);
  }

  private giveIn(loss: number, now: number): RateChange {
    this.usualLoss = loss;
    this.capacity = undefined;
    this.cuts = 0;
    return this.set(null, 'lower rates lost as much', now);
  }

  /** Slowly near what the line carries, and faster and faster beyond: the cubic of RFC 9438 section 4.2. */
  private grown(limit: number, now: number): number {
    if (this.capacity === undefined) return limit * RATE_GROWTH;
    const { rate, since } = this.capacity;
    return rate * (1 + (1 - RATE_CUT) * ((now - since) / RATE_PLATEAU_MS - 1) ** 3);
  }

  private set(limit: number | null, why: string, now: number): RateChange {
    this.limit = limit === null ? null : Math.max(MIN_BLOCKS_PER_SECOND, Math.round(limit));
    if (this.limit !== null) this.bucket.setRate(this.limit, now);
    return { blocksPerSecond: this.limit, why };
  }
}

/** A burst counts as if it had taken the time of a pause. */
function perSecond(blocks: number, { sendingMs }: Sample): number {
  return (blocks / Math.max(IDLE_MS, sendingMs)) * 1000;
}
