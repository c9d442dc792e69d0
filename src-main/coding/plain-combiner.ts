import { BLOCK_PARITY, BLOCK_UNITS } from '../../src-shared/wire/limits';
import type { Combiner } from './combiner';
import { multiply } from './galois-field';

/** The kernel's twin, as plain as can be: what it gives is what the kernel has to give. */
export class PlainCombiner implements Combiner {
  readonly sources: Uint8Array;
  readonly results: Uint8Array;

  constructor(readonly stride: number) {
    this.sources = new Uint8Array(BLOCK_UNITS * stride);
    this.results = new Uint8Array(BLOCK_PARITY * stride);
  }

  combine(matrix: Uint8Array, rows: number, columns: number): void {
    for (let row = 0; row < rows; row++) {
      for (let at = 0; at < this.stride; at++) {
        let sum = 0;
        for (let column = 0; column < columns; column++) {
          sum ^= multiply(matrix[row * columns + column] ?? 0, this.sources[column * this.stride + at] ?? 0);
        }
        this.results[row * this.stride + at] = sum;
      }
    }
  }
}
