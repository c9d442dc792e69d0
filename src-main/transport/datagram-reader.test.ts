import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { HEADER_BYTES } from '../../src-shared/wire/data-datagram';
import { buildManifest, scan } from '../library/manifest';
import { TransferSource } from '../library/transfer-source';
import { TransferLayout } from '../multicast/transfer-layout';
import { DatagramReader } from './datagram-reader';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tutti-reader-'));
});
afterEach(() => rm(directory, { recursive: true }));

async function readerOf(bytes: number, isAllSent: () => boolean) {
  const file = join(directory, 'take.wav');
  await writeFile(file, randomBytes(bytes));
  const { sources } = buildManifest(await scan([file]));
  const layout = new TransferLayout(bytes, 1448);
  const source = TransferSource.open({ sources, layout, key: randomBytes(32) });
  return { layout, source, reader: new DatagramReader(source, layout, isAllSent, () => []) };
}

/** Takes the first datagram of each of many chunks, one chunk after the other; with the payload that it had then. */
async function takeMany(isAllSent: () => boolean) {
  const { reader, layout, source } = await readerOf(6_000_000, isAllSent);
  const taken: { datagram: Buffer; payload: Buffer }[] = [];
  for (let chunk = 0; chunk < layout.chunkCount; chunk++) {
    const [unit] = layout.unitsOfChunk(chunk);
    await reader.load(unit);
    const datagram = reader.take(unit, 1) ?? Buffer.alloc(0);
    taken.push({ datagram, payload: Buffer.from(datagram.subarray(HEADER_BYTES)) });
  }
  await source.close();
  return taken;
}

it('leaves alone what may still be on its way to the network', async () => {
  for (const { datagram, payload } of await takeMany(() => false)) {
    expect(datagram.subarray(HEADER_BYTES).equals(payload)).toBe(true);
  }
});

it('has the datagrams of a run in a row, the last one of the content as short as it is', async () => {
  const { reader, layout, source } = await readerOf(300_000, () => false);
  const [first, end] = layout.unitsOfChunk(1);
  expect(reader.take(first, 1)).toBeUndefined();
  await reader.load(first);
  const run = reader.take(first, end - first) ?? Buffer.alloc(0);
  const payloads = Array.from({ length: end - first }, (_, i) =>
    run.subarray(i * reader.stride + HEADER_BYTES, (i + 1) * reader.stride),
  );
  expect(payloads.at(-1)).toHaveLength(layout.lengthOf(end - 1));
  expect(layout.lengthOf(end - 1)).toBeLessThan(layout.payloadBytes);
  expect(Buffer.concat(payloads).equals(await source.readChunk(1))).toBe(true);
  expect(
    reader
      .take(first + 2, 1)
      ?.subarray(HEADER_BYTES)
      .equals(payloads[2] ?? run),
  ).toBe(true);
  expect(reader.take(first, end - first + 1)).toBeUndefined();
  expect(reader.take(first - 1, 2)).toBeUndefined();
  await source.close();
});

it('uses the memory of what has left again', async () => {
  const taken = await takeMany(() => true);
  expect(taken.length).toBeGreaterThan(30);
  expect(new Set(taken.map(({ datagram }) => datagram.buffer)).size).toBeLessThan(12);
});
