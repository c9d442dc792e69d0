import { createCipheriv } from 'node:crypto';

const COUNTER_BYTES = 16;

/**
 * Encrypts a chunk, or decrypts it: AES-256-CTR is its own inverse. The counter block starts as the chunk number in its
 * upper 64 bits and 0 in its lower (PROTOCOL.md section 6), so a chunk's ciphertext never depends on when it is sent.
 */
export function cipherChunk(key: Uint8Array, chunk: number, bytes: Uint8Array): Uint8Array {
  const counter = Buffer.alloc(COUNTER_BYTES);
  counter.writeBigUInt64BE(BigInt(chunk));
  return createCipheriv('aes-256-ctr', key, counter).update(bytes);
}
