import { fstatSync } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import type { Combine } from '../coding/combiner';
import type { TransferLayout } from '../multicast/transfer-layout';
import { cipherChunk } from './chunk-cipher';
import { ContentMap, type Piece } from './content-map';
import { DigestTable, sha256 } from './digest-table';
import { errorCode, FileChangedError, unreadable } from './library-error';
import type { SourceFile } from './manifest';
import { ParitySource } from './parity-source';
import { releaseMemory } from './release-memory';
import { SerialQueue } from './serial-queue';

export interface TransferSourceOptions {
  /** The files, in the manifest's order. */
  readonly sources: readonly SourceFile[];
  readonly layout: TransferLayout;
  /** AES-256 key, for this transfer only. */
  readonly key: Uint8Array;
  /** Digests of chunks that an earlier run of the teacher has sent; added to as chunks are read. */
  readonly digests?: DigestTable;
  /** What computes parity, where there is anything better than `BlockCode` has. */
  readonly combine?: Combine | undefined;
  /** How often a file's name is looked at while it is read, ms. */
  readonly nameCheckMs?: number;
}

/** Chunks kept: the window of a transmission, so that units which go out together cost one read. Their memory is used again. */
const CACHED_CHUNKS = 24;
const OPEN_FILES = 8;
/** Read in one go: each read waits for a turn of the thread pool, which is long on a busy machine. */
const CHUNKS_A_READ = 4;
/** Ten times a second is soon enough to stop: what is open is whole. */
const NAME_CHECK_MS = 100;

/** A stretch of a file in memory. */
interface Stretch {
  readonly file: number;
  readonly position: number;
  readonly bytes: Uint8Array;
}

/**
 * The teacher's files as the ciphertext that travels. Every read makes sure that the files are what they were: two
 * plaintexts must never be encrypted under one key and counter, as their difference would be public (PROTOCOL.md section 6).
 */
export class TransferSource {
  /** Digests of the ciphertext of every chunk read so far. */
  readonly digests: DigestTable;
  private readonly map: ContentMap;
  private readonly parity: ParitySource;
  private readonly queue = new SerialQueue();
  private readonly chunks = new Map<number, Promise<Uint8Array>>();
  private readonly spare: Uint8Array[] = [];
  private readonly handles = new Map<number, FileHandle>();
  /** What was read last: chunks are mostly sent in their order. Its bytes are overwritten by the next one. */
  private stretch: Stretch | undefined;
  private readonly stretchMemory: Buffer;
  private readonly namesCheckedAt = new Map<number, number>();

  private constructor(private readonly options: TransferSourceOptions) {
    this.map = new ContentMap(options.sources.map((source) => source.size));
    this.stretchMemory = Buffer.allocUnsafeSlow(CHUNKS_A_READ * options.layout.chunkBytes);
    this.parity = new ParitySource(options.layout, (chunk) => this.readChunk(chunk), options.combine);
    this.digests = options.digests ?? new DigestTable(options.layout.chunkCount);
  }

  /** Opens nothing yet: each file is opened when its first chunk is read. */
  static open(options: TransferSourceOptions): TransferSource {
    return new TransferSource(options);
  }

  /**
   * The ciphertext of a chunk; not to be written to, as it is kept, and to be used at once: it is good until that of
   * CACHED_CHUNKS others has been read.
   * @throws FileChangedError where a file below it is not what was offered.
   */
  readChunk(chunk: number): Promise<Uint8Array> {
    const reading = this.chunks.get(chunk) ?? this.queue.run(() => this.encrypt(chunk));
    this.chunks.delete(chunk);
    this.chunks.set(chunk, reading);
    reading.catch(() => this.chunks.delete(chunk));
    // Once it is there: it may still be being read.
    void dropOldest(this.chunks, CACHED_CHUNKS)?.then(
      ({ buffer }) => this.spare.push(new Uint8Array(buffer)),
      () => undefined,
    );
    return reading;
  }

  /**
   * The parity units with these numbers, all of one block, one after the other.
   * @throws FileChangedError
   */
  readParity(first: number, count: number): Promise<Uint8Array> {
    return this.parity.read(first, count);
  }

  /** The digests of all chunks; reads those that have not been read. */
  async trailer(): Promise<Uint8Array> {
    for (let chunk = 0; chunk < this.options.layout.chunkCount; chunk++) {
      if (!this.digests.known.has(chunk)) await this.readChunk(chunk);
    }
    return this.digests.bytes;
  }

  /** SHA-256 of the trailer, 64 hex digits. */
  async root(): Promise<string> {
    return sha256(await this.trailer()).toString('hex');
  }

  async close(): Promise<void> {
    await this.queue.run(async () => {
      const handles = [...this.handles.values()];
      this.handles.clear();
      await Promise.all(handles.map((handle) => handle.close()));
    });
  }

  private async encrypt(chunk: number): Promise<Uint8Array> {
    const [start, end] = this.options.layout.bytesOfChunk(chunk);
    const pieces = this.map.pieces(start, end);
    const ciphertext = cipherChunk(this.options.key, chunk, await this.plaintext(pieces, end - start));
    this.checkDigest(chunk, sha256(ciphertext), pieces);
    const kept = this.spare.pop() ?? Buffer.allocUnsafeSlow(this.options.layout.chunkBytes);
    kept.set(ciphertext);
    releaseMemory(ciphertext);
    return kept.subarray(0, end - start);
  }

  private checkDigest(chunk: number, digest: Uint8Array, pieces: readonly Piece[]): void {
    const before = this.digests.get(chunk);
    if (before === undefined) this.digests.set(chunk, digest);
    else if (Buffer.compare(before, digest) !== 0)
      throw new FileChangedError(this.source(pieces[0]?.file ?? 0).absolutePath);
  }

  /** The bytes of these pieces, one after the other; only good until the next one is read. */
  private async plaintext(pieces: readonly Piece[], length: number): Promise<Uint8Array> {
    const [first] = pieces;
    if (first?.length === length) return this.readPiece(first);
    const bytes = new Uint8Array(length);
    for (const piece of pieces) bytes.set(await this.readPiece(piece), piece.offset);
    return bytes;
  }

  private async readPiece(piece: Piece): Promise<Uint8Array> {
    const stretch = holds(this.stretch, piece) ? this.stretch : await this.readStretch(piece);
    const start = piece.position - stretch.position;
    return stretch.bytes.subarray(start, start + piece.length);
  }

  private async readStretch({ file, position }: Piece): Promise<Stretch> {
    const source = this.source(file);
    this.stretch = undefined;
    try {
      const handle = await this.handleOf(file);
      const bytes = this.stretchMemory.subarray(0, source.size - position);
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, position);
      // After the read, so that a change while reading is seen.
      // In this thread: on an open file it costs two microseconds, less than handing it to another thread.
      const opened = fstatSync(handle.fd);
      if (bytesRead === bytes.length && isSame(source, opened) && (await this.isSameByName(file))) {
        this.stretch = { file, position, bytes };
        return this.stretch;
      }
    } catch (error) {
      if (errorCode(error) === 'ENOENT') throw new FileChangedError(source.absolutePath, { cause: error });
      throw unreadable(source.absolutePath, error);
    }
    throw new FileChangedError(source.absolutePath);
  }

  /**
   * A program that saves may have put a new file in the old one's place. What is open is still the old one, whole, so looking
   * now and then is enough to stop sending what nobody wants any more.
   */
  private async isSameByName(file: number): Promise<boolean> {
    const now = performance.now();
    if (now - (this.namesCheckedAt.get(file) ?? Number.NEGATIVE_INFINITY) < (this.options.nameCheckMs ?? NAME_CHECK_MS))
      return true;
    this.namesCheckedAt.set(file, now);
    const source = this.source(file);
    return isSame(source, await stat(source.absolutePath));
  }

  private async handleOf(file: number): Promise<FileHandle> {
    const handle = this.handles.get(file) ?? (await open(this.source(file).absolutePath, 'r'));
    this.handles.delete(file);
    this.handles.set(file, handle);
    await dropOldest(this.handles, OPEN_FILES)?.close();
    return handle;
  }

  private source(file: number): SourceFile {
    const source = this.options.sources[file];
    if (source === undefined) throw new RangeError(`the transfer has no file ${file}`);
    return source;
  }
}

function holds(stretch: Stretch | undefined, { file, position, length }: Piece): stretch is Stretch {
  if (stretch?.file !== file || position < stretch.position) return false;
  return position + length <= stretch.position + stretch.bytes.length;
}

/** True where a file is still what it was when it was offered. */
export function isSame(source: SourceFile, found: { size: number; mtimeMs: number; ino: number }): boolean {
  return source.size === found.size && source.mtimeMs === found.mtimeMs && source.ino === found.ino;
}

function dropOldest<V>(map: Map<number, V>, limit: number): V | undefined {
  if (map.size <= limit) return undefined;
  const [oldest] = map;
  if (oldest === undefined) return undefined;
  map.delete(oldest[0]);
  return oldest[1];
}
