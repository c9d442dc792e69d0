import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  contains,
  covers,
  equals,
  intersect,
  normalize,
  type Range,
  sizeOf,
  span,
  subtract,
  union,
  valuesOf,
} from './range-set';

const ranges = fc.array(
  fc.tuple(fc.nat(200), fc.nat(20)).map(([start, length]): Range => [start, start + length]),
  { maxLength: 20 },
);
const set = ranges.map(normalize);
const members = (s: readonly Range[]) => new Set(valuesOf(s));

describe('range set', () => {
  it('normalizes to sorted, disjoint, non-touching ranges with the same members', () => {
    fc.assert(
      fc.property(ranges, (list) => {
        const canonical = normalize(list);
        expect([...valuesOf(canonical)]).toEqual(
          [...new Set(list.flatMap((r) => [...valuesOf([r])]))].sort((a, b) => a - b),
        );
        canonical.forEach((range, i) => {
          const next = canonical[i + 1];
          if (next !== undefined) expect(range[1]).toBeLessThan(next[0]);
        });
      }),
    );
  });

  it('agrees with sets of integers on every operation', () => {
    fc.assert(
      fc.property(set, set, (a, b) => {
        const [inA, inB] = [members(a), members(b)];
        expect(members(union(a, b))).toEqual(new Set([...inA, ...inB]));
        expect(members(intersect(a, b))).toEqual(new Set([...inA].filter((v) => inB.has(v))));
        expect(members(subtract(a, b))).toEqual(new Set([...inA].filter((v) => !inB.has(v))));
        expect(sizeOf(a)).toBe(inA.size);
        expect(covers(a, b)).toBe([...inB].every((v) => inA.has(v)));
        expect(equals(a, b)).toBe(inA.size === inB.size && covers(a, b));
        for (let v = 0; v < 230; v++) expect(contains(a, v)).toBe(inA.has(v));
      }),
    );
  });

  it('makes no new range of one that stays as it is', () => {
    const first: Range = [0, 2];
    const second: Range = [4, 9];
    const set = [first, second];
    expect(union(set, span(20, 30))[1]).toBe(second);
    expect(intersect(set, span(0, 10))[0]).toBe(first);
    expect(subtract(set, span(0, 2))[0]).toBe(second);
  });

  it('changes none of the ranges that it was given', () => {
    const set: readonly Range[] = [[0, 2]];
    expect(union(set, [[1, 5]])).toEqual([[0, 5]]);
    expect(set).toEqual([[0, 2]]);
  });

  it('has an empty span where start is not before end', () => {
    expect(span(3, 3)).toEqual([]);
    expect(span(2, 4)).toEqual([[2, 4]]);
  });
});
