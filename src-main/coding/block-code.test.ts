import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BLOCK_PARITY, BLOCK_UNITS } from '../../src-shared/wire/limits';
import { BlockCode } from './block-code';
import { KernelCombiner } from './combiner';
import { PlainCombiner } from './plain-combiner';

const UNIT_BYTES = 40;
const kernel = new BlockCode(UNIT_BYTES);

const anyUnits = fc.array(fc.uint8Array({ minLength: 1, maxLength: UNIT_BYTES }), {
  minLength: 1,
  maxLength: BLOCK_UNITS,
});
const indices = Array.from({ length: BLOCK_PARITY }, (_, index) => index);

function parityOf(code: BlockCode, units: readonly Uint8Array[], wanted: readonly number[]) {
  units.forEach((unit, i) => {
    code.put(i, unit);
  });
  return code
    .encode(units.length, wanted)
    .map((bytes, i) => ({ index: wanted[i] ?? 0, bytes: Uint8Array.from(bytes) }));
}

/** A unit as parity sees it: followed by zeros. */
function padded(unit: Uint8Array): Uint8Array {
  const whole = new Uint8Array(UNIT_BYTES);
  whole.set(unit);
  return whole;
}

describe('parity of a block', () => {
  it('makes up for any missing units, by any parity units, as many as are missing', () => {
    const blocks = anyUnits.chain((units) => {
      const places = units.map((_, i) => i);
      const missing = fc.shuffledSubarray(places, { minLength: 1 });
      return fc.tuple(fc.constant(units), missing, fc.shuffledSubarray(indices, { minLength: units.length }));
    });
    fc.assert(
      fc.property(blocks, ([units, missing, wanted]) => {
        const parity = parityOf(kernel, units, wanted.slice(0, missing.length));
        units.forEach((unit, i) => {
          if (!missing.includes(i)) kernel.put(i, unit);
        });
        const solved = kernel.solve(units.length, missing, parity);
        expect(solved).toEqual(missing.map((i) => padded(units[i] ?? new Uint8Array(0))));
      }),
      { numRuns: 100 },
    );
  });

  it('is of no use where there is less of it than units are missing', () => {
    const parity = parityOf(kernel, [Uint8Array.of(1), Uint8Array.of(2)], [0]);
    expect(() => kernel.solve(2, [0, 1], parity)).toThrow(RangeError);
  });

  it('of a block of one unit is that unit times a constant', () => {
    const [first] = parityOf(kernel, [Uint8Array.of(1)], [0]);
    const [second] = parityOf(kernel, [Uint8Array.of(2)], [0]);
    // 1 / 128 in this field.
    expect(first?.bytes[0]).toBe(0x1b);
    expect(second?.bytes[0]).toBe(0x36);
  });
});

describe('the kernel', () => {
  it('gives what its plain twin gives, for any numbers of rows and columns', () => {
    const shape = fc.record({
      unitBytes: fc.constantFrom(1, 16, 17, 64),
      rows: fc.integer({ min: 0, max: 9 }),
      columns: fc.integer({ min: 0, max: 9 }),
      seed: fc.uint8Array({ minLength: 64, maxLength: 64 }),
    });
    fc.assert(
      fc.property(shape, ({ unitBytes, rows, columns, seed }) => {
        const combiner = new KernelCombiner(unitBytes);
        const twin = new PlainCombiner(combiner.stride);
        const matrix = Uint8Array.from({ length: rows * columns }, (_, i) => (seed[i % 64] ?? 0) ^ i);
        for (const { sources, results, stride } of [combiner, twin]) {
          for (let i = 0; i < columns * stride; i++) sources[i] = (seed[(i * 7) % 64] ?? 0) + i;
          // What was left from before is of no consequence.
          results.fill(99);
        }
        combiner.combine(matrix, rows, columns);
        twin.combine(matrix, rows, columns);
        const end = rows * combiner.stride;
        expect(combiner.results.subarray(0, end)).toEqual(twin.results.subarray(0, end));
        const read = columns * combiner.stride;
        expect(combiner.sources.subarray(0, read)).toEqual(twin.sources.subarray(0, read));
      }),
      { numRuns: 100 },
    );
  });

  it('gives what its plain twin gives for a whole block of the longest units', () => {
    const combiner = new KernelCombiner(1448);
    const twin = new PlainCombiner(combiner.stride);
    const units = Array.from({ length: BLOCK_UNITS }, (_, i) =>
      Uint8Array.from({ length: 1448 }, (_, j) => i * 31 + j * j),
    );
    const wanted = [0, 1, 5, 63, 127];
    const [made, expected] = [combiner, twin].map((one) => {
      const code = new BlockCode(1448, one);
      units.forEach((unit, i) => {
        code.put(i, unit);
      });
      return code.encode(BLOCK_UNITS, wanted);
    });
    expect(made).toEqual(expected);
  });

  it('multiplies as the field does', () => {
    const combiner = new KernelCombiner(256);
    combiner.sources.set(Uint8Array.from({ length: 256 }, (_, i) => i));
    const twin = new PlainCombiner(256);
    twin.sources.set(combiner.sources.subarray(0, 256));
    for (let constant = 0; constant < 256; constant++) {
      combiner.combine(Uint8Array.of(constant), 1, 1);
      twin.combine(Uint8Array.of(constant), 1, 1);
      expect(combiner.results.subarray(0, 256)).toEqual(twin.results.subarray(0, 256));
    }
  });
});
