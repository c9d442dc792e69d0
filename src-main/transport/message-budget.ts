/**
 * How many messages a peer may send: a burst at once, and `perSecond` for ever. A student that reports its position at the
 * highest rate there is needs 1,500 a second; whoever sends more keeps the teacher from its other students (PROTOCOL.md section 11).
 */
export class MessageBudget {
  private left: number;

  constructor(
    private readonly perSecond: number,
    private readonly burst: number,
    private refilledAt: number,
  ) {
    this.left = burst;
  }

  /** Takes one message from the budget, `now` in ms. @returns false when there is none left. */
  spend(now: number): boolean {
    const refill = (Math.max(0, now - this.refilledAt) / 1000) * this.perSecond;
    this.left = Math.min(this.burst, this.left + refill);
    this.refilledAt = now;
    if (this.left < 1) return false;
    this.left--;
    return true;
  }
}
