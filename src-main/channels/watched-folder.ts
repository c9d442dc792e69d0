import { createHash } from 'node:crypto';
import { mkdir, open, realpath, stat } from 'node:fs/promises';
import type { ChannelFileView } from '../../src-shared/ipc/channel-views';
import { messageOf } from '../../src-shared/text/message-of';
import { PACKET_BYTES } from '../../src-shared/wire/channel-datagram';
import { FileEncoder } from '../archive/file-records';
import type { Publication } from './bus';
import { encodeHeader } from './file-header';
import { lookInto, type SeenFile } from './folder-look';
import { isBeingWritten } from './open-writers';

/** Where a watched folder remembers what it has published: a name and a few bytes, durable. */
export interface Memory {
  readCursor(name: string): Uint8Array | undefined;
  cursorNames(prefix: string): string[];
  writeCursor(name: string, value: Uint8Array): Promise<void>;
}

export interface WatchedFolderOptions {
  readonly directory: string;
  readonly publication: Publication;
  readonly memory: Memory;
  onFile(file: ChannelFileView): void;
  /** A file that cannot be published, or a folder that cannot be read, in one sentence; told once. */
  onProblem(reason: string): void;
  /** How long after a look the next one comes, and so how long a file has to stay the same to be whole. ms. */
  readonly everyMs?: number;
}

/** A file that did not grow for so long, and that nobody has open to write to it, is whole. */
const LOOK_EVERY_MS = 1_000;
/** Read at a time: some 180 packets. */
const PIECE_BYTES = 256 * 1024;

/**
 * Publishes each file in a folder and those below it, once it is whole, and again whenever it has changed: everything that
 * was not published before, also before the last start. Temporary names are passed over (`folder-look.ts`).
 */
export class WatchedFolder {
  private seen = new Map<string, SeenFile>();
  private readonly told = new Set<string>();
  /** Not those of the last start: a file that was cut off there is not this one. */
  private fileNumber = Math.floor(Date.now() / 1_000);
  private isClosed = false;
  private wake: () => void = () => {};
  private readonly watching: Promise<void>;

  private constructor(
    private readonly root: string,
    private readonly options: WatchedFolderOptions,
  ) {
    this.watching = this.watch();
  }

  /** Begins to watch a folder, which is made if it is not there. */
  static async open(options: WatchedFolderOptions): Promise<WatchedFolder> {
    await mkdir(options.directory, { recursive: true });
    return new WatchedFolder(await realpath(options.directory), options);
  }

  /** Ends it, after the file that is being published. */
  async close(): Promise<void> {
    this.isClosed = true;
    this.wake();
    await this.watching;
  }

  private async watch(): Promise<void> {
    while (!this.isClosed) {
      await this.look().catch((error: unknown) => this.tell(`The folder cannot be read: ${messageOf(error)}.`));
      if (!this.isClosed) await this.pause();
    }
  }

  private async pause(): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, this.options.everyMs ?? LOOK_EVERY_MS);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  private async look(): Promise<void> {
    const found = await lookInto(this.root, (fault) => this.tell(`${fault} Rename it to publish it.`));
    const before = this.seen;
    this.seen = found;
    for (const [name, file] of found) {
      if (this.isClosed) return;
      if (isSame(before.get(name), file) && !this.wasPublished(name, file)) await this.publishIfWhole(name, file);
    }
    await this.forget([...before.keys()].filter((name) => !found.has(name)));
  }

  private wasPublished(name: string, file: SeenFile): boolean {
    const known = this.options.memory.readCursor(this.memoryOf(name));
    return known !== undefined && Buffer.compare(known, stampOf(file)) === 0;
  }

  private async publishIfWhole(name: string, file: SeenFile): Promise<void> {
    if (await isBeingWritten(file.absolutePath)) return;
    const view = { path: name, bytes: file.size, at: Date.now() };
    this.options.onFile({ ...view, state: 'sending' });
    const why = await this.publish(file).catch(
      (error: unknown) => `“${name}” cannot be published: ${messageOf(error)}.`,
    );
    if (why !== undefined) {
      this.options.onFile({ ...view, state: 'failed', why });
      this.tell(why);
      return;
    }
    await this.options.memory.writeCursor(this.memoryOf(name), stampOf(file));
    this.options.onFile({ ...view, state: 'sent' });
  }

  /** @returns why the file was not published as a whole, where it was not. */
  private async publish(file: SeenFile): Promise<string | undefined> {
    const { publication } = this.options;
    const name = file.path.at(-1) ?? '';
    const encoder = new FileEncoder(this.fileNumber++, PACKET_BYTES);
    const handle = await open(file.absolutePath, 'r');
    try {
      await appendAll(publication, encoder.begin(encodeHeader(file), file.size));
      const hash = createHash('sha256');
      const buffer = Buffer.allocUnsafe(PIECE_BYTES);
      let position = 0;
      for (;;) {
        const { bytesRead } = await handle.read(buffer, 0, Math.min(PIECE_BYTES, file.size - position), position);
        if (bytesRead === 0) break;
        const piece = buffer.subarray(0, bytesRead);
        hash.update(piece);
        position += bytesRead;
        await appendAll(publication, encoder.data(piece));
      }
      if (position !== file.size || !(await this.isUnchanged(file))) {
        await publication.append(encoder.abandon(Buffer.from(name)));
        return `“${name}” changed while it was being published; it comes again when nothing writes to it any more.`;
      }
      await publication.append(encoder.end(hash.digest(), Buffer.from(name)));
    } finally {
      await handle.close();
    }
    await publication.flush();
    return undefined;
  }

  private async isUnchanged(file: SeenFile): Promise<boolean> {
    const now = await stat(file.absolutePath).catch(() => undefined);
    return now !== undefined && now.size === file.size && now.mtimeMs === file.modified;
  }

  /** A file that is gone is a new one when it comes back. */
  private async forget(gone: readonly string[]): Promise<void> {
    for (const name of gone) await this.options.memory.writeCursor(this.memoryOf(name), Buffer.alloc(0));
  }

  /** Paths are longer than keys may be. */
  private memoryOf(name: string): string {
    return `published ${this.options.publication.subject} ${createHash('sha256').update(name).digest('hex')}`;
  }

  private tell(reason: string): void {
    if (this.told.has(reason)) return;
    this.told.add(reason);
    this.options.onProblem(reason);
  }
}

async function appendAll(publication: Publication, records: readonly Uint8Array[]): Promise<void> {
  for (const record of records) await publication.append(record);
}

function isSame(before: SeenFile | undefined, now: SeenFile): boolean {
  return before !== undefined && before.size === now.size && before.modified === now.modified;
}

/** What tells a file from what it was at another time. */
function stampOf({ size, modified }: SeenFile): Uint8Array {
  return Buffer.from(new Float64Array([size, modified]).buffer);
}
