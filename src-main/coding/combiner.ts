import { CHUNK_PARITY, CHUNK_UNITS } from '../../src-shared/wire/limits';
import { halfByteTables } from './galois-field';
import { GALOIS_KERNEL } from './galois-kernel';

/**
 * Adds combinations of units over GF(2^8) to sums: to that of row r, for each unit u, matrix[r][u] times the unit.
 * @param sums at least one, each of `strideOf(unitBytes)` bytes; what is behind its first `unitBytes` is of no consequence
 * @param matrix row by row, as many as there are sums; of up to CHUNK_UNITS columns, at least as many as there are units
 * @param units one after the other, each of `unitBytes` bytes; the last one may be shorter, and counts as followed by zeros
 */
export type Combine = (sums: Uint8Array, matrix: Uint8Array, units: Uint8Array, unitBytes: number) => void;

/** Bytes that a processor takes at once, at most. */
const VECTOR_BYTES = 32;

/** Bytes from one sum to the next. */
export function strideOf(unitBytes: number): number {
  return Math.ceil(unitBytes / VECTOR_BYTES) * VECTOR_BYTES;
}

interface Kernel {
  readonly memory: WebAssembly.Memory;
  combineFour(
    ...args: [sums: number, stride: number, units: number, unit: number, matrix: number, pitch: number, count: number]
  ): void;
  combineOne(...args: [sums: number, stride: number, units: number, unit: number, matrix: number, count: number]): void;
}

/** Longer than any datagram: so much of the kernel's 448 KiB there is for each unit and each sum. */
const LONGEST_UNIT_BYTES = 1696;
const TABLES_BYTES = 256 * 32;
const MATRIX_AT = TABLES_BYTES;
const UNITS_AT = MATRIX_AT + CHUNK_PARITY * CHUNK_UNITS;
const SUMS_AT = UNITS_AT + CHUNK_UNITS * LONGEST_UNIT_BYTES;
/** Rows that the kernel makes at once where it can. */
const ROWS = 4;

/** The combiner that runs everywhere: galois-kernel.wat. Everything is copied into its memory, and the sums back. */
export const combineInKernel: Combine = (sums, matrix, units, unitBytes) => {
  const stride = strideOf(unitBytes);
  const rows = sums.length / stride;
  const pitch = matrix.length / rows;
  const count = Math.ceil(units.length / unitBytes);
  if (count === 0) return;
  shared ??= instantiate();
  const { kernel, memory } = shared;
  memory.set(matrix, MATRIX_AT);
  memory.set(units, UNITS_AT);
  memory.fill(0, UNITS_AT + units.length, UNITS_AT + count * unitBytes);
  memory.set(sums, SUMS_AT);
  let row = 0;
  for (; row + ROWS <= rows; row += ROWS) {
    const coefficients = MATRIX_AT + row * pitch;
    kernel.combineFour(SUMS_AT + row * stride, stride, UNITS_AT, unitBytes, coefficients, pitch, count);
  }
  for (; row < rows; row++) {
    kernel.combineOne(SUMS_AT + row * stride, stride, UNITS_AT, unitBytes, MATRIX_AT + row * pitch, count);
  }
  sums.set(memory.subarray(SUMS_AT, SUMS_AT + sums.length));
};

/** One for all: an instance reserves gigabytes of addresses, to be safe without checks. */
let shared: { readonly kernel: Kernel; readonly memory: Uint8Array } | undefined;

function instantiate(): { kernel: Kernel; memory: Uint8Array } {
  const module = new WebAssembly.Module(Buffer.from(GALOIS_KERNEL, 'base64'));
  const kernel = new WebAssembly.Instance(module).exports as Kernel;
  const memory = new Uint8Array(kernel.memory.buffer);
  memory.set(halfByteTables());
  return { kernel, memory };
}
