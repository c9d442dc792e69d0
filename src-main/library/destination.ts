import { randomBytes } from 'node:crypto';
import { lstat, mkdir, open, realpath, rm, rmdir } from 'node:fs/promises';
import { basename, join, sep } from 'node:path';
import { makeFolders } from './folders';
import { errorCode, StorageError } from './library-error';
import { STATE_FOLDER } from './safe-path';

/** A folder below the destination that has been checked. */
export interface Folder {
  readonly path: string;
  /** What `realpath` gave when the folder was checked; anything else later means that it was swapped. */
  readonly real: string;
}

const MAX_TRIES = 10;

/** The folder for received files, and the folders below it: none of them a link (PROTOCOL.md section 10.3). */
export class Destination {
  private readonly folders = new Map<string, Folder>();
  private hidden: string | undefined;

  private constructor(private readonly root: Folder) {}

  static async open(directory: string): Promise<Destination> {
    await makeFolders(directory);
    const real = await realpath(directory);
    return new Destination({ path: real, real });
  }

  /** The folder with these names below the root, made where it is not there, each level checked once. */
  async folder(names: readonly string[]): Promise<Folder> {
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

  /**
   * Makes something under a hidden name on the same disk, for what has no name yet. Another file that is finished may take the
   * folder away in between: then once more.
   */
  async makeHidden<T>(make: (path: string) => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.tryHidden(make);
      } catch (error) {
        if (errorCode(error) !== 'ENOENT' || tries === MAX_TRIES) throw error;
      }
    }
  }

  /** Brings the new names to the medium, and clears up. */
  async finish(): Promise<void> {
    for (const folder of [...this.folders.values(), this.root]) await syncFolder(folder.path);
    // Stays where something else is in it: partial transfers of this or of another program.
    if (this.hidden !== undefined) await rmdir(this.hidden).catch(() => undefined);
  }

  private async tryHidden<T>(make: (path: string) => Promise<T>): Promise<T> {
    const folder = await this.makeFolder(this.root, STATE_FOLDER);
    this.hidden = folder.path;
    const path = join(folder.path, randomBytes(8).toString('hex'));
    try {
      return await make(path);
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    }
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
}

/**
 * Node has no openat(2): a folder is named by its path, and asked before and after each use whether it is still itself.
 * @throws StorageError where it is not.
 */
export async function assertUnmoved(folder: Folder): Promise<void> {
  if ((await realpath(folder.path).catch(() => undefined)) === folder.real) return;
  throw new StorageError('The folder for received files was moved while files were being stored: start again.');
}

/** Where folders can be synced; on Windows and some network disks they cannot, and names are as safe as the system makes them. */
async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}
