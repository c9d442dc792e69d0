import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CHUNK_PARITY, CHUNK_UNITS } from '../../src-shared/wire/limits';
import { loadNativeModule } from '../accelerator/native-module';
import { BlockCode } from './block-code';

const UNIT_BYTES = 40;
const code = new BlockCode(UNIT_BYTES);

const anyUnits = fc.array(fc.uint8Array({ minLength: 1, maxLength: UNIT_BYTES }), {
  minLength: 1,
  maxLength: CHUNK_UNITS,
});
const indices = Array.from({ length: CHUNK_PARITY }, (_, index) => index);

/** Units as they lie in a chunk: all whole, followed by zeros where they are not, but the last. */
function inARow(units: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(units.flatMap((unit, i) => [...(i < units.length - 1 ? padded(unit) : unit)]));
}

function parityOf(units: readonly Uint8Array[], wanted: readonly number[]) {
  return code
    .parityOf(inARow(units), Uint8Array.from(wanted))
    .map((bytes, i) => ({ index: wanted[i] ?? 0, bytes: bytes.slice() }));
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
        // What lies in the place of a missing unit is of no consequence.
        const lossy = inARow(units.map((unit, i) => (missing.includes(i) ? Uint8Array.of(7, 7) : unit)));
        expect(code.recover(lossy, Uint8Array.from(missing), parity)).toEqual(
          missing.map((i) => padded(units[i] ?? new Uint8Array(0))),
        );
      }),
      { numRuns: 100 },
    );
  });

  it('is of no use where there is less of it than units are missing', () => {
    const units = [Uint8Array.of(1), Uint8Array.of(2)];
    expect(() => code.recover(inARow(units), Uint8Array.of(0, 1), parityOf(units, [0]))).toThrow(RangeError);
  });

  it('is the same with the accelerator', (context) => {
    const combine = loadNativeModule()?.combine;
    if (combine === undefined) return context.skip('no accelerator, or a processor without AVX2');
    const units = Array.from({ length: CHUNK_UNITS }, (_, i) => Uint8Array.of(i, 3 * i, 5));
    const other = new BlockCode(UNIT_BYTES, combine);
    const parity = parityOf(units, [0, 5, 127]);
    expect(other.parityOf(inARow(units), Uint8Array.of(0, 5, 127))).toEqual(parity.map(({ bytes }) => bytes));
    expect(other.recover(inARow(units), Uint8Array.of(3, 64), parity)).toEqual(
      [3, 64].map((i) => padded(Uint8Array.of(i, 3 * i, 5))),
    );
  });

  it('of a chunk of one unit is that unit times a constant', () => {
    const [first] = parityOf([Uint8Array.of(1)], [0]);
    const [second] = parityOf([Uint8Array.of(2)], [0]);
    // 1 / 128 in this field.
    expect(first?.bytes[0]).toBe(0x1b);
    expect(second?.bytes[0]).toBe(0x36);
  });
});
