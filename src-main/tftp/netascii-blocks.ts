import type { BlockSource, Read } from './block-source';
import { encodeNetascii } from './netascii';
import { CHUNK_BYTES } from './params';

/**
 * A file in netascii mode. Where its blocks lie is known only by encoding all that is before them, so it is read from the beginning
 * to the end, and encoded bytes are kept until their blocks are acknowledged.
 */
export class NetasciiBlocks implements BlockSource {
  private encoded = new Uint8Array();
  /** The block that `encoded` begins with. */
  private first = 1;
  private readUntil = 0;
  private isReading = false;
  private lastBlock: number | undefined;

  constructor(
    private readonly fileBytes: number,
    private readonly blockBytes: number,
  ) {
    if (fileBytes === 0) this.lastBlock = 1;
  }

  get last(): number | undefined {
    return this.lastBlock;
  }

  block(index: number): Uint8Array | undefined {
    const start = (index - this.first) * this.blockBytes;
    const bytes = this.encoded.subarray(start, start + this.blockBytes);
    return bytes.length === this.blockBytes || index === this.last ? bytes : undefined;
  }

  reads(index: number): Read[] {
    const wanted = (index + 1 - this.first) * this.blockBytes;
    if (this.isReading || this.readUntil >= this.fileBytes || this.encoded.length > wanted) return [];
    this.isReading = true;
    return [{ offset: this.readUntil, length: this.nextLength }];
  }

  supply(offset: number, bytes: Uint8Array): boolean {
    if (!this.isReading || offset !== this.readUntil || bytes.length !== this.nextLength) return false;
    const added = encodeNetascii(bytes);
    const joined = new Uint8Array(this.encoded.length + added.length);
    joined.set(this.encoded);
    joined.set(added, this.encoded.length);
    this.encoded = joined;
    this.readUntil += bytes.length;
    this.isReading = false;
    if (this.readUntil === this.fileBytes)
      this.lastBlock = this.first + Math.floor(this.encoded.length / this.blockBytes);
    return true;
  }

  release(index: number): void {
    const blocks = index + 1 - this.first;
    if (blocks <= 0) return;
    this.encoded = this.encoded.subarray(blocks * this.blockBytes);
    this.first = index + 1;
  }

  private get nextLength(): number {
    return Math.min(CHUNK_BYTES, this.fileBytes - this.readUntil);
  }
}
