import fc from 'fast-check';
import { describe, expect, it, type TestContext } from 'vitest';
import { loadNativeModule } from '../accelerator/native-module';
import { type Combine, combineInKernel, strideOf } from './combiner';
import { combinePlainly } from './plain-combiner';

/** What a combiner has to be, whoever provides it. Where there is no accelerator, or the processor has no AVX2, its half is skipped. */

const native = loadNativeModule()?.combine;
const COMBINERS: readonly [string, Combine | undefined][] = [
  ['the kernel', combineInKernel],
  ['the accelerator', native],
];

function needed(combine: Combine | undefined, context: TestContext): Combine {
  if (combine === undefined) context.skip('no accelerator, or a processor without AVX2');
  return combine ?? combinePlainly;
}

interface Task {
  readonly unitBytes: number;
  readonly rows: number;
  readonly columns: number;
  readonly units: Uint8Array;
  readonly matrix: Uint8Array;
  readonly before: Uint8Array;
}

const tasks: fc.Arbitrary<Task> = fc
  .record({
    unitBytes: fc.oneof(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 256, max: 1472 })),
    rows: fc.integer({ min: 1, max: 9 }),
    columns: fc.integer({ min: 0, max: 9 }),
    after: fc.nat(3),
    missing: fc.nat(100),
    seed: fc.integer(),
  })
  .map(({ unitBytes, rows, columns, after, missing, seed }) => ({
    unitBytes,
    rows,
    columns: columns + after,
    // The last unit may be short.
    units: bytes(Math.max(0, columns * unitBytes - (missing % unitBytes)), seed),
    matrix: bytes(rows * (columns + after), seed + 1).map((value, i) => (i % 3 === 0 ? value % 2 : value)),
    before: bytes(rows * strideOf(unitBytes), seed + 2),
  }));

function bytes(length: number, seed: number): Uint8Array {
  let state = seed | 1;
  return Uint8Array.from({ length }, () => {
    state = Math.imul(state, 0x5bd1e995) + 12345;
    return state >>> 24;
  });
}

/** The sums' bytes that count. */
function combined(combine: Combine, { unitBytes, rows, units, matrix, before }: Task): Uint8Array[] {
  const sums = before.slice();
  combine(sums, matrix, units, unitBytes);
  const stride = strideOf(unitBytes);
  return Array.from({ length: rows }, (_, row) => sums.subarray(row * stride, row * stride + unitBytes));
}

describe.each(COMBINERS)('%s', (_, combine) => {
  it('gives what its plain twin gives, whatever sums, units and coefficients', (context) => {
    const one = needed(combine, context);
    fc.assert(
      fc.property(tasks, (task) => {
        const untouched = task.units.slice();
        expect(combined(one, task)).toEqual(combined(combinePlainly, task));
        expect(Buffer.compare(task.units, untouched)).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  it('gives what its plain twin gives for a whole chunk of the longest units', (context) => {
    const one = needed(combine, context);
    const task = { unitBytes: 1472, rows: 128, columns: 128 };
    const [units, matrix, before] = [bytes(128 * 1472, 1), bytes(128 * 128, 2), bytes(128 * 1472, 3)];
    const all = combined(one, { ...task, units, matrix, before });
    for (const row of [0, 63, 127]) {
      const alone = { ...task, rows: 1, units, matrix: matrix.subarray(row * 128, (row + 1) * 128) };
      const sum = before.subarray(row * 1472, (row + 1) * 1472);
      expect([all[row]]).toEqual(combined(combinePlainly, { ...alone, before: sum }));
    }
  });

  it('multiplies as the field does', (context) => {
    const one = needed(combine, context);
    const units = Uint8Array.from({ length: 256 }, (_, i) => i);
    for (let constant = 0; constant < 256; constant++) {
      const matrix = Uint8Array.of(constant);
      const task = { unitBytes: 256, rows: 1, columns: 1, units, matrix, before: new Uint8Array(256) };
      expect(combined(one, task)).toEqual(combined(combinePlainly, task));
    }
  });

  it('reads nothing behind the last unit, and writes nothing behind the sums', (context) => {
    const one = needed(combine, context);
    const memory = new Uint8Array(1000).fill(7);
    const sums = memory.subarray(100, 164);
    one(sums, Uint8Array.of(0, 1, 0, 1), memory.subarray(500, 533), 20);
    expect([...memory.subarray(0, 100), ...memory.subarray(164)]).toEqual(new Array<number>(936).fill(7));
    // The second unit: 13 sevens, and then zeros.
    expect([...sums.subarray(0, 20)]).toEqual([...new Array<number>(13).fill(0), ...new Array<number>(7).fill(7)]);
  });
});

describe('the accelerator', () => {
  it('takes nothing whose lengths do not go together', (context) => {
    const combine = needed(native, context);
    const [sums, matrix, units] = [new Uint8Array(64), new Uint8Array(4), new Uint8Array(40)];
    const wrong: Parameters<Combine>[] = [
      [sums.subarray(1), matrix, units, 20],
      [sums.subarray(64), matrix, units, 20],
      [sums, matrix.subarray(1), units, 20],
      [sums, matrix.subarray(4), units, 20],
      [sums, new Uint8Array(2 * 129), units, 20],
      [sums, matrix.subarray(2), units, 20],
      [sums, matrix, new Uint8Array(41), 20],
      [sums, matrix, units, 0],
      [sums, matrix, units, Number.NaN],
      [sums, matrix, units, -1],
      [sums, matrix, units, 2 ** 32],
      [new Uint8Array(2080), new Uint8Array(1), units, 2049],
      [new Uint8Array(129 * 32), new Uint8Array(129), units.subarray(20), 20],
    ];
    for (const args of wrong) expect(() => combine(...args), String(args)).toThrow(TypeError);
    expect(() => Reflect.apply(combine, undefined, [sums, matrix, new Uint16Array(20), 20])).toThrow(TypeError);
    expect(() => Reflect.apply(combine, undefined, [sums, matrix, units])).toThrow(TypeError);
    expect(combine(sums, matrix, units, 20)).toBeUndefined();
  });
});
