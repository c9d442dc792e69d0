import { expect, it } from 'vitest';
import { MessageBudget } from './message-budget';

it('allows a burst, then so many a second', () => {
  const budget = new MessageBudget(10, 3, 1000);
  expect([1, 2, 3, 4].map(() => budget.spend(1000))).toEqual([true, true, true, false]);
  expect([1, 2].map(() => budget.spend(1100))).toEqual([true, false]);
  expect([1, 2, 3, 4].map(() => budget.spend(9000))).toEqual([true, true, true, false]);
});

it('gives no credit for a clock that jumps back', () => {
  const budget = new MessageBudget(10, 1, 1000);
  expect([1000, 500].map((now) => budget.spend(now))).toEqual([true, false]);
});
