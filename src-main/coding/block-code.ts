import { CHUNK_PARITY, CHUNK_UNITS } from '../../src-shared/wire/limits';
import { coefficients, inverse } from './cauchy';
import { type Combine, combineInKernel, strideOf } from './combiner';

/** A parity unit of a chunk: its index there, 0…127, and its bytes. */
export interface ParityUnit {
  readonly index: number;
  readonly bytes: Uint8Array;
}

/**
 * Parity of one chunk at a time: systematic Reed-Solomon coding with a Cauchy matrix (PROTOCOL.md section 6.7). A chunk's units lie
 * one after the other, each of `unitBytes` bytes; its last one may be shorter, and counts as followed by zeros. A chunk of fewer than
 * CHUNK_UNITS counts as followed by units of zeros. Units and parity units have their places in the chunk as numbers, 0…127. What is computed comes in views that are good until the next call.
 */
export class BlockCode {
  private readonly stride: number;
  private readonly sums: Uint8Array;
  private readonly matrix = new Uint8Array(CHUNK_PARITY * CHUNK_UNITS);

  constructor(
    private readonly unitBytes: number,
    private readonly combine: Combine = combineInKernel,
  ) {
    this.stride = strideOf(unitBytes);
    this.sums = new Uint8Array(CHUNK_PARITY * this.stride);
  }

  /** The parity units of these indices. */
  parityOf(units: Uint8Array, indices: Uint8Array): Uint8Array[] {
    this.begin(indices);
    return this.split(this.add(units, indices.length));
  }

  /**
   * The missing units, in this order. What `units` has in their places is of no consequence. Only as many parity units are looked
   * at as units are missing.
   * @throws RangeError where there are fewer
   */
  recover(units: Uint8Array, missing: Uint8Array, parity: readonly ParityUnit[]): Uint8Array[] {
    if (parity.length < missing.length) throw new RangeError('a chunk lacks more units than there is parity for');
    const used = parity.slice(0, missing.length);
    const rows = Uint8Array.from(used, ({ index }) => index);
    this.begin(rows);
    // What is left of each parity unit, the others' part taken away, is what the missing ones add to it.
    used.forEach(({ bytes }, row) => {
      this.sums.set(bytes, row * this.stride);
      for (const unit of missing) this.matrix[row * CHUNK_UNITS + unit] = 0;
    });
    return this.split(this.solve(this.add(units, rows.length), rows, missing));
  }

  private begin(rows: Uint8Array): void {
    this.sums.fill(0, 0, rows.length * this.stride);
    rows.forEach((row, i) => {
      this.matrix.set(coefficients(row), i * CHUNK_UNITS);
    });
  }

  /** @returns the sums of so many rows */
  private add(units: Uint8Array, rows: number): Uint8Array {
    const sums = this.sums.subarray(0, rows * this.stride);
    if (rows > 0) this.combine(sums, this.matrix.subarray(0, rows * CHUNK_UNITS), units, this.unitBytes);
    return sums;
  }

  private solve(sums: Uint8Array, rows: Uint8Array, missing: Uint8Array): Uint8Array {
    const solved = new Uint8Array(sums.length);
    if (rows.length > 0) this.combine(solved, inverse(rows, missing), sums, this.stride);
    return solved;
  }

  private split(sums: Uint8Array): Uint8Array[] {
    const { stride, unitBytes } = this;
    return Array.from({ length: sums.length / stride }, (_, row) =>
      sums.subarray(row * stride, row * stride + unitBytes),
    );
  }
}
