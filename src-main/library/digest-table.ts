import { hash } from 'node:crypto';
import { Bitmap } from '../../src-shared/ranges/bitmap';
import { DIGEST_BYTES } from '../multicast/transfer-layout';

/** SHA-256 of each chunk's ciphertext, as far as they are known; when all are, it is the trailer (PROTOCOL.md section 6). */
export class DigestTable {
  /** One digest a chunk, in chunk order; zeros where it is not known. */
  readonly bytes: Uint8Array;
  readonly known: Bitmap;

  constructor(readonly chunkCount: number) {
    this.bytes = new Uint8Array(chunkCount * DIGEST_BYTES);
    this.known = new Bitmap(chunkCount);
  }

  get(chunk: number): Uint8Array | undefined {
    return this.known.has(chunk) ? this.slot(chunk) : undefined;
  }

  set(chunk: number, digest: Uint8Array): void {
    this.slot(chunk).set(digest);
    this.known.add(chunk);
  }

  forget(chunk: number): void {
    this.known.remove(chunk);
    this.slot(chunk).fill(0);
  }

  /** True where the digest of this chunk is known and is the one that a trailer gives. */
  matches(chunk: number, trailer: Uint8Array): boolean {
    const start = chunk * DIGEST_BYTES;
    return (
      this.known.has(chunk) && Buffer.compare(this.slot(chunk), trailer.subarray(start, start + DIGEST_BYTES)) === 0
    );
  }

  private slot(chunk: number): Uint8Array {
    return this.bytes.subarray(chunk * DIGEST_BYTES, (chunk + 1) * DIGEST_BYTES);
  }
}

export function sha256(bytes: Uint8Array): Buffer {
  return hash('sha256', bytes, 'buffer');
}
