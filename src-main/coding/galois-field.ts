/** GF(2^8) with the polynomial x^8 + x^4 + x^3 + x^2 + 1 and the generator 2, as in RFC 5510 for m = 8. */

const POLYNOMIAL = 0x11d;
/** Non-zero elements: exponents count modulo this. */
const ORDER = 255;

const exponents = new Uint8Array(2 * ORDER);
const logarithms = new Uint8Array(256);
for (let exponent = 0, power = 1; exponent < ORDER; exponent++) {
  exponents[exponent] = power;
  exponents[exponent + ORDER] = power;
  logarithms[power] = exponent;
  power = power < 128 ? power << 1 : (power << 1) ^ POLYNOMIAL;
}

/** Exponent of 2 that gives `a`; `a` is not 0. */
export function log(a: number): number {
  return logarithms[a] ?? 0;
}

/** 2 to the power of any whole number, negative ones too. */
export function exp(exponent: number): number {
  return exponents[((exponent % ORDER) + ORDER) % ORDER] ?? 0;
}

export function multiply(a: number, b: number): number {
  return a === 0 || b === 0 ? 0 : (exponents[log(a) + log(b)] ?? 0);
}

/**
 * For each constant c, at byte 32 c: its products with 0…15, then with 0, 16, 32…240. The product of c and any byte is the
 * exclusive or of one of the first and one of the second: the tables of galois-kernel.wat.
 */
export function halfByteTables(): Uint8Array {
  const tables = new Uint8Array(256 * 32);
  for (let c = 0; c < 256; c++) {
    for (let half = 0; half < 16; half++) {
      tables[32 * c + half] = multiply(c, half);
      tables[32 * c + 16 + half] = multiply(c, half << 4);
    }
  }
  return tables;
}
