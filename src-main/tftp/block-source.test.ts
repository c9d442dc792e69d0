import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BlockSource, lastBlockOf, OctetBlocks } from './block-source';
import { encodeNetascii } from './netascii';
import { NetasciiBlocks } from './netascii-blocks';
import { CACHED_CHUNKS, CHUNK_BYTES } from './params';

const fileOf = (bytes: number): Uint8Array =>
  Uint8Array.from({ length: bytes }, (_, i) => [10, 13, i & 0xff][i % 3] ?? 0);

/** Reads until the block is there. */
function fetch(source: BlockSource, file: Uint8Array, index: number): Uint8Array | undefined {
  for (let i = 0; i < 100 && source.block(index) === undefined; i++)
    for (const { offset, length } of source.reads(index)) source.supply(offset, file.subarray(offset, offset + length));
  return source.block(index);
}

/** The whole file, block by block, as a receiver puts it together. */
function all(source: BlockSource, file: Uint8Array, blockBytes: number): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let index = 1; ; index++) {
    const block = fetch(source, file, index);
    if (block === undefined) throw new Error(`block ${index} never came`);
    parts.push(block.slice());
    source.release(index);
    if (block.length < blockBytes) {
      expect(index).toBe(source.last);
      return Buffer.concat(parts);
    }
  }
}

const sizes = fc.tuple(fc.integer({ min: 0, max: 200_000 }), fc.integer({ min: 8, max: 70_000 }));

describe('the blocks of a file', () => {
  it('are the file, and end with one that is shorter', () => {
    fc.assert(
      fc.property(sizes, ([bytes, blockBytes]) => {
        fc.pre(bytes / blockBytes < 5000);
        const file = fileOf(bytes);
        expect(Buffer.compare(all(new OctetBlocks(bytes, blockBytes), file, blockBytes), file)).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  it('in netascii are the encoded file', () => {
    fc.assert(
      fc.property(sizes, ([bytes, blockBytes]) => {
        fc.pre(bytes / blockBytes < 5000);
        const file = fileOf(bytes);
        expect(Buffer.compare(all(new NetasciiBlocks(bytes, blockBytes), file, blockBytes), encodeNetascii(file))).toBe(
          0,
        );
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    [0, 1],
    [511, 1],
    [512, 2],
    [513, 2],
    [1024, 3],
  ])('of %d bytes are %d (RFC 1350 section 6)', (bytes, count) => {
    expect(lastBlockOf(bytes, 512)).toBe(count);
    expect(new OctetBlocks(bytes, 512).last).toBe(count);
  });

  it('come in any order, and only the latest are kept', () => {
    const file = fileOf(20 * CHUNK_BYTES);
    const source = new OctetBlocks(file.length, 512);
    const perChunk = CHUNK_BYTES / 512;
    for (let chunk = 19; chunk >= 0; chunk--)
      expect(fetch(source, file, chunk * perChunk + 1)).toEqual(
        file.subarray(chunk * CHUNK_BYTES, chunk * CHUNK_BYTES + 512),
      );
    const kept = Array.from({ length: 20 }, (_, chunk) => source.block(chunk * perChunk + 1)).filter(Boolean);
    expect(kept).toHaveLength(CACHED_CHUNKS);
  });

  it('are asked for once, one part ahead', () => {
    const source = new OctetBlocks(3 * CHUNK_BYTES, 512);
    expect(source.reads(1)).toEqual([
      { offset: 0, length: CHUNK_BYTES },
      { offset: CHUNK_BYTES, length: CHUNK_BYTES },
    ]);
    expect(source.reads(1)).toEqual([]);
  });

  it.each([OctetBlocks, NetasciiBlocks])('are not taken where they are not what was asked for (%o)', (Blocks) => {
    const source = new Blocks(1000, 512);
    expect(source.supply(0, new Uint8Array(1000))).toBe(false);
    source.reads(1);
    expect(source.supply(512, new Uint8Array(488))).toBe(false);
    expect(source.supply(0, new Uint8Array(999))).toBe(false);
  });
});
