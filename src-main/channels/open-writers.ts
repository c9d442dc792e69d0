import { open, readdir, readFile, readlink } from 'node:fs/promises';
import { errorCode } from '../library/library-error';

/** The two low bits of a file's flags: read only, write only, both (fcntl.h). */
const ACCESS_MODE = 0o3;

/**
 * Whether another program has a file open to write to it, as far as the system tells: Linux names the open files of this
 * user's processes, Windows refuses to open what a program writes to and shares with nobody. Elsewhere nobody knows: no.
 */
export async function isBeingWritten(path: string, platform: NodeJS.Platform = process.platform): Promise<boolean> {
  if (platform === 'win32') return isRefused(path);
  return platform === 'linux' && (await isOpenInProc(path));
}

async function isRefused(path: string): Promise<boolean> {
  try {
    await (await open(path, 'r+')).close();
    return false;
  } catch (error) {
    return errorCode(error) === 'EBUSY';
  }
}

async function isOpenInProc(path: string): Promise<boolean> {
  const processes = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  for (const id of processes) {
    // Another user's processes do not show theirs, and one may end at any moment.
    for (const descriptor of await readdir(`/proc/${id}/fd`).catch(() => [])) {
      const target = await readlink(`/proc/${id}/fd/${descriptor}`).catch(() => '');
      if (target === path && (await isForWriting(id, descriptor))) return true;
    }
  }
  return false;
}

async function isForWriting(id: string, descriptor: string): Promise<boolean> {
  const info = await readFile(`/proc/${id}/fdinfo/${descriptor}`, 'utf8').catch(() => '');
  const flags = /^flags:\s*([0-7]+)$/m.exec(info)?.[1];
  return flags !== undefined && (Number.parseInt(flags, 8) & ACCESS_MODE) !== 0;
}
