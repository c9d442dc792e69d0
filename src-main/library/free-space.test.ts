import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { checkFreeSpace, storedBytes } from './free-space';

const folder = join(tmpdir(), 'not', 'yet', 'there');

it('passes what fits, also for a folder that is not there yet', async () => {
  await expect(checkFreeSpace(folder, 1)).resolves.toBeUndefined();
});

it('says what is needed, what is free, and where', async () => {
  await expect(checkFreeSpace(folder, 1e18)).rejects.toThrow(
    /^There is too little space: this needs 1000000 TB, and .+ are free on the disk of “.*there”\.$/,
  );
  await expect(checkFreeSpace(folder, 1e18)).rejects.toMatchObject({ name: 'StorageError', code: 'ENOSPC' });
});

it('counts what files take up, not their holes', async () => {
  expect(await storedBytes(folder)).toBe(0);
  const directory = await mkdtemp(join(tmpdir(), 'tutti-space-'));
  try {
    await writeFile(join(directory, '0'), Buffer.alloc(100_000, 1), { flush: true });
    const sparse = await open(join(directory, '1'), 'w');
    await sparse.truncate(1_000_000_000);
    await sparse.close();
    const stored = await storedBytes(directory);
    expect(stored).toBeGreaterThanOrEqual(100_000);
    expect(stored).toBeLessThan(10_000_000);
  } finally {
    await rm(directory, { recursive: true });
  }
});
