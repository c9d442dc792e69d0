import { type Combine, strideOf } from './combiner';
import { multiply } from './galois-field';

/** The twin of all other combiners, as plain as can be: what it gives is what they have to give. */
export const combinePlainly: Combine = (sums, matrix, units, unitBytes) => {
  const stride = strideOf(unitBytes);
  const rows = sums.length / stride;
  const columns = matrix.length / rows;
  for (let row = 0; row < rows; row++) {
    units.forEach((byte, at) => {
      const column = Math.floor(at / unitBytes);
      const place = row * stride + (at % unitBytes);
      sums[place] = (sums[place] ?? 0) ^ multiply(matrix[row * columns + column] ?? 0, byte);
    });
  }
};
