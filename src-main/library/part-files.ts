import { constants } from 'node:fs';
import { copyFile, type FileHandle, open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { ContentMap, type Piece } from './content-map';

const OPEN_FILES = 16;
// Not on Windows, where there is no such flag; there the folder's permissions must do.
const NO_FOLLOW = constants.O_NOFOLLOW ?? 0;

/**
 * The files of a transfer while they are incomplete: numbered, in a folder of their own, addressed by content byte. Calls
 * must not overlap (the caller queues them). A part file comes into being when it is first touched.
 */
export class PartFiles {
  private readonly map: ContentMap;
  private readonly handles = new Map<number, FileHandle>();

  constructor(
    private readonly folder: string,
    sizes: readonly number[],
  ) {
    this.map = new ContentMap(sizes);
  }

  pathOf(file: number): string {
    return join(this.folder, String(file));
  }

  /** The content bytes [start, end); zeros where nothing has been written. */
  async read(start: number, end: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(end - start);
    for (const piece of this.map.pieces(start, end)) {
      const handle = await this.handleOf(piece.file);
      await handle.read(bytes, piece.offset, piece.length, piece.position);
    }
    return bytes;
  }

  /** Puts `bytes` at content byte `start`. */
  async write(start: number, bytes: Uint8Array): Promise<void> {
    for (const piece of this.map.pieces(start, start + bytes.length)) {
      await writeAll(await this.handleOf(piece.file), bytes, piece);
    }
  }

  /** Closes all files; the next call opens what it needs again. */
  async close(): Promise<void> {
    const handles = [...this.handles.values()];
    this.handles.clear();
    await Promise.all(handles.map((handle) => handle.close()));
  }

  private async handleOf(file: number): Promise<FileHandle> {
    const handle = this.handles.get(file) ?? (await this.open(file));
    this.handles.delete(file);
    this.handles.set(file, handle);
    await this.closeOldest();
    return handle;
  }

  private async open(file: number): Promise<FileHandle> {
    const handle = await openPart(this.pathOf(file));
    if ((await handle.stat()).nlink <= 1) return handle;
    // Killed while its files were being put in their place: this one is there already, under a second name. What is
    // there is the user's, so the part becomes a file of its own again.
    await handle.close();
    const copy = `${this.pathOf(file)}.copy`;
    await copyFile(this.pathOf(file), copy);
    await rename(copy, this.pathOf(file));
    return openPart(this.pathOf(file));
  }

  private async closeOldest(): Promise<void> {
    const [oldest] = this.handles;
    if (this.handles.size <= OPEN_FILES || oldest === undefined) return;
    this.handles.delete(oldest[0]);
    await oldest[1].close();
  }
}

function openPart(path: string): Promise<FileHandle> {
  return open(path, constants.O_RDWR | constants.O_CREAT | NO_FOLLOW);
}

async function writeAll(handle: FileHandle, bytes: Uint8Array, piece: Piece): Promise<void> {
  for (let done = 0; done < piece.length; ) {
    const { bytesWritten } = await handle.write(bytes, piece.offset + done, piece.length - done, piece.position + done);
    done += bytesWritten;
  }
}
