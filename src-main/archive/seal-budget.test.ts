import { describe, expect, it } from 'vitest';
import { SEALS_AT_ONCE, SEALS_PER_SECOND } from './params';
import { SealBudget } from './seal-budget';

function spendAll(budget: SealBudget, now: number): number {
  let spent = 0;
  while (budget.spend(now)) spent++;
  return spent;
}

describe('the budget of seals', () => {
  it('checks a burst, and then so many a second, whatever comes', () => {
    const budget = new SealBudget(0);
    expect(spendAll(budget, 0)).toBe(SEALS_AT_ONCE);
    expect(spendAll(budget, 1000)).toBe(SEALS_PER_SECOND);
  });

  it('gives nothing for a clock that jumps back, and no more than a burst for one that jumps ahead', () => {
    const budget = new SealBudget(1000);
    spendAll(budget, 1000);
    expect(spendAll(budget, 0)).toBe(0);
    expect(spendAll(budget, 1e9)).toBe(SEALS_AT_ONCE);
  });
});
