import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { decodeRanges } from '../../src-shared/ranges/range-codec';
import { MAX_HELLO_BYTES } from '../../src-shared/wire/limits';
import { parseStudentMessage } from '../../src-shared/wire/messages';
import { TransferLayout } from '../multicast/transfer-layout';
import { encodeMessage } from '../transport/frame-codec';
import {
  completedTransfers,
  fitIntoHello,
  forgetOldTransfers,
  heldTransfers,
  interruptedTransfers,
  rememberCompleted,
} from './held-transfers';
import { PartialTransfer } from './partial-transfer';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tutti-held-'));
});
afterEach(() => rm(directory, { recursive: true }));

const idOf = (number: number) => number.toString(16).padStart(16, '0');

async function interrupt(transfer: string): Promise<void> {
  const layout = new TransferLayout(5000, 1448);
  const manifest = { covers: [], files: [{ path: ['a.mp3'], size: 5000, modified: 0 }] };
  const partial = await PartialTransfer.open({ directory, transfer, layout, manifest, key: Buffer.alloc(32, 7) });
  partial.write(1, new Uint8Array(1448));
  await partial.close();
}

it('finds interrupted transfers with their offer and what they miss', async () => {
  await interrupt(idOf(1));
  expect(await interruptedTransfers(directory)).toMatchObject([
    {
      transfer: idOf(1),
      missing: [
        [0, 1],
        [2, 5],
      ],
      offer: { payloadBytes: 1448, key: Buffer.alloc(32, 7).toString('base64') },
    },
  ]);
});

it('says them in hello, with those lately completed, as many as it has room for', async () => {
  await interrupt(idOf(1));
  await interrupt(idOf(2));
  for (let i = 2; i < 14; i++) await rememberCompleted(directory, idOf(i));
  await rememberCompleted(directory, idOf(12));
  expect((await completedTransfers(directory)).slice(0, 3)).toEqual([idOf(12), idOf(13), idOf(11)]);
  const held = await heldTransfers(directory);
  const hello = { type: 'hello', version: 1, name: 'Anna', held };
  expect(parseStudentMessage(hello)).toEqual(hello);
  expect(held.map((entry) => entry.complete)).toEqual([false, false, ...Array<boolean>(6).fill(true)]);
  expect(decodeRanges(Buffer.from(held[0]?.missing ?? '', 'base64'), 5)).toEqual([
    [0, 1],
    [2, 5],
  ]);
});

it('says a transfer once, completed, when its partial files are still there', async () => {
  await interrupt(idOf(1));
  await rememberCompleted(directory, idOf(1));
  expect(await heldTransfers(directory)).toMatchObject([{ transfer: idOf(1), complete: true }]);
});

it('leaves out what is damaged or not its own, and starts from nothing', async () => {
  expect(await heldTransfers(join(directory, 'missing'))).toEqual([]);
  await mkdir(join(directory, idOf(3)));
  await writeFile(join(directory, idOf(3), 'offer.json'), '{"manifest":1}');
  await mkdir(join(directory, 'something else'));
  await writeFile(join(directory, 'completed.json'), '["../../x"]');
  expect(await heldTransfers(directory)).toEqual([]);
});

it('forgets interrupted transfers that no hello has room for, and folders without a journal; never the current one', async () => {
  for (let i = 1; i <= 10; i++) await interrupt(idOf(i));
  await mkdir(join(directory, idOf(50)));
  await mkdir(join(directory, idOf(51)));
  await rememberCompleted(directory, idOf(99));
  await forgetOldTransfers(directory, idOf(51));
  const left = await readdir(directory);
  expect(left.filter((name) => name !== 'completed.json')).toHaveLength(9);
  expect(left).toEqual(expect.arrayContaining([idOf(10), idOf(51), 'completed.json']));
  expect(left).not.toContain(idOf(50));
});

it('leaves out of a hello what would make it too long', () => {
  const entry = (number: number, chars: number) => ({
    transfer: idOf(number),
    complete: false,
    missing: 'A'.repeat(chars),
  });
  const held = fitIntoHello([
    entry(1, 900_000),
    entry(2, 1_300_000),
    entry(3, 900_000),
    entry(4, 900_000),
    entry(5, 4),
  ]);
  expect(held.map(({ transfer }) => transfer)).toEqual([idOf(1), idOf(3), idOf(5)]);
  const hello = { type: 'hello', version: 1, name: '音'.repeat(80), held };
  expect(encodeMessage(hello).length).toBeLessThan(MAX_HELLO_BYTES);
  expect(parseStudentMessage(hello)).toEqual(hello);
});
