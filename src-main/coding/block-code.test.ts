import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CHUNK_PARITY, CHUNK_UNITS } from '../../src-shared/wire/limits';
import { loadNativeModule } from '../accelerator/native-module';
import { BlockCode } from './block-code';
import { combineInKernel } from './combiner';

const UNIT_BYTES = 40;
const code = new BlockCode(UNIT_BYTES);

const anyUnits = fc.array(fc.uint8Array({ minLength: 1, maxLength: UNIT_BYTES }), {
  minLength: 1,
  maxLength: CHUNK_UNITS,
});
const indices = Array.from({ length: CHUNK_PARITY }, (_, index) => index);

function parityOf(units: readonly Uint8Array[], wanted: readonly number[]) {
  code.makeParity(wanted);
  units.forEach((unit, i) => {
    code.add(i, unit);
  });
  return code.result().map((bytes, i) => ({ index: wanted[i] ?? 0, bytes: Uint8Array.from(bytes) }));
}

/** A unit as parity sees it: followed by zeros. */
function padded(unit: Uint8Array): Uint8Array {
  const whole = new Uint8Array(UNIT_BYTES);
  whole.set(unit);
  return whole;
}

describe('parity of a chunk', () => {
  it('makes up for any missing units, by any parity units, as many as are missing', () => {
    const chunks = anyUnits.chain((units) => {
      const places = units.map((_, i) => i);
      const missing = fc.shuffledSubarray(places, { minLength: 1 });
      return fc.tuple(fc.constant(units), missing, fc.shuffledSubarray(indices, { minLength: units.length }));
    });
    fc.assert(
      fc.property(chunks, ([units, missing, wanted]) => {
        const parity = parityOf(units, wanted.slice(0, missing.length));
        code.makeMissing(missing, parity);
        // What lies in the place of a missing unit is of no consequence.
        units.forEach((unit, i) => {
          code.add(i, missing.includes(i) ? Uint8Array.of(7, 7) : unit);
        });
        expect(code.result()).toEqual(missing.map((i) => padded(units[i] ?? new Uint8Array(0))));
      }),
      { numRuns: 100 },
    );
  });

  it('is of no use where there is less of it than units are missing', () => {
    const parity = parityOf([Uint8Array.of(1), Uint8Array.of(2)], [0]);
    expect(() => code.makeMissing([0, 1], parity)).toThrow(RangeError);
  });

  it('is the same whether its units are added one by one, many at once, or backwards', () => {
    const units = Array.from({ length: CHUNK_UNITS }, (_, i) => padded(Uint8Array.of(i, 3 * i, 5)));
    const all = Uint8Array.from(units.flatMap((unit) => [...unit]));
    const expected = parityOf(units, [0, 5, 127]).map(({ bytes }) => bytes);
    for (const combine of [combineInKernel, loadNativeModule()?.combine ?? combineInKernel]) {
      const other = new BlockCode(UNIT_BYTES, combine);
      other.makeParity([0, 5, 127]);
      other.add(50, all.subarray(50 * UNIT_BYTES));
      other.add(0, all.subarray(0, 50 * UNIT_BYTES));
      expect(other.result()).toEqual(expected);
    }
  });

  it('of a chunk of one unit is that unit times a constant', () => {
    const [first] = parityOf([Uint8Array.of(1)], [0]);
    const [second] = parityOf([Uint8Array.of(2)], [0]);
    // 1 / 128 in this field.
    expect(first?.bytes[0]).toBe(0x1b);
    expect(second?.bytes[0]).toBe(0x36);
  });
});
