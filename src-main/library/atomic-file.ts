import { randomBytes } from 'node:crypto';
import { rename, rm, writeFile } from 'node:fs/promises';

/**
 * Replaces a file's content in one step: a reader, or a process killed at any moment, sees the old content or the new.
 * Readable by its owner only. `flush` makes it survive a power cut, at the price of waiting for the disk.
 */
export async function replaceFile(path: string, data: string | Uint8Array, flush = false): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await writeFile(temporary, data, { mode: 0o600, flag: 'wx', flush });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
