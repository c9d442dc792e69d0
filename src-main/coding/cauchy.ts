import { CHUNK_PARITY, CHUNK_UNITS } from '../../src-shared/wire/limits';
import { exp, log } from './galois-field';

/**
 * The code's matrix (PROTOCOL.md section 6.7): row r, column c is 1 / (x + y) with x = 128 + r and y = c. Every square part of
 * such a Cauchy matrix can be inverted, so any m parity units make up for any m missing units.
 */
const matrix = new Uint8Array(CHUNK_PARITY * CHUNK_UNITS);
for (let row = 0; row < CHUNK_PARITY; row++) {
  for (let column = 0; column < CHUNK_UNITS; column++) matrix[row * CHUNK_UNITS + column] = exp(-log(sum(row, column)));
}

/** A row: what each of the chunk's units is multiplied by in this parity unit. */
export function coefficients(row: number): Uint8Array {
  return matrix.subarray(row * CHUNK_UNITS, (row + 1) * CHUNK_UNITS);
}

/**
 * The inverse of the part of the matrix with these rows and columns, as many of the one as of the other, row by row: entry
 * [c][r] belongs to column c and row r. By Cauchy's formula, in the square of their number of steps.
 */
export function inverse(rows: Uint8Array, columns: Uint8Array): Uint8Array {
  const x = rows.map((row) => CHUNK_UNITS + row);
  const ofRow = exponentsOf(x, columns);
  const ofColumn = exponentsOf(columns, x);
  const size = rows.length;
  const result = new Uint8Array(size * size);
  for (let c = 0; c < size; c++) {
    for (let r = 0; r < size; r++) {
      const ofBoth = (ofRow[r] ?? 0) + (ofColumn[c] ?? 0);
      result[c * size + r] = exp(ofBoth - log((x[r] ?? 0) ^ (columns[c] ?? 0)));
    }
  }
  return result;
}

/** x + y, which is never 0. */
function sum(row: number, column: number): number {
  return (CHUNK_UNITS + row) ^ column;
}

/** For each x, or each y: the product of its sums with all of the other kind, divided by that with all others of its own, as an exponent of 2. */
function exponentsOf(own: Uint8Array, others: Uint8Array): Int32Array {
  return Int32Array.from(own, (one) => {
    let exponent = 0;
    for (const other of others) exponent += log(one ^ other);
    for (const other of own) if (other !== one) exponent -= log(one ^ other);
    return exponent;
  });
}
