import { expect, it } from 'vitest';
import { missingOnReturn } from './missing-on-return';

it('is what is missing, or the last unit, or nothing of nothing', () => {
  expect(missingOnReturn([[3, 5]], 10)).toEqual([[3, 5]]);
  expect(missingOnReturn([], 10)).toEqual([[9, 10]]);
  expect(missingOnReturn([], 0)).toEqual([]);
});
