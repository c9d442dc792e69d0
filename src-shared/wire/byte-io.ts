import { WireError } from './wire-error';

/** Appends big-endian integers, varints (LEB128) and bytes to a buffer that grows. */
export class ByteWriter {
  private buffer = new Uint8Array(64);
  private length = 0;

  /** How many bytes were written so far. */
  get size(): number {
    return this.length;
  }

  u8(value: number): void {
    this.room(1);
    this.buffer[this.length++] = value;
  }

  /** Unsigned LEB128 of an integer in [0, 2^53). */
  varint(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.u8((rest % 0x80) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    this.u8(rest);
  }

  bytes(value: Uint8Array): void {
    this.room(value.length);
    this.buffer.set(value, this.length);
    this.length += value.length;
  }

  /** The bytes written so far; a view, valid until the next write. */
  result(): Uint8Array {
    return this.buffer.subarray(0, this.length);
  }

  private room(count: number): void {
    if (this.length + count <= this.buffer.length) return;
    const grown = new Uint8Array(Math.max(this.buffer.length * 2, this.length + count));
    grown.set(this.buffer.subarray(0, this.length));
    this.buffer = grown;
  }
}

/** Reads what ByteWriter wrote; throws WireError past the end. */
export class ByteReader {
  private position = 0;
  constructor(private readonly buffer: Uint8Array) {}

  get remaining(): number {
    return this.buffer.length - this.position;
  }

  u8(): number {
    const value = this.buffer[this.position];
    if (value === undefined) throw new WireError('truncated');
    this.position++;
    return value;
  }

  varint(): number {
    let value = 0;
    for (let scale = 1; scale <= 2 ** 49; scale *= 0x80) {
      const byte = this.u8();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        if (!Number.isSafeInteger(value)) break;
        return value;
      }
    }
    throw new WireError('an integer is larger than 2^53');
  }

  bytes(count: number): Uint8Array {
    if (count > this.remaining) throw new WireError('truncated');
    const value = this.buffer.subarray(this.position, this.position + count);
    this.position += count;
    return value;
  }
}
