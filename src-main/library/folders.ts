import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errorCode } from './library-error';

/**
 * Makes a folder, and those above it, where they are not there. Instead of mkdir's `recursive`, which reports a read-only disk
 * as a missing folder. A folder that is there keeps its mode.
 */
export async function makeFolders(path: string, mode = 0o777): Promise<void> {
  try {
    await mkdir(path, { mode });
  } catch (error) {
    const code = errorCode(error);
    if (code === 'EEXIST') return;
    if (code !== 'ENOENT' || dirname(path) === path) throw error;
    await makeFolders(dirname(path), mode);
    await mkdir(path, { mode });
  }
}
