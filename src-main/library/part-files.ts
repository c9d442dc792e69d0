import { constants } from 'node:fs';
import { copyFile, type FileHandle, open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { ContentMap } from './content-map';

/** Bytes of the content, and where they start there. */
export interface Stretch {
  readonly start: number;
  readonly bytes: Uint8Array;
}

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

  /** Puts stretches, which do not overlap, where they belong: those that touch each other in one go. */
  async write(stretches: readonly Stretch[]): Promise<void> {
    for (const run of touchingRuns(stretches)) await this.writeRun(run);
  }

  /** Closes all files; the next call opens what it needs again. */
  async close(): Promise<void> {
    const handles = [...this.handles.values()];
    this.handles.clear();
    await Promise.all(handles.map((handle) => handle.close()));
  }

  private async writeRun(run: readonly Stretch[]): Promise<void> {
    const first = run[0]?.start ?? 0;
    const bytes = run.map((stretch) => stretch.bytes);
    const length = bytes.reduce((sum, part) => sum + part.length, 0);
    for (const piece of this.map.pieces(first, first + length)) {
      await writeAll(await this.handleOf(piece.file), cut(bytes, piece.offset, piece.length), piece.position);
    }
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

async function writeAll(handle: FileHandle, bytes: readonly Uint8Array[], position: number): Promise<void> {
  const length = bytes.reduce((sum, part) => sum + part.length, 0);
  for (let done = 0; done < length; ) {
    const { bytesWritten } = await handle.writev(cut(bytes, done, length - done), position + done);
    done += bytesWritten;
  }
}

function touchingRuns(stretches: readonly Stretch[]): Stretch[][] {
  const runs: Stretch[][] = [];
  let end: number | undefined;
  for (const stretch of stretches.toSorted((a, b) => a.start - b.start)) {
    if (stretch.start === end) runs.at(-1)?.push(stretch);
    else runs.push([stretch]);
    end = stretch.start + stretch.bytes.length;
  }
  return runs;
}

/** So many bytes from `offset` on of what lies end to end in these arrays. */
function cut(parts: readonly Uint8Array[], offset: number, length: number): Uint8Array[] {
  let start = -offset;
  return parts.flatMap((part) => {
    const found = part.subarray(Math.max(0, -start), Math.max(0, length - start));
    start += part.length;
    return found.length === 0 ? [] : [found];
  });
}
