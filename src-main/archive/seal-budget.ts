import { SEALS_AT_ONCE, SEALS_PER_SECOND } from './params';

/** How many signatures may be checked: whoever floods a group with invented seals takes no more than this (PROTOCOL.md section 14.3). */
export class SealBudget {
  private left = SEALS_AT_ONCE;
  private refilledAt: number;

  constructor(now: number) {
    this.refilledAt = now;
  }

  /** Takes one check; false where there is none left: a seal that is dropped is asked for later. */
  spend(now: number): boolean {
    const refill = (Math.max(0, now - this.refilledAt) / 1000) * SEALS_PER_SECOND;
    this.left = Math.min(SEALS_AT_ONCE, this.left + refill);
    this.refilledAt = now;
    if (this.left < 1) return false;
    this.left--;
    return true;
  }
}
