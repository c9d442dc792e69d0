import { readdir, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { formatBytes } from '../../src-shared/text/format';
import { errorCode, StorageError } from './library-error';

/** What stat(2) counts in, whatever blocks the disk has. */
const STAT_BLOCK_BYTES = 512;

/**
 * Makes sure that the disk of `directory` (or of the nearest folder above that exists) has room for `bytes` more.
 * @throws StorageError saying how much is needed and how much is free.
 */
export async function checkFreeSpace(directory: string, bytes: number): Promise<void> {
  const free = await freeSpaceOf(directory);
  if (free >= bytes) return;
  throw new StorageError(
    `There is too little space: this needs ${formatBytes(bytes)}, and ${formatBytes(free)} are free on the disk of “${directory}”.`,
    'ENOSPC',
  );
}

/** What the files directly in a folder take up on the disk, holes not counted; 0 where there is no folder. */
export async function storedBytes(folder: string): Promise<number> {
  let bytes = 0;
  for (const name of await readdir(folder).catch(() => [])) {
    bytes += await stat(join(folder, name)).then(
      ({ blocks }) => blocks * STAT_BLOCK_BYTES,
      () => 0,
    );
  }
  return bytes;
}

/**
 * What is free for this user on the disk of `directory`, or of the nearest folder above that exists, in bytes.
 * @throws StorageError
 */
export async function freeSpaceOf(directory: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(directory);
    return bavail * bsize;
  } catch (error) {
    const parent = dirname(directory);
    if (errorCode(error) !== 'ENOENT' || parent === directory) throw StorageError.from(error, directory);
    return freeSpaceOf(parent);
  }
}
