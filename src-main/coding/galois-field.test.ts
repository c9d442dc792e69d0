import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exp, log, multiply } from './galois-field';

const element = fc.integer({ min: 0, max: 255 });
const nonZero = fc.integer({ min: 1, max: 255 });

describe('GF(2^8)', () => {
  it('multiplies as polynomials modulo x^8 + x^4 + x^3 + x^2 + 1', () => {
    expect([multiply(2, 2), multiply(2, 0x80), multiply(0x53, 0xca), multiply(0, 7), multiply(1, 7)]).toEqual([
      4, 0x1d, 0x8f, 0, 7,
    ]);
  });

  it('is a field', () => {
    fc.assert(
      fc.property(element, element, element, (a, b, c) => {
        expect(multiply(a, b)).toBe(multiply(b, a));
        expect(multiply(a, multiply(b, c))).toBe(multiply(multiply(a, b), c));
        expect(multiply(a, b ^ c)).toBe(multiply(a, b) ^ multiply(a, c));
      }),
    );
  });

  it('has an inverse for everything but 0', () => {
    fc.assert(
      fc.property(nonZero, (a) => {
        expect(multiply(a, exp(-log(a)))).toBe(1);
      }),
    );
    expect(new Set(Array.from({ length: 255 }, (_, exponent) => exp(exponent))).size).toBe(255);
  });
});
