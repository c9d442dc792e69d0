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

/** Takes the first datagram of each of many chunks, one chunk after the other; with the payload that it had then. */
async function takeMany(isAllSent: () => boolean) {
  const file = join(directory, 'take.wav');
  await writeFile(file, randomBytes(4_000_000));
  const { sources } = buildManifest(await scan([file]));
  const layout = new TransferLayout(4_000_000, 1448);
  const source = TransferSource.open({ sources, layout, key: randomBytes(32) });
  const reader = new DatagramReader(source, layout, isAllSent, () => []);
  const taken: { datagram: Buffer; payload: Buffer }[] = [];
  for (let chunk = 0; chunk < layout.chunkCount; chunk++) {
    const [unit] = layout.unitsOfChunk(chunk);
    await reader.load(unit);
    const datagram = reader.take(unit) ?? Buffer.alloc(0);
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

it('uses the memory of what has left again', async () => {
  const taken = await takeMany(() => true);
  expect(taken.length).toBeGreaterThan(60);
  expect(new Set(taken.map(({ datagram }) => datagram.buffer)).size).toBeLessThan(20);
});
