import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalize, type Range, sizeOf, union } from '../../src-shared/ranges/range-set';
import { WireError } from '../../src-shared/wire/wire-error';
import {
  decodeDatagrams,
  decodeNumbers,
  decodeQuery,
  encodeDatagrams,
  encodeNumbers,
  encodeQuery,
} from './query-codec';

const sets = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 2 ** 32 - 100 }), fc.integer({ min: 1, max: 99 })), { maxLength: 50 })
  .map((ranges) => normalize(ranges.map(([start, size]): Range => [start, start + size])));

describe('attachments of channels', () => {
  it('give back what was asked for', () => {
    fc.assert(
      fc.property(sets, sets, (packets, seals) => {
        expect(decodeQuery(encodeQuery({ packets, seals }))).toEqual({ packets, seals });
      }),
    );
  });

  it('name numbers in as many messages as they need', () => {
    const numbers = Array.from(
      { length: 10_000 },
      (_, i): Range => [((1_000_000 * 2 * i) % 2 ** 31) + 3 * i, ((1_000_000 * 2 * i) % 2 ** 31) + 3 * i + 1],
    );
    const set = normalize(numbers);
    const parts = [...encodeNumbers(set)].map(decodeNumbers);
    expect(parts.length).toBe(Math.ceil(set.length / 4_096));
    expect(union(...parts)).toEqual(set);
    expect([...encodeNumbers([])]).toEqual([]);
  });

  it('give back datagrams, each whole', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 1472 }), { maxLength: 10 }), (datagrams) => {
        expect([...decodeDatagrams(encodeDatagrams(datagrams))].map((bytes) => Uint8Array.from(bytes))).toEqual(
          datagrams,
        );
      }),
    );
  });

  it('are refused in one way where they are anything else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3000 }), (bytes) => {
        for (const decode of [decodeQuery, decodeNumbers, (all: Uint8Array) => [...decodeDatagrams(all)]]) {
          try {
            decode(bytes);
          } catch (error) {
            expect(error).toBeInstanceOf(WireError);
          }
        }
      }),
    );
  });

  it.each([
    ['a query', () => decodeQuery(new Uint8Array(17 * 1024))],
    ['a set of numbers', () => decodeNumbers(new Uint8Array(65 * 1024))],
    ['a datagram', () => [...decodeDatagrams(Uint8Array.from([0xff, 0xff, 1]))]],
  ])('are refused where %s is longer than it may be', (_, decode) => {
    expect(decode).toThrow(WireError);
  });

  it('name no number past the last', () => {
    const past = encodeQuery({ packets: [[2 ** 32, 2 ** 32 + 1]], seals: [] });
    expect(() => decodeQuery(past)).toThrow(WireError);
    expect(sizeOf(decodeQuery(encodeQuery({ packets: [[2 ** 32 - 1, 2 ** 32]], seals: [] })).packets)).toBe(1);
  });
});
