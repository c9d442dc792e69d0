import { BLOCK_PARITY, BLOCK_UNITS } from '../../src-shared/wire/limits';
import { halfByteTables } from './galois-field';
import { GALOIS_KERNEL } from './galois-kernel';

/** Makes rows of results, each a combination of up to BLOCK_UNITS sources over GF(2^8). One piece of work after the other. */
export interface Combiner {
  /** Bytes from one source, or result, to the next. */
  readonly stride: number;
  readonly sources: Uint8Array;
  readonly results: Uint8Array;
  /** Sets result r to the sum of matrix[r * columns + c] times source c, for `rows` results. */
  combine(matrix: Uint8Array, rows: number, columns: number): void;
}

interface Kernel {
  readonly memory: WebAssembly.Memory;
  combineFour(results: number, sources: number, stride: number, matrix: number, pitch: number, columns: number): void;
  combineOne(results: number, sources: number, stride: number, matrix: number, columns: number): void;
}

/** Bytes that the kernel takes at once. */
const VECTOR_BYTES = 16;
const TABLES_BYTES = 256 * 2 * VECTOR_BYTES;
const MATRIX_BYTES = BLOCK_PARITY * BLOCK_UNITS;
const MATRIX_AT = TABLES_BYTES;
const SOURCES_AT = MATRIX_AT + MATRIX_BYTES;
/** Rows that the kernel makes at once where it can. */
const ROWS = 4;

/**
 * The combiner that runs: galois-kernel.wat. Takes units of up to MAX_DATAGRAM_BYTES, in 448 KiB of memory that all share: what is put in is
 * to be used before anybody else has a turn.
 */
export class KernelCombiner implements Combiner {
  readonly stride: number;
  readonly sources: Uint8Array;
  readonly results: Uint8Array;
  private readonly kernel: Kernel;
  private readonly matrix: Uint8Array;
  private readonly resultsAt: number;

  constructor(unitBytes: number) {
    this.stride = Math.ceil(unitBytes / VECTOR_BYTES) * VECTOR_BYTES;
    this.kernel = kernel();
    const { buffer } = this.kernel.memory;
    this.resultsAt = SOURCES_AT + BLOCK_UNITS * this.stride;
    this.matrix = new Uint8Array(buffer, MATRIX_AT, MATRIX_BYTES);
    this.sources = new Uint8Array(buffer, SOURCES_AT, BLOCK_UNITS * this.stride);
    this.results = new Uint8Array(buffer, this.resultsAt, BLOCK_PARITY * this.stride);
  }

  combine(matrix: Uint8Array, rows: number, columns: number): void {
    const { kernel, stride, resultsAt } = this;
    this.matrix.set(matrix.subarray(0, rows * columns));
    this.results.fill(0, 0, rows * stride);
    if (columns === 0) return;
    let row = 0;
    for (; row + ROWS <= rows; row += ROWS) {
      kernel.combineFour(resultsAt + row * stride, SOURCES_AT, stride, MATRIX_AT + row * columns, columns, columns);
    }
    for (; row < rows; row++) {
      kernel.combineOne(resultsAt + row * stride, SOURCES_AT, stride, MATRIX_AT + row * columns, columns);
    }
  }
}

let shared: Kernel | undefined;

/** One for all: an instance reserves gigabytes of addresses, to be safe without checks. */
function kernel(): Kernel {
  shared ??= instantiate();
  return shared;
}

function instantiate(): Kernel {
  const module = new WebAssembly.Module(Buffer.from(GALOIS_KERNEL, 'base64'));
  const made = new WebAssembly.Instance(module).exports as Kernel;
  new Uint8Array(made.memory.buffer).set(halfByteTables());
  return made;
}
