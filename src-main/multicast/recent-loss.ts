import { LOSS_FOUND_SAMPLE, LOSS_HALF_LIFE, LOSS_SAMPLE, MAX_DISPERSION } from './params';

/**
 * The share of datagrams that a student loses one here and one there, lately: what is LOSS_HALF_LIFE datagrams old counts half. Of losses in
 * bursts, a bad moment or a full line, the last ones say nothing about the next.
 */
export class RecentLoss {
  private passed = 0;
  private lost = 0;
  /** Sum of the squares of what was lost more, or less, than was to be expected. */
  private squares = 0;

  /** @param found 0…1: what an earlier transfer found; more than 0 counts like a first sample */
  constructor(found = 0) {
    if (found > 0) this.add(LOSS_FOUND_SAMPLE, LOSS_FOUND_SAMPLE * found);
  }

  /** So many datagrams went by, and so many of them did not arrive; fewer than none where some arrived twice. */
  add(passed: number, lost: number): void {
    const kept = 2 ** (-passed / LOSS_HALF_LIFE);
    this.passed = this.passed * kept + passed;
    this.lost = this.lost * kept + lost;
    this.squares = this.squares * kept + (lost - (this.lost / this.passed) * passed) ** 2;
  }

  /** What was lost so far says nothing any more. */
  forget(): void {
    this.passed = 0;
    this.lost = 0;
    this.squares = 0;
  }

  /** 0…1; 0 where it comes in bursts, undefined while too little has gone by. */
  get rate(): number | undefined {
    if (this.passed < LOSS_SAMPLE) return undefined;
    if (this.lost <= 0) return 0;
    return this.squares / this.lost > MAX_DISPERSION ? 0 : this.lost / this.passed;
  }
}
