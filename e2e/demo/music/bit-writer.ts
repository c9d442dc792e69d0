/** With up to seven bits pending this still fits the 32 of an integer. */
const MAX_BITS = 24;

/** Writes fields of bits, the highest first, into bytes. */
export class BitWriter {
  private bytes = new Uint8Array(64 * 1024);
  private length = 0;
  private pending = 0;
  private pendingBits = 0;

  /** Appends the lowest `count` bits of `value`; at most 24. */
  write(value: number, count: number): void {
    this.pending = (this.pending << count) | (value & ((1 << count) - 1));
    this.pendingBits += count;
    while (this.pendingBits >= 8) {
      this.pendingBits -= 8;
      if (this.length === this.bytes.length) this.grow();
      this.bytes[this.length++] = this.pending >>> this.pendingBits;
    }
    this.pending &= (1 << this.pendingBits) - 1;
  }

  /** A Rice code: the value without its lowest `parameter` bits as so many zeros and a one, then those bits. */
  writeRice(value: number, parameter: number): void {
    let zeros = value >>> parameter;
    for (; zeros > MAX_BITS - 1 - parameter; zeros--) this.write(0, 1);
    this.write((1 << parameter) | (value & ((1 << parameter) - 1)), zeros + 1 + parameter);
  }

  /** Fills the last byte with zero bits. */
  align(): void {
    if (this.pendingBits > 0) this.write(0, 8 - this.pendingBits);
  }

  /** The whole bytes from this one on; valid until the next write. */
  written(from = 0): Uint8Array {
    return this.bytes.subarray(from, this.length);
  }

  get byteLength(): number {
    return this.length;
  }

  private grow(): void {
    const larger = new Uint8Array(this.bytes.length * 2);
    larger.set(this.bytes);
    this.bytes = larger;
  }
}
