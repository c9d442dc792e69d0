import { createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { mkdtemp, open, rename, rm, stat, unlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CHUNK_UNITS } from '../../src-shared/wire/limits';
import { BlockCode } from '../coding/block-code';
import { TransferLayout } from '../multicast/transfer-layout';
import { FileChangedError } from './library-error';
import { buildManifest, scan } from './manifest';
import { ParitySource } from './parity-source';
import { TransferSource } from './transfer-source';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tutti-source-'));
});
afterEach(() => rm(directory, { recursive: true }));

const EMPTY = new Uint8Array(0);
const key = randomBytes(32);
const CHUNK = CHUNK_UNITS * 1448;
const file = (index: number) => join(directory, `${index}.bin`);

async function sourceOf(...contents: Uint8Array[]) {
  await Promise.all(contents.map((content, index) => writeFile(file(index), content)));
  const { sources } = buildManifest(await scan(contents.map((_, index) => file(index))));
  const layout = new TransferLayout(Buffer.concat(contents).length, 1448);
  return { source: TransferSource.open({ sources, layout, key, nameCheckMs: 0 }), layout, sources };
}

function decrypt(chunk: number, ciphertext: Uint8Array): Buffer {
  const counter = Buffer.concat([Buffer.alloc(4), Buffer.from([0, 0, 0, chunk]), Buffer.alloc(8)]);
  return createDecipheriv('aes-256-ctr', key, counter).update(ciphertext);
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();

it('encrypts all files end to end, and digests what it encrypts', async () => {
  const contents = [0, 1, CHUNK, CHUNK + 1, 600_000, 0, CHUNK - 1, 0].map((size) => randomBytes(size));
  const { source, layout } = await sourceOf(...contents);
  const chunks: Uint8Array[] = [];
  for (let chunk = 0; chunk < layout.chunkCount; chunk++) chunks.push(await source.readChunk(chunk));
  expect(Buffer.concat(chunks.map((chunk, i) => decrypt(i, chunk)))).toEqual(Buffer.concat(contents));
  expect(Buffer.from(await source.trailer())).toEqual(Buffer.concat(chunks.map(sha256)));
  expect(await source.root()).toBe(sha256(Buffer.concat(chunks.map(sha256))).toString('hex'));
  await source.close();
});

it('makes parity of any chunk that makes up for what is missing there', async () => {
  const { source, layout } = await sourceOf(...[1, 300_000, CHUNK].map((size) => randomBytes(size)));
  const chunks: Uint8Array[] = [];
  for (let chunk = 0; chunk < layout.chunkCount; chunk++) chunks.push(await source.readChunk(chunk));
  const content = Buffer.concat(chunks);
  const code = new BlockCode(1448);
  for (let chunk = 0; chunk < layout.chunkCount; chunk++) {
    const [start, end] = layout.unitsOfChunk(chunk);
    const unit = (i: number) =>
      content.subarray(layout.offsetOf(start + i), layout.offsetOf(start + i) + layout.lengthOf(start + i));
    const parity = await source.readParity(layout.parityOf(chunk, 60), 3);
    const units = [0, 1, 2].map((i) => ({ index: 60 + i, bytes: parity.subarray(i * 1448, (i + 1) * 1448) }));
    const missing = Uint8Array.of(0, 5, end - start - 1);
    const lossy = Buffer.from(chunks[chunk] ?? EMPTY);
    for (const i of missing) lossy.fill(7, i * 1448, i * 1448 + unit(i).length);
    const solved = code.recover(lossy, missing, units);
    missing.forEach((i, at) => {
      expect(Buffer.compare(unit(i), solved[at]?.subarray(0, unit(i).length) ?? EMPTY)).toBe(0);
    });
  }
  await source.close();
});

it('makes the same parity however much else is read meanwhile', async () => {
  const { source, layout } = await sourceOf(randomBytes(9_000_000));
  const alone: Uint8Array[] = [];
  for (let chunk = 0; chunk < layout.chunkCount; chunk++)
    alone.push(await source.readParity(layout.parityOf(chunk, 0), 2));
  const together = await Promise.all(
    alone.flatMap((_, chunk) => [
      source.readParity(layout.parityOf(chunk, 0), 2),
      ...[0, 1, 2].map((i) => source.readChunk((chunk * 3 + i * 40) % layout.chunkCount).then(() => undefined)),
    ]),
  );
  const parity = together.flatMap((bytes) => bytes ?? []);
  expect(parity.map((bytes, i) => Buffer.compare(bytes, alone[i] ?? EMPTY))).toEqual(alone.map(() => 0));
  await source.close();
});

it('makes some parity ahead, and reads nothing for it when it is asked for', async () => {
  const layout = new TransferLayout(128 * 1448, 1448);
  const chunks = Array.from({ length: layout.chunkCount }, () => randomBytes(layout.chunkBytes));
  let reads = 0;
  const readChunk = async (chunk: number) => {
    reads++;
    return chunks[chunk] ?? EMPTY;
  };
  const parity = new ParitySource(layout, readChunk);
  const first = await parity.read(layout.parityOf(0, 0), 3);
  expect(reads).toBe(layout.chunkCount);
  const next = await parity.read(layout.parityOf(0, 3), 1);
  expect(reads).toBe(layout.chunkCount);
  const whole = await new ParitySource(layout, readChunk).read(layout.parityOf(0, 0), 4);
  expect(Buffer.compare(Buffer.concat([first, next]), whole)).toBe(0);
  // The last there is: nothing comes after it.
  expect(await parity.read(layout.parityOf(0, 127), 1)).toHaveLength(1448);
});

it('reads what is not yet read when it is asked for the trailer first', async () => {
  const { source } = await sourceOf(randomBytes(900_000));
  const root = await source.root();
  await source.readChunk(3);
  expect(await source.root()).toBe(root);
  await source.close();
});

it('has an empty trailer where all files are empty', async () => {
  const { source } = await sourceOf(new Uint8Array(0), new Uint8Array(0));
  expect(await source.root()).toBe(sha256(new Uint8Array(0)).toString('hex'));
});

it('reads thousands of small files with few handles', async () => {
  const contents = Array.from({ length: 3000 }, (_, i) => randomBytes(i % 7));
  const { source, layout } = await sourceOf(...contents);
  expect(layout.chunkCount).toBe(1);
  expect(decrypt(0, await source.readChunk(0))).toEqual(Buffer.concat(contents));
  await source.close();
});

describe('a file that changes', () => {
  const content = randomBytes(CHUNK * 40);

  /** A source whose chunk 0 has been sent and has left the cache. */
  async function halfSent() {
    const made = await sourceOf(content);
    for (let chunk = 0; chunk < 30; chunk++) await made.source.readChunk(chunk);
    return made;
  }

  async function overwrite(position: number) {
    const handle = await open(file(0), 'r+');
    await handle.write(Buffer.from([(content[position] ?? 0) ^ 1]), 0, 1, position);
    await handle.close();
  }

  it.each([
    ['is appended to', () => writeFile(file(0), 'more', { flag: 'a' })],
    ['is truncated', () => writeFile(file(0), 'less')],
    ['is written to', () => overwrite(5)],
    ['is deleted', () => unlink(file(0))],
    [
      'is replaced by an editor',
      async () => {
        const { atime, mtime } = await stat(file(0));
        await writeFile(file(1), content);
        await utimes(file(1), atime, mtime);
        await rename(file(1), file(0));
      },
    ],
  ])('stops the transfer when it %s, for sent and for unsent chunks', async (_how, change) => {
    const { source } = await halfSent();
    await change();
    await expect(source.readChunk(0)).rejects.toThrow(FileChangedError);
    await expect(source.readChunk(35)).rejects.toThrow(/“0.bin” changed while it was being sent/);
    await source.close();
  });

  it('never sends other bytes for a sent chunk, even when size, times and inode tell nothing', async () => {
    const { sources, layout, source } = await halfSent();
    await overwrite(5);
    const now = await stat(file(0));
    const blind = sources.map((entry) => ({ ...entry, mtimeMs: now.mtimeMs }));
    const second = TransferSource.open({ sources: blind, layout, key, digests: source.digests });
    await expect(second.readChunk(0)).rejects.toThrow(FileChangedError);
    await expect(second.readChunk(1)).resolves.toBeInstanceOf(Uint8Array);
    await source.close();
    await second.close();
  });
});
