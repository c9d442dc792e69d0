import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { makeFolders } from '../library/folders';
import { StorageError } from '../library/library-error';
import { placeFiles } from '../library/place-files';
import { SerialQueue } from '../library/serial-queue';

/** Where a fetched file is, and what it is. */
export interface Placed {
  readonly path: string;
  readonly sha256: string;
}

/** A piece of the file that waits for the disk. */
interface Piece {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** A file on its way from a TFTP server: hidden beside its place until it is complete. */
export class ReceivedFile {
  private readonly queue = new SerialQueue();
  private waiting: Piece[] = [];
  /** Counts truncations: what was handed over before the latest one concerns nobody any more. */
  private beginning = 0;

  private constructor(
    private readonly path: string,
    private readonly part: string,
    private readonly handle: FileHandle,
    private readonly onWritten: (pieces: number) => void,
    private readonly onFailed: (error: StorageError) => void,
  ) {}

  /**
   * `onWritten` is told how many pieces are on the disk, in the order in which they were handed over.
   * @throws StorageError
   */
  static async create(
    path: string,
    onWritten: (pieces: number) => void,
    onFailed: (error: StorageError) => void,
  ): Promise<ReceivedFile> {
    const folder = dirname(path);
    const part = join(folder, `.tutti-${randomBytes(8).toString('hex')}.part`);
    try {
      await makeFolders(folder);
      return new ReceivedFile(path, part, await open(part, 'wx'), onWritten, onFailed);
    } catch (error) {
      throw StorageError.from(error, folder);
    }
  }

  /** What comes while the disk is busy is written in one go, where it lies together. */
  write(offset: number, bytes: Uint8Array): void {
    const { waiting, beginning } = this;
    waiting.push({ offset, bytes });
    if (waiting.length === 1) this.run(() => this.flush(waiting, beginning));
  }

  /** Forgets everything that was handed over; of what is not on the disk yet nothing is told any more. */
  truncate(): void {
    this.waiting = [];
    this.beginning++;
    this.run(() => this.handle.truncate(0));
  }

  /**
   * Gives the complete file its name; one that is there already with other content stays, and this one is numbered.
   * @throws StorageError
   */
  async place(size: number): Promise<Placed> {
    await this.queue.idle();
    const folder = dirname(this.path);
    const sha256 = await this.digest();
    const file = { part: this.part, path: [basename(this.path)], size, modified: Date.now() };
    const [placed] = await placeFiles(folder, [file], { rule: 'keepBoth', now: new Date() });
    return { path: join(folder, placed?.path ?? ''), sha256 };
  }

  /** Lets go of it; the hidden file is gone afterwards. */
  async close(): Promise<void> {
    await this.queue.idle();
    await this.handle.close();
    await rm(this.part, { force: true });
  }

  private async digest(): Promise<string> {
    const hash = createHash('sha256');
    try {
      await pipeline(createReadStream(this.part), hash);
    } catch (error) {
      throw StorageError.from(error, dirname(this.path));
    }
    return hash.digest('hex');
  }

  private async flush(pieces: readonly Piece[], beginning: number): Promise<void> {
    if (beginning !== this.beginning) return;
    this.waiting = [];
    for (const run of runsOf(pieces)) await this.writeRun(run);
    if (beginning === this.beginning) this.onWritten(pieces.length);
  }

  private async writeRun(run: readonly Piece[]): Promise<void> {
    const { bytesWritten } = await this.handle.writev(
      run.map(({ bytes }) => bytes),
      run[0]?.offset ?? 0,
    );
    if (bytesWritten < run.reduce((sum, { bytes }) => sum + bytes.length, 0))
      throw new StorageError('The disk took only a part of what was written.');
  }

  private run(work: () => Promise<void>): void {
    void this.queue.run(work).catch((error: unknown) => this.onFailed(StorageError.from(error, dirname(this.path))));
  }
}

/** Pieces that follow each other in the file, without a gap between them. */
function runsOf(pieces: readonly Piece[]): Piece[][] {
  const runs: Piece[][] = [];
  let end: number | undefined;
  for (const piece of pieces) {
    if (piece.offset === end) runs.at(-1)?.push(piece);
    else runs.push([piece]);
    end = piece.offset + piece.bytes.length;
  }
  return runs;
}
