import { CHUNK_PARITY, CHUNK_UNITS } from '../../src-shared/wire/limits';
import { coefficients, inverse } from './cauchy';
import { type Combine, combineInKernel, strideOf } from './combiner';

/** A parity unit of a chunk: its index there, 0…127, and its bytes. */
export interface ParityUnit {
  readonly index: number;
  readonly bytes: Uint8Array;
}

/**
 * Parity of one chunk at a time: systematic Reed-Solomon coding with a Cauchy matrix (PROTOCOL.md section 6.7). First what is wanted
 * (`makeParity` or `makeMissing`), then the units that there are (`add`), then the result. Units that are shorter than `unitBytes`
 * count as followed by zeros, and so do the chunk's last units, where it has fewer than CHUNK_UNITS.
 */
export class BlockCode {
  private readonly stride: number;
  private readonly sums: Uint8Array;
  private readonly matrix = new Uint8Array(CHUNK_PARITY * CHUNK_UNITS);
  private rows: readonly number[] = [];
  private missing: readonly number[] | undefined;

  constructor(
    private readonly unitBytes: number,
    private readonly combine: Combine = combineInKernel,
  ) {
    this.stride = strideOf(unitBytes);
    this.sums = new Uint8Array(CHUNK_PARITY * this.stride);
  }

  /** The result will be the parity units of these indices; all of the chunk's units are to be added. */
  makeParity(indices: readonly number[]): void {
    this.begin(indices);
    this.missing = undefined;
  }

  /**
   * The result will be the missing units of a chunk, in this order. What is added in their places is of no consequence. Only as many
   * parity units are looked at as units are missing.
   * @throws RangeError where there are fewer
   */
  makeMissing(missing: readonly number[], parity: readonly ParityUnit[]): void {
    if (parity.length < missing.length) throw new RangeError('a chunk lacks more units than there is parity for');
    const used = parity.slice(0, missing.length);
    this.begin(used.map(({ index }) => index));
    this.missing = missing;
    // What is left of each parity unit, the others' part taken away, is what the missing ones add to it.
    used.forEach(({ bytes }, row) => {
      this.sums.set(bytes, row * this.stride);
      for (const unit of missing) this.matrix[row * CHUNK_UNITS + unit] = 0;
    });
  }

  /** Takes units of the chunk, one after the other in memory, the first of them its unit 0…127. Nothing of them is kept. */
  add(first: number, units: Uint8Array): void {
    const { rows, stride, unitBytes } = this;
    if (rows.length === 0) return;
    const matrix = this.matrix.subarray(0, rows.length * CHUNK_UNITS);
    this.combine(this.sums.subarray(0, rows.length * stride), matrix, first, units, unitBytes);
  }

  /** What was wanted, in views of `unitBytes` bytes that are good until something else is wanted. */
  result(): Uint8Array[] {
    const { rows, stride, unitBytes, missing } = this;
    const sums = missing === undefined ? this.sums : this.solve(missing);
    return rows.map((_, row) => sums.subarray(row * stride, row * stride + unitBytes));
  }

  private begin(rows: readonly number[]): void {
    this.rows = rows;
    this.sums.fill(0, 0, rows.length * this.stride);
    rows.forEach((row, i) => {
      this.matrix.set(coefficients(row), i * CHUNK_UNITS);
    });
  }

  private solve(missing: readonly number[]): Uint8Array {
    const { rows, stride } = this;
    const solved = new Uint8Array(rows.length * stride);
    if (rows.length === 0) return solved;
    this.combine(solved, inverse(rows, missing), 0, this.sums.subarray(0, solved.length), stride);
    return solved;
  }
}
