import { coefficients, inverse } from './cauchy';
import { type Combiner, KernelCombiner } from './combiner';

/** A parity unit of a block: its index there, 0…127, and its bytes. */
export interface ParityUnit {
  readonly index: number;
  readonly bytes: Uint8Array;
}

/**
 * Parity of one block at a time: systematic Reed-Solomon coding with a Cauchy matrix (PROTOCOL.md section 6.7). Units that are shorter
 * than `unitBytes` count as followed by zeros. What it returns is only good until it is used again.
 */
export class BlockCode {
  constructor(
    private readonly unitBytes: number,
    private readonly combiner: Combiner = new KernelCombiner(unitBytes),
  ) {}

  /** Puts the bytes of the block's unit 0…127 in. */
  put(unit: number, bytes: Uint8Array): void {
    const { stride, sources } = this.combiner;
    sources.set(bytes, unit * stride);
    sources.fill(0, unit * stride + bytes.length, (unit + 1) * stride);
  }

  /** The parity units of these indices of a block whose `count` units have been put in; each of `unitBytes` bytes. */
  encode(count: number, indices: readonly number[]): Uint8Array[] {
    return this.combine(matrixOf(indices, count), indices.length, count);
  }

  /**
   * The missing units of a block of `count` units, in their order; all others have been put in. Only as many parity units are
   * looked at as units are missing.
   * @throws RangeError where there are fewer
   */
  solve(count: number, missing: readonly number[], parity: readonly ParityUnit[]): Uint8Array[] {
    const size = missing.length;
    if (parity.length < size) throw new RangeError('a block lacks more units than there is parity for');
    const rows = parity.slice(0, size).map(({ index }) => index);
    const matrix = matrixOf(rows, count);
    // The parity units take the places of the missing ones: what is left of each is what the missing ones add to it.
    missing.forEach((unit, i) => {
      this.put(unit, parity[i]?.bytes ?? new Uint8Array(0));
      for (let row = 0; row < size; row++) matrix[row * count + unit] = row === i ? 1 : 0;
    });
    this.combine(matrix, size, count);
    const { sources, results, stride } = this.combiner;
    sources.set(results.subarray(0, size * stride));
    return this.combine(inverse(rows, missing), size, size);
  }

  private combine(matrix: Uint8Array, rows: number, columns: number): Uint8Array[] {
    this.combiner.combine(matrix, rows, columns);
    const { results, stride } = this.combiner;
    return Array.from({ length: rows }, (_, row) => results.subarray(row * stride, row * stride + this.unitBytes));
  }
}

function matrixOf(rows: readonly number[], count: number): Uint8Array {
  const matrix = new Uint8Array(rows.length * count);
  rows.forEach((row, i) => {
    matrix.set(coefficients(row, count), i * count);
  });
  return matrix;
}
