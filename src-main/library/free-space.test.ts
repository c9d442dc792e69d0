import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { checkFreeSpace } from './free-space';

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
