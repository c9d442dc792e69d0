import { MIN_LOSS_SAMPLE } from './params';

/** The share of blocks that were lost lately; what is older counts less and less. */
export class LossMeter {
  private sent = 0;
  private lost = 0;

  constructor(
    private readonly halfLifeMs: number,
    private at: number,
  ) {}

  blockSent(now: number): void {
    this.fade(now);
    this.sent++;
  }

  blockLost(now: number): void {
    this.fade(now);
    this.lost++;
  }

  /** 0…1; 0 while too little was sent to tell. */
  share(now: number): number {
    this.fade(now);
    return this.sent < MIN_LOSS_SAMPLE ? 0 : Math.min(1, this.lost / this.sent);
  }

  private fade(now: number): void {
    if (now <= this.at) return;
    const kept = 0.5 ** ((now - this.at) / this.halfLifeMs);
    this.at = now;
    this.sent *= kept;
    this.lost *= kept;
  }
}
