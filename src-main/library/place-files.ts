import { createHash, randomBytes } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { copyFile, link, lstat, mkdir, open, realpath, rename, rm, rmdir, unlink } from 'node:fs/promises';
import { basename, join, sep } from 'node:path';
import type { ReceivedFile } from '../../src-shared/ipc/events';
import { makeFolders } from './folders';
import { errorCode, StorageError } from './library-error';
import { localName, numberedName, STATE_FOLDER } from './safe-path';

/** A complete file in hiding, and where it belongs. */
export interface FileToPlace {
  /** Where it is now; absent on disk where it is empty. */
  readonly part: string;
  /** Names below the destination; `checkPath` has passed them. */
  readonly path: readonly string[];
  readonly size: number;
  /** Modification time, ms since 1970. */
  readonly modified: number;
}

/** Files synced and read at a time: file systems commit several syncs at the price of one. */
const CONCURRENCY = 8;

/**
 * Puts complete files into their place below `destination`: on the medium first, then under their name, each in one step.
 * Nothing is ever overwritten. A file that is already there with the same content is reported as it is; beside one with other
 * content the new one becomes "name (2).ext". No folder below the destination may be a link.
 * @throws StorageError
 */
export async function placeFiles(destination: string, files: readonly FileToPlace[]): Promise<ReceivedFile[]> {
  try {
    const digests = await mapConcurrently(files, syncAndDigest);
    const target = await Destination.open(destination);
    const received: ReceivedFile[] = [];
    for (const [index, file] of files.entries()) {
      received.push(await target.place(file, digests[index] ?? ''));
    }
    await target.finish();
    return received;
  } catch (error) {
    throw StorageError.from(error, destination);
  }
}

/**
 * Brings a part file to the medium and digests its plaintext. This reads it once more, mostly from memory: chunks complete
 * in any order, so no digest of the file could be made on the way.
 */
async function syncAndDigest(file: FileToPlace): Promise<string> {
  const handle = await open(file.part, constants.O_RDWR | constants.O_CREAT);
  try {
    const { size } = await handle.stat();
    if (size !== file.size) throw new Error(`the part of “${file.path.join('/')}” has ${size} bytes, not ${file.size}`);
    // Some file systems cannot hold every date; the date is not worth the file.
    await handle.utimes(new Date(), dateOf(file.modified)).catch(() => undefined);
    await handle.sync();
  } finally {
    await handle.close();
  }
  return digestFile(file.part);
}

function dateOf(modified: number): Date {
  const date = new Date(Math.max(0, modified));
  return Number.isNaN(date.getTime()) ? new Date() : date;
}

async function digestFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(piece);
  return hash.digest('hex');
}

interface Folder {
  readonly path: string;
  /** What `realpath` gave when the folder was checked; anything else later means that it was swapped. */
  readonly real: string;
}

class Destination {
  private readonly folders = new Map<string, Folder>();
  private hidden: string | undefined;

  private constructor(private readonly root: Folder) {}

  static async open(directory: string): Promise<Destination> {
    await makeFolders(directory);
    const real = await realpath(directory);
    return new Destination({ path: real, real });
  }

  async place(file: FileToPlace, digest: string): Promise<ReceivedFile> {
    const names = file.path.map((name) => localName(name, process.platform));
    const folderNames = names.slice(0, -1);
    const folder = await this.folder(folderNames);
    for (let number = 1; ; number++) {
      const name = numberedName(names.at(-1) ?? '', number);
      const path = join(folder.path, name);
      if ((await this.put(file.part, folder, path)) || (await hasContent(path, file.size, digest))) {
        return { path: [...folderNames, name].join('/'), size: file.size, sha256: digest };
      }
    }
  }

  /** Brings the new names to the medium, and clears up. */
  async finish(): Promise<void> {
    for (const folder of [...this.folders.values(), this.root]) await syncFolder(folder.path);
    // Stays where something else is in it: partial transfers of this or of another program.
    if (this.hidden !== undefined) await rmdir(this.hidden).catch(() => undefined);
  }

  /** The folder with these names below the root, made where it is not there, each level checked once. */
  private async folder(names: readonly string[]): Promise<Folder> {
    const name = names.at(-1);
    if (name === undefined) return this.root;
    const key = names.join('/');
    const known = this.folders.get(key);
    if (known !== undefined) return known;
    const parent = await this.folder(names.slice(0, -1));
    const folder = await this.makeFolder(parent, name);
    // Asked of the file system, as it may know the folder by another name too (TUTTI~1).
    if (parent === this.root && basename(folder.real).toLowerCase() === STATE_FOLDER) {
      throw new StorageError(`“${name}” is the folder where Tutti keeps its own files: nothing else is stored there.`);
    }
    this.folders.set(key, folder);
    return folder;
  }

  private async makeFolder(parent: Folder, name: string): Promise<Folder> {
    const path = join(parent.path, name);
    await assertUnmoved(parent);
    await mkdir(path).catch((error: unknown) => {
      if (errorCode(error) !== 'EEXIST') throw error;
    });
    const real = await realpath(path);
    if (!(await lstat(path)).isDirectory() || !real.startsWith(this.root.real + sep)) {
      throw new StorageError(
        `“${name}” in the folder for received files is a link or a file: move it away and start again.`,
      );
    }
    return { path, real };
  }

  /** Gives a complete file its name, unless something has that name. The folder is checked before and after. */
  private async put(part: string, folder: Folder, path: string): Promise<boolean> {
    await assertUnmoved(folder);
    if (!(await this.name(part, folder, path))) return false;
    await assertUnmoved(folder).catch(async (error: unknown) => {
      // Where it ended up nobody knows; whatever else has that name there is not ours to delete.
      if (await isSameFile(part, path)) await unlink(path);
      throw error;
    });
    return true;
  }

  private async name(part: string, folder: Folder, path: string): Promise<boolean> {
    try {
      await link(part, path);
      return true;
    } catch (error) {
      const code = errorCode(error) ?? '';
      if (code === 'EEXIST') return false;
      if (code === 'EXDEV') return this.copy(part, folder, path);
      if (['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(code)) return moveWithoutLinks(part, path);
      throw error;
    }
  }

  /** For a part on another disk than the destination: a hidden copy there first, so that the name appears in one step. */
  private async copy(part: string, folder: Folder, path: string): Promise<boolean> {
    const hidden = await this.hiddenFolder();
    const near = join(hidden.path, randomBytes(8).toString('hex'));
    try {
      await copyFile(part, near, constants.COPYFILE_EXCL);
      await syncCopy(part, near);
      await assertUnmoved(hidden);
      return await this.put(near, folder, path);
    } finally {
      await rm(near, { force: true });
    }
  }

  private async hiddenFolder(): Promise<Folder> {
    const folder = await this.makeFolder(this.root, STATE_FOLDER);
    this.hidden = folder.path;
    return folder;
  }
}

/** Node has no openat(2): a folder is named by its path, and asked before and after each use whether it is still itself. */
async function assertUnmoved(folder: Folder): Promise<void> {
  if ((await realpath(folder.path).catch(() => undefined)) === folder.real) return;
  throw new StorageError('The folder for received files was moved while files were being stored: start again.');
}

async function isSameFile(a: string, b: string): Promise<boolean> {
  const [first, second] = await Promise.all([a, b].map((path) => lstat(path).catch(() => undefined)));
  return first !== undefined && first.ino === second?.ino && first.dev === second.dev;
}

async function syncCopy(part: string, copy: string): Promise<void> {
  const handle = await open(copy, 'r+');
  try {
    const { mtime } = await lstat(part);
    await handle.utimes(mtime, mtime).catch(() => undefined);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** For file systems without hard links (FAT): reserves the name with an empty file, then replaces that. */
async function moveWithoutLinks(part: string, path: string): Promise<boolean> {
  try {
    await (await open(path, 'wx')).close();
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
  await rename(part, path).catch(async (error: unknown) => {
    await unlink(path);
    throw error;
  });
  return true;
}

async function hasContent(path: string, size: number, digest: string): Promise<boolean> {
  try {
    const found = await lstat(path);
    return found.isFile() && found.size === size && (await digestFile(path)) === digest;
  } catch {
    // Deleted meanwhile, or not ours to read: then it is not this file, and another name is taken.
    return false;
  }
}

/** Where folders can be synced; on Windows and some network disks they cannot, and names are as safe as the system makes them. */
async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

async function mapConcurrently<T, R>(items: readonly T[], job: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const rest = items.entries();
  const worker = async () => {
    for (const [index, item] of rest) results[index] = await job(item);
  };
  const ends = await Promise.allSettled(Array.from({ length: CONCURRENCY }, worker));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  return results;
}
