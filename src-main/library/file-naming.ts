import { constants } from 'node:fs';
import { copyFile, link, lstat, open, rename, rm, unlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { assertUnmoved, type Destination, type Folder } from './destination';
import { errorCode } from './library-error';
import { numberedName, suffixedName } from './safe-path';

/** The ways for a complete file to come by its name, each in one step. A folder is checked before and after its use. */
export class FileNaming {
  constructor(private readonly destination: Destination) {}

  /** Gives a complete file its name; false where something has that name already. */
  put(part: string, folder: Folder, path: string): Promise<boolean> {
    return checked(part, folder, path, () => this.name(part, folder, path));
  }

  /** Gives a complete file the name of another one, which is gone then; false where that one cannot be replaced. */
  replace(part: string, folder: Folder, path: string): Promise<boolean> {
    return checked(part, folder, path, () => this.nameOver(part, path));
  }

  private async name(part: string, folder: Folder, path: string): Promise<boolean> {
    try {
      await link(part, path);
      return true;
    } catch (error) {
      const code = errorCode(error) ?? '';
      if (code === 'EEXIST') return false;
      if (code === 'EXDEV') return this.putCopy(part, folder, path);
      if (NO_LINKS.has(code)) return moveWithoutLinks(part, path);
      throw error;
    }
  }

  private async nameOver(part: string, path: string): Promise<boolean> {
    const near = await this.secondName(part);
    try {
      await rename(near, path);
      return true;
    } catch (error) {
      if (IN_USE.has(errorCode(error) ?? '')) return false;
      throw error;
    } finally {
      if (near !== part) await rm(near, { force: true });
    }
  }

  /** For a part on another disk than the destination: a hidden copy there first, so that the name appears in one step. */
  private async putCopy(part: string, folder: Folder, path: string): Promise<boolean> {
    const near = await this.destination.makeHidden((hidden) => copyTo(part, hidden));
    try {
      return await this.put(near, folder, path);
    } finally {
      await rm(near, { force: true });
    }
  }

  /** Another name of the part on the destination's disk, as the part itself stays; itself where files have one name only. */
  private async secondName(part: string): Promise<string> {
    try {
      return await this.destination.makeHidden((hidden) => linkTo(part, hidden));
    } catch (error) {
      const code = errorCode(error) ?? '';
      if (NO_LINKS.has(code)) return part;
      if (code !== 'EXDEV') throw error;
      return this.destination.makeHidden((hidden) => copyTo(part, hidden));
    }
  }
}

/** What file systems without hard links (FAT) answer. */
const NO_LINKS: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);
/** A folder stands there, or Windows says that a program has the file open. */
const IN_USE: ReadonlySet<string> = new Set(['EPERM', 'EACCES', 'EBUSY', 'EISDIR', 'ENOTEMPTY', 'EEXIST']);

/**
 * Renames an old file to "name (backup 2026-11-22 14.03.11).ext", which is not the name of another file. The name is
 * reserved first: whatever stands at `path` in that moment is kept, however many transfers come at once.
 * @returns false where it cannot be moved.
 */
export async function moveAside(folder: Folder, path: string, now: Date): Promise<boolean> {
  await assertUnmoved(folder);
  const name = suffixedName(basename(path), ` (backup ${dateAndTime(now)})`);
  for (let number = 1; ; number++) {
    const backup = join(folder.path, numberedName(name, number));
    if (!(await reserve(backup))) continue;
    try {
      await rename(path, backup);
      return true;
    } catch (error) {
      await unlink(backup);
      // Gone meanwhile: then there is nothing to back up.
      return errorCode(error) === 'ENOENT';
    }
  }
}

/** Local time: "2026-11-22 14.03.11". Colons are not for file names. */
function dateAndTime(now: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${localDate(now)} ${two(now.getHours())}.${two(now.getMinutes())}.${two(now.getSeconds())}`;
}

/** The local day as YYYY-MM-DD. */
export function localDate(now: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}

async function checked(part: string, folder: Folder, path: string, act: () => Promise<boolean>): Promise<boolean> {
  await assertUnmoved(folder);
  if (!(await act())) return false;
  await assertUnmoved(folder).catch(async (error: unknown) => {
    // Where it ended up nobody knows; whatever else has that name there is not ours to delete.
    if (await isSameFile(part, path)) await unlink(path);
    throw error;
  });
  return true;
}

async function isSameFile(a: string, b: string): Promise<boolean> {
  const [first, second] = await Promise.all([a, b].map((path) => lstat(path).catch(() => undefined)));
  return first !== undefined && first.ino === second?.ino && first.dev === second.dev;
}

async function linkTo(part: string, name: string): Promise<string> {
  await link(part, name);
  return name;
}

async function copyTo(part: string, copy: string): Promise<string> {
  await copyFile(part, copy, constants.COPYFILE_EXCL);
  const handle = await open(copy, 'r+');
  try {
    const { mtime } = await lstat(part);
    await handle.utimes(mtime, mtime).catch(() => undefined);
    await handle.sync();
    return copy;
  } finally {
    await handle.close();
  }
}

/** For file systems without hard links: reserves the name with an empty file, then replaces that. */
async function moveWithoutLinks(part: string, path: string): Promise<boolean> {
  if (!(await reserve(path))) return false;
  await rename(part, path).catch(async (error: unknown) => {
    await unlink(path);
    throw error;
  });
  return true;
}

/** @returns false where something has the name already. */
async function reserve(path: string): Promise<boolean> {
  try {
    await (await open(path, 'wx')).close();
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}
