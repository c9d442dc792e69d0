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
export function inverse(rows: readonly number[], columns: readonly number[]): Uint8Array {
  const size = rows.length;
  const ofRow = rows.map(
    (row) => total(columns, (column) => log(sum(row, column))) - total(others(rows, row), between(row)),
  );
  const ofColumn = columns.map(
    (column) => total(rows, (row) => log(sum(row, column))) - total(others(columns, column), between(column)),
  );
  const result = new Uint8Array(size * size);
  columns.forEach((column, c) => {
    rows.forEach((row, r) => {
      result[c * size + r] = exp((ofRow[r] ?? 0) + (ofColumn[c] ?? 0) - log(sum(row, column)));
    });
  });
  return result;
}

/** x + y, which is never 0. */
function sum(row: number, column: number): number {
  return (CHUNK_UNITS + row) ^ column;
}

/** Two x, or two y: what they have in common adds up to 0. */
function between(one: number): (other: number) => number {
  return (other) => log(one ^ other);
}

function others(all: readonly number[], one: number): readonly number[] {
  return all.filter((other) => other !== one);
}

function total(values: readonly number[], of: (value: number) => number): number {
  return values.reduce((all, value) => all + of(value), 0);
}
