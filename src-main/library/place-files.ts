import { constants } from 'node:fs';
import { type FileHandle, lstat, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { ConflictRule } from '../../src-shared/ipc/contract';
import type { ReceivedFile } from '../../src-shared/ipc/events';
import { Destination, type Folder } from './destination';
import { FileNaming, moveAside } from './file-naming';
import { StorageError } from './library-error';
import { localName, numberedName } from './safe-path';

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

/** What to do where a file of the same name with other content is there already, and the time that a backup is named by. */
export interface Conflicts {
  readonly rule: ConflictRule;
  readonly now: Date;
}

/** Files synced at a time: file systems commit several syncs at the price of one. */
const CONCURRENCY = 8;
/** Who always puts something new where an old file was moved away does not want it moved. */
const MAX_BACKUPS = 3;
/** Compared at a time, of each of two files. */
const PIECE_BYTES = 1 << 18;

/**
 * Puts complete files into their place below `destination`: on the medium first, then under their name, each in one step. A
 * file that is already there with the same content is reported as it is; for one with other content see PROTOCOL.md section
 * 10.5. No folder below the destination may be a link, and nothing but plain files is ever replaced or moved.
 * @returns one for each of `files`, in their order.
 * @throws StorageError
 */
export async function placeFiles(
  destination: string,
  files: readonly FileToPlace[],
  conflicts: Conflicts,
): Promise<ReceivedFile[]> {
  try {
    await forEachConcurrently(files, bringToMedium);
    const target = await Destination.open(destination);
    const placing = new Placing(target, conflicts);
    const received: ReceivedFile[] = [];
    for (const file of files) received.push(await placing.place(file));
    await target.finish();
    return received;
  } catch (error) {
    throw StorageError.from(error, destination);
  }
}

class Placing {
  private readonly naming: FileNaming;
  /** What this transfer has placed: two of its files that this disk stores under one name never replace each other. */
  private readonly own = new Set<string>();

  constructor(
    private readonly target: Destination,
    private readonly conflicts: Conflicts,
  ) {
    this.naming = new FileNaming(target);
  }

  async place(file: FileToPlace): Promise<ReceivedFile> {
    const names = file.path.map((name) => localName(name, process.platform));
    const folderNames = names.slice(0, -1);
    const folder = await this.target.folder(folderNames);
    for (let number = 1; ; number++) {
      const name = numberedName(names.at(-1) ?? '', number);
      const path = join(folder.path, name);
      const rule = number === 1 ? this.conflicts.rule : 'keepBoth';
      if (!(await this.putOrFind(file, folder, path, rule))) continue;
      this.own.add((await identityOf(path)) ?? '');
      return { path: [...folderNames, name].join('/'), size: file.size };
    }
  }

  /** @returns whether the file, or one with the same content, has the name now. */
  private async putOrFind(file: FileToPlace, folder: Folder, path: string, rule: ConflictRule): Promise<boolean> {
    for (let backups = 0; backups <= MAX_BACKUPS; backups++) {
      if (await this.naming.put(file.part, folder, path)) return true;
      if (await hasContentOf(path, file)) return true;
      if (rule === 'keepBoth' || !(await this.mayGiveWay(path))) return false;
      if (rule === 'replace') return this.naming.replace(file.part, folder, path);
      if (!(await moveAside(folder, path, this.conflicts.now))) return false;
    }
    return false;
  }

  private async mayGiveWay(path: string): Promise<boolean> {
    const identity = await identityOf(path);
    return identity !== undefined && !this.own.has(identity);
  }
}

/** Tells a plain file from any other; undefined for folders, links, and what is not there. */
async function identityOf(path: string): Promise<string | undefined> {
  const found = await lstat(path, { bigint: true }).catch(() => undefined);
  return found?.isFile() === true ? `${found.dev} ${found.ino}` : undefined;
}

/** It is not read again: whoever hands it over has compared it with what was sent, on its way to the disk. */
async function bringToMedium(file: FileToPlace): Promise<void> {
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
}

function dateOf(modified: number): Date {
  const date = new Date(Math.max(0, modified));
  return Number.isNaN(date.getTime()) ? new Date() : date;
}

/** Whether a plain file of this name holds the same bytes. */
async function hasContentOf(path: string, { part, size }: FileToPlace): Promise<boolean> {
  try {
    const found = await lstat(path);
    return found.isFile() && found.size === size && (await areEqual(path, part));
  } catch {
    // Deleted meanwhile, or not ours to read: then it is not this file, and another name is taken.
    return false;
  }
}

async function areEqual(...paths: readonly [string, string]): Promise<boolean> {
  const [one, other] = [await open(paths[0]), await open(paths[1]).catch(() => undefined)];
  try {
    return other !== undefined && (await haveEqualBytes(one, other));
  } finally {
    await one.close();
    await other?.close();
  }
}

async function haveEqualBytes(one: FileHandle, other: FileHandle): Promise<boolean> {
  const pieces = [Buffer.allocUnsafe(PIECE_BYTES), Buffer.allocUnsafe(PIECE_BYTES)] as const;
  for (let position = 0; ; ) {
    const [length, otherLength] = [await fill(one, pieces[0], position), await fill(other, pieces[1], position)];
    if (length !== otherLength || pieces[0].compare(pieces[1], 0, length, 0, length) !== 0) return false;
    if (length < PIECE_BYTES) return true;
    position += length;
  }
}

/** Reads until the piece is full or the file ends. @returns bytes read */
async function fill(handle: FileHandle, piece: Buffer, position: number): Promise<number> {
  let length = 0;
  for (let read = -1; read !== 0 && length < piece.length; length += read) {
    ({ bytesRead: read } = await handle.read(piece, length, piece.length - length, position + length));
  }
  return length;
}

async function forEachConcurrently<T>(items: readonly T[], job: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values();
  const worker = async () => {
    for (const item of rest) await job(item);
  };
  const ends = await Promise.allSettled(Array.from({ length: CONCURRENCY }, worker));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}
