import fc from 'fast-check';
import { expect, it } from 'vitest';
import { serialAdd, serialDistance, serialIsAfter } from './serial-number';

const serial = fc.nat({ max: 0xffffffff });

it('orders numbers up to 2^31 - 1 apart, across the wrap', () => {
  fc.assert(
    fc.property(serial, fc.integer({ min: 1, max: 0x7fffffff }), (from, step) => {
      const to = serialAdd(from, step);
      expect(serialDistance(from, to)).toBe(step);
      expect(serialIsAfter(to, from)).toBe(true);
      expect(serialIsAfter(from, to)).toBe(false);
    }),
  );
});

it('wraps from 2^32 - 1 to 0', () => {
  expect(serialAdd(0xffffffff, 1)).toBe(0);
  expect(serialIsAfter(0, 0xffffffff)).toBe(true);
});
