import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WireError } from '../wire/wire-error';
import { decodeRanges, encodeRanges } from './range-codec';
import { normalize, type Range, sizeOf, span } from './range-set';

const set = fc
  .array(
    fc.tuple(fc.nat(5000), fc.integer({ min: 1, max: 40 })).map(([start, length]): Range => [start, start + length]),
    { maxLength: 400 },
  )
  .map(normalize);

describe('range codec', () => {
  it('returns what went in', () => {
    fc.assert(
      fc.property(set, (ranges) => {
        expect(decodeRanges(encodeRanges(ranges), 6000)).toEqual(ranges);
      }),
    );
  });

  it('costs no more than a bit a unit, whatever the pattern', () => {
    const everyOther = Array.from({ length: 4000 }, (_, i): Range => [i * 2, i * 2 + 1]);
    expect(encodeRanges(everyOther).length).toBeLessThan(8000 / 8 + 20);
    expect(encodeRanges(span(0, 1e9)).length).toBeLessThan(10);
  });

  it('rejects ranges outside the transfer', () => {
    expect(() => decodeRanges(encodeRanges(span(0, 101)), 100)).toThrow(WireError);
    const scattered = Array.from({ length: 400 }, (_, i): Range => [i * 2, i * 2 + 1]);
    expect(() => decodeRanges(encodeRanges(scattered), 700)).toThrow(WireError);
  });

  it('refuses a set that leaves the transfer at its first range that does, before unpacking the rest', () => {
    const bytes = new Uint8Array(1001).fill(1);
    bytes.set([0, 9, 2, 0xff]);
    // After the range that is too far comes one that is not canonical: it is never looked at.
    expect(() => decodeRanges(bytes, 10)).toThrow('outside the transfer');
  });

  it('throws nothing but WireError, and returns nothing outside the limit, on any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(3000), (bytes, limit) => {
        try {
          const decoded = decodeRanges(bytes, limit);
          expect(normalize(decoded)).toEqual(decoded);
          expect(sizeOf(decoded)).toBeLessThanOrEqual(limit);
        } catch (error) {
          expect(error).toBeInstanceOf(WireError);
        }
      }),
      { numRuns: 20_000 },
    );
  });
});
