import { CACHED_CHUNKS, CHUNK_BYTES } from './params';

/** A part of a file that a session wants to have read. */
export interface Read {
  readonly offset: number;
  readonly length: number;
}

/** A file as TFTP's numbered blocks: the first is 1, and the last is the one that is shorter than the others (RFC 1350 section 6). */
export interface BlockSource {
  /** The last block; undefined while that is not known. */
  readonly last: number | undefined;
  /** The block's bytes, a view; undefined until they have been read. */
  block(index: number): Uint8Array | undefined;
  /** What must be read for this block and the next few; each part is named once. */
  reads(index: number): Read[];
  /** @returns false where the bytes are not what was asked for: the file has changed. */
  supply(offset: number, bytes: Uint8Array): boolean;
  /** Blocks up to this one are not needed again. */
  release(index: number): void;
}

/** The last block of a file: it is empty where the file's size is a multiple of the block size (RFC 1350 section 6). */
export function lastBlockOf(bytes: number, blockBytes: number): number {
  return Math.floor(bytes / blockBytes) + 1;
}

/** A file in octet mode: any block at any time, read in chunks of whole blocks, of which the latest are kept. */
export class OctetBlocks implements BlockSource {
  readonly last: number;
  private readonly chunkBytes: number;
  private readonly chunks = new Map<number, Uint8Array>();
  private readonly asked = new Set<number>();

  constructor(
    private readonly fileBytes: number,
    private readonly blockBytes: number,
  ) {
    this.last = lastBlockOf(fileBytes, blockBytes);
    this.chunkBytes = Math.max(1, Math.floor(CHUNK_BYTES / blockBytes)) * blockBytes;
  }

  block(index: number): Uint8Array | undefined {
    const offset = (index - 1) * this.blockBytes;
    const length = Math.min(this.blockBytes, this.fileBytes - offset);
    if (length <= 0) return new Uint8Array();
    const start = this.chunkStart(index);
    const chunk = this.chunks.get(start);
    if (chunk === undefined) return undefined;
    // The map's order is that of the last use.
    this.chunks.delete(start);
    this.chunks.set(start, chunk);
    return chunk.subarray(offset - start, offset - start + length);
  }

  reads(index: number): Read[] {
    const start = this.chunkStart(index);
    return [start, start + this.chunkBytes].flatMap((offset) => this.readOf(offset));
  }

  supply(offset: number, bytes: Uint8Array): boolean {
    if (!this.asked.delete(offset) || bytes.length !== this.lengthOf(offset)) return false;
    this.chunks.set(offset, bytes);
    for (const oldest of this.chunks.keys()) {
      if (this.chunks.size <= CACHED_CHUNKS) break;
      this.chunks.delete(oldest);
    }
    return true;
  }

  /** Any block may be asked for again: what is kept is bounded in another way. */
  release(): void {}

  private readOf(offset: number): Read[] {
    if (offset >= this.fileBytes || this.chunks.has(offset) || this.asked.has(offset)) return [];
    this.asked.add(offset);
    return [{ offset, length: this.lengthOf(offset) }];
  }

  private lengthOf(chunkStart: number): number {
    return Math.min(this.chunkBytes, this.fileBytes - chunkStart);
  }

  private chunkStart(index: number): number {
    const offset = (index - 1) * this.blockBytes;
    return offset - (offset % this.chunkBytes);
  }
}
