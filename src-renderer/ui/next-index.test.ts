import fc from 'fast-check';
import { expect, it } from 'vitest';
import { nextIndex } from './next-index';

it.each([
  ['ArrowDown', 0, 3],
  ['ArrowUp', 4, 1],
  ['ArrowRight', 4, 5],
  ['ArrowLeft', 4, 3],
  ['Home', 7, 0],
  ['End', 7, 9],
  ['PageDown', 1, 9],
  ['PageUp', 8, 0],
])('%s goes from %d to %d of ten in three columns', (key, from, to) => {
  expect(nextIndex(key, from, 10, 3)).toBe(to);
});

it('leaves other keys and empty lists alone', () => {
  expect(nextIndex('a', 0, 10, 1)).toBeUndefined();
  expect(nextIndex('End', 0, 0, 1)).toBeUndefined();
});

it('never leaves the list', () => {
  const keys = fc.constantFrom('ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight', 'PageUp', 'PageDown', 'Home', 'End');
  fc.assert(
    fc.property(
      keys,
      fc.nat(99),
      fc.integer({ min: 1, max: 100 }),
      fc.integer({ min: 1, max: 8 }),
      (key, at, count, columns) => {
        const next = nextIndex(key, Math.min(at, count - 1), count, columns);
        expect(next).toBeGreaterThanOrEqual(0);
        expect(next).toBeLessThan(count);
      },
    ),
  );
});
