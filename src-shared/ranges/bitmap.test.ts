import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Bitmap } from './bitmap';
import { normalize, subtract, valuesOf } from './range-set';

it('agrees with a set of integers', () => {
  const change = fc.tuple(fc.boolean(), fc.nat(99), fc.nat(30));
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 100 }), fc.array(change, { maxLength: 30 }), (size, changes) => {
      const bitmap = new Bitmap(size);
      const members = new Set<number>();
      for (const [add, from, length] of changes) {
        const range = [Math.min(from, size), Math.min(from + length, size)] as const;
        if (add) bitmap.addRange(range);
        else bitmap.removeRange(range);
        for (const value of valuesOf([range])) members[add ? 'add' : 'delete'](value);
      }
      const expected = normalize([...members].map((value) => [value, value + 1] as const));
      expect(bitmap.ranges()).toEqual(expected);
      expect(bitmap.complement()).toEqual(subtract([[0, size]], expected));
      expect(bitmap.count).toBe(members.size);
      expect(new Bitmap(size, bitmap.bytes).ranges()).toEqual(expected);
      expect(bitmap.hasAll([0, size])).toBe(members.size === size);
    }),
  );
});
