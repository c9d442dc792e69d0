import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReceivedFile } from '../../src-shared/ipc/events';
import { Bitmap } from '../../src-shared/ranges/bitmap';
import { EMPTY, normalize, type Range, type RangeSet } from '../../src-shared/ranges/range-set';
import type { Manifest, ManifestFile, Offer } from '../../src-shared/wire/messages';
import type { Combine } from '../coding/combiner';
import type { TransferLayout } from '../multicast/transfer-layout';
import { type ChunkBuffer, ChunkBuffers } from './chunk-buffers';
import { ChunkSolver, type Solvable } from './chunk-solver';
import { makeFolders } from './folders';
import { StorageError } from './library-error';
import { PartFiles } from './part-files';
import type { PartialJournal } from './partial-journal';
import { type Conflicts, placeFiles } from './place-files';
import { SerialQueue } from './serial-queue';
import { StoredChunks } from './stored-chunks';
import { TrailerFile } from './trailer-file';

export interface PartialTransferOptions {
  /** Where partial transfers are kept; this one gets a folder named by its id. */
  readonly directory: string;
  /** 16 hex digits. */
  readonly transfer: string;
  readonly layout: TransferLayout;
  /** One that `checkManifest` has passed. */
  readonly manifest: Manifest;
  /** AES-256 key of the transfer. */
  readonly key: Uint8Array;
  /** Memory for chunks that are not complete, in bytes. */
  readonly memoryBytes?: number;
  /** What computes missing units, where there is anything better than `BlockCode` has. */
  readonly combine?: Combine | undefined;
}

/** Where the files of a transfer go. */
export interface Places {
  /** Absolute path of the folder for received files. */
  readonly destination: string;
  /** Folders between that and the file's own path, each a name that may be stored (src-shared/text/folder-template). */
  foldersOf(file: ManifestFile): readonly string[];
  readonly conflicts: Conflicts;
}

export interface Verdict {
  /** Units whose bytes were not the teacher's; they are missing again. */
  readonly rejected: RangeSet;
  /** Chunks (the trailer counts as one) that were wrong twice since this run began. */
  readonly forgedChunks: number;
}

/** Ninety chunks: with these, what waits for the disk and parity a student stays below 200 MB, up to a loss of 5 %. */
const MEMORY_BYTES = 16 * 1024 * 1024;
/** Chunks stored in one go: the hand-over to another thread costs as much as writing one. */
const BATCH_CHUNKS = 8;

/**
 * The student's side of a transfer on disk: PROTOCOL.md section 10. A chunk's place in the part files holds its ciphertext
 * while units are missing, and its plaintext from then on; both have the same length. The journal says once a second
 * which units are there. It may lag behind the part files, so on resumption its check on each chunk decides what is.
 */
export class PartialTransfer {
  /** Parity units that wait for `solve`. */
  readonly parity: ChunkSolver;
  private readonly folder: string;
  private readonly layout: TransferLayout;
  private readonly parts: PartFiles;
  private readonly chunks: StoredChunks;
  private readonly buffers: ChunkBuffers;
  private readonly queue = new SerialQueue();
  /** Units taken, in memory or on disk. */
  private readonly held: Bitmap;
  private readonly unitsLeft: Uint16Array;
  private readonly trailer: TrailerFile;
  private readonly verified: Bitmap;
  private verifiedRoot: string | undefined;
  private readonly rejections = new Map<number, number>();
  private queuedBytes = 0;
  /** Complete chunks that are to be stored together, as soon as they are enough or everything is to be on the disk. */
  private readonly batch: ChunkBuffer[] = [];
  private error: StorageError | undefined;
  private closed = false;

  private constructor(private readonly options: PartialTransferOptions) {
    const { layout, manifest } = options;
    this.layout = layout;
    this.folder = partialFolder(options.directory, options.transfer);
    const sizes = manifest.files.map((file) => file.size);
    this.parts = new PartFiles(this.folder, sizes);
    this.buffers = new ChunkBuffers(layout, Math.ceil((options.memoryBytes ?? MEMORY_BYTES) / layout.chunkBytes));
    this.parity = new ChunkSolver(layout, options.combine);
    this.held = new Bitmap(layout.unitCount);
    this.unitsLeft = Uint16Array.from({ length: layout.chunkCount }, (_, chunk) => {
      const [start, end] = layout.unitsOfChunk(chunk);
      return end - start;
    });
    this.trailer = new TrailerFile(join(this.folder, 'trailer'), layout);
    this.chunks = new StoredChunks(this.folder, this.parts, layout, options.key);
    this.verified = new Bitmap(layout.chunkCount);
  }

  /**
   * Resumes the transfer that is in the directory, or begins it; one whose offer was another, or whose journal is damaged,
   * begins afresh.
   * @throws StorageError where the directory cannot be used.
   */
  static async open(options: PartialTransferOptions): Promise<PartialTransfer> {
    const partial = new PartialTransfer(options);
    try {
      await partial.storing(() => partial.begin());
    } catch (error) {
      await partial.parts.close();
      throw error;
    }
    return partial;
  }

  /** Why nothing is stored any more; undefined while all is well. */
  get failure(): StorageError | undefined {
    return this.error;
  }

  /** Bytes of chunks that wait to be written: slow down when they become many. */
  get pendingBytes(): number {
    return this.queuedBytes;
  }

  /** How many units are missing; cheap. */
  get missingCount(): number {
    return this.layout.unitCount - this.held.count;
  }

  /** True when `verify` has found every chunk to be the teacher's. */
  get isVerified(): boolean {
    return this.verifiedRoot !== undefined && this.verified.count === this.layout.chunkCount;
  }

  /** The units that have not been received. */
  missing(): RangeSet {
    return this.held.complement();
  }

  /**
   * Takes a unit's payload (a copy of it). Called for each datagram.
   * @returns whether it was missing; false also for a payload of the wrong length, and when storing has failed.
   */
  write(unit: number, payload: Uint8Array): boolean {
    if (unit >= this.layout.unitCount || this.held.has(unit) || this.error !== undefined || this.closed) return false;
    if (payload.length !== this.layout.lengthOf(unit)) return false;
    this.held.add(unit);
    const chunk = this.layout.chunkOf(unit);
    if (chunk === undefined) this.trailer.put(unit, payload);
    else this.putInChunk(chunk, unit, payload);
    return true;
  }

  /** Computes the missing units of a chunk from its others and from kept parity units of these indices, and takes them. */
  solve(chunk: number, units: readonly number[], indices: readonly number[]): void {
    const solvable = this.parity.prepare(chunk, units, indices);
    if (solvable === undefined || this.error !== undefined || this.closed) return;
    // If there is one, it is let go only by a later job than this one; without one, the chunk's units are on the disk by then.
    const buffer = this.buffers.get(chunk);
    for (const unit of units) this.held.add(unit);
    this.enqueue(this.layout.chunkBytes, () => this.solveNow(solvable, buffer));
  }

  /**
   * Brings everything received so far to disk, so that a process killed after this has it: data first, then the journal.
   * @throws StorageError
   */
  async flush(): Promise<void> {
    if (this.closed) return;
    // What parity completes is in the buffers only when that job is done.
    await this.queue.run(async () => {});
    this.storeBatch();
    for (const batch of inBatches(this.buffers.dirty())) {
      void this.queue.run(() => this.attempt(() => this.chunks.spill(batch)));
    }
    await this.storing(() => this.queue.run(() => this.saveJournal()));
  }

  /**
   * Compares what is complete with the teacher's digests: the trailer with `root` (SHA-256, hex), then the chunks with the
   * trailer (PROTOCOL.md section 6). Checks nothing while there is no root, or while the trailer is incomplete.
   * @throws StorageError
   */
  async verify(root: string | undefined): Promise<Verdict> {
    await this.idle();
    const rejected = root === undefined || !this.held.hasAll(this.layout.trailerUnits) ? EMPTY : this.judge(root);
    return { rejected, forgedChunks: [...this.rejections.values()].filter((times) => times >= 2).length };
  }

  /**
   * Puts the files of a verified transfer into their place (see placeFiles) and reports them in the manifest's order. The
   * partial transfer stays until `discard`, so that a failure, or a crash, loses nothing.
   * @throws StorageError
   */
  async finalize({ destination, foldersOf, conflicts }: Places): Promise<ReceivedFile[]> {
    await this.idle();
    if (!this.isVerified) throw new Error('a transfer is put into its place only after it has been verified');
    await this.parts.close();
    const files = this.options.manifest.files.map((file, index) => {
      return { ...file, path: [...foldersOf(file), ...file.path], part: this.parts.pathOf(index) };
    });
    return placeFiles(destination, files, conflicts);
  }

  /** Deletes everything that is stored for this transfer, except what `finalize` has put into its place. */
  async discard(): Promise<void> {
    this.closed = true;
    await this.queue.idle();
    await this.parts.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Brings everything to disk and closes the files; `open` resumes from there. Never throws: see `failure`. */
  async close(): Promise<void> {
    if (!this.closed && this.error === undefined) await this.flush().catch(() => undefined);
    this.closed = true;
    await this.queue.idle();
    await this.parts.close();
  }

  private putInChunk(chunk: number, unit: number, payload: Uint8Array): void {
    const buffer = this.buffers.touch(chunk);
    buffer.put(unit, payload);
    buffer.dirty = true;
    const left = (this.unitsLeft[chunk] ?? 0) - 1;
    this.unitsLeft[chunk] = left;
    if (left === 0) this.release(chunk, buffer);
    const excess = this.buffers.takeExcess(BATCH_CHUNKS);
    if (excess.length > 0) this.letGo(excess, () => this.chunks.spill(excess));
  }

  private release(chunk: number, buffer: ChunkBuffer): void {
    this.buffers.remove(chunk);
    this.batch.push(buffer);
    if (this.batch.length >= BATCH_CHUNKS) this.storeBatch();
  }

  /** Stores the complete chunks. */
  private storeBatch(): void {
    const batch = this.batch.splice(0);
    if (batch.length > 0) this.letGo(batch, () => this.chunks.store(batch));
  }

  /** Queues the last job of buffers that have been taken out of the buffers. */
  private letGo(buffers: readonly ChunkBuffer[], job: () => Promise<void>): void {
    this.enqueue(this.layout.chunkBytes * buffers.length, job, () => {
      for (const buffer of buffers) this.buffers.recycle(buffer);
    });
  }

  private enqueue(bytes: number, job: () => Promise<void>, then = () => {}): void {
    this.queuedBytes += bytes;
    void this.queue.run(async () => {
      await this.attempt(job);
      this.queuedBytes -= bytes;
      then();
    });
  }

  private async solveNow(solvable: Solvable, noted: ChunkBuffer | undefined): Promise<void> {
    const { chunk } = solvable;
    const buffer = noted ?? this.buffers.touch(chunk);
    await this.chunks.gather([buffer]);
    this.parity.solve(solvable, buffer.bytes, (unit, bytes) => this.putInChunk(chunk, unit, bytes));
  }

  /** Runs a job in the background; what goes wrong is kept for the next call that waits. */
  private async attempt(job: () => Promise<void>): Promise<void> {
    if (this.error === undefined) await this.storing(job).catch(() => undefined);
  }

  private async saveJournal(): Promise<void> {
    if (this.error !== undefined) throw this.error;
    await this.chunks.saveJournal((journal) => this.trailer.save(this.heldTrailerUnits(), journal));
  }

  private heldTrailerUnits(): number[] {
    const [first, end] = this.layout.trailerUnits;
    return Array.from({ length: end - first }, (_, i) => first + i).filter((unit) => this.held.has(unit));
  }

  private judge(root: string): RangeSet {
    if (this.verifiedRoot !== root) {
      this.verified.removeRange([0, this.layout.chunkCount]);
      this.verifiedRoot = undefined;
      if (this.trailer.root() !== root) return this.rejectTrailer();
      this.verifiedRoot = root;
    }
    const rejected: Range[] = [];
    for (let chunk = 0; chunk < this.layout.chunkCount; chunk++) {
      if (!this.chunks.digests.known.has(chunk) || this.verified.has(chunk)) continue;
      if (this.chunks.digests.matches(chunk, this.trailer.bytes)) this.verified.add(chunk);
      else rejected.push(this.rejectChunk(chunk));
    }
    return normalize(rejected);
  }

  private rejectTrailer(): RangeSet {
    const { trailerUnits, chunkCount } = this.layout;
    this.reject(chunkCount, trailerUnits);
    return normalize([trailerUnits]);
  }

  private rejectChunk(chunk: number): Range {
    const units = this.layout.unitsOfChunk(chunk);
    this.unitsLeft[chunk] = units[1] - units[0];
    this.reject(chunk, units);
    return units;
  }

  private reject(chunk: number, units: Range): void {
    this.held.removeRange(units);
    this.chunks.forget(chunk);
    this.rejections.set(chunk, (this.rejections.get(chunk) ?? 0) + 1);
  }

  private async begin(): Promise<void> {
    const { manifest, key, layout } = this.options;
    const offer: Offer = { manifest, key: Buffer.from(key).toString('base64'), payloadBytes: layout.payloadBytes };
    const text = JSON.stringify(offer);
    const stored = await readFile(this.offerPath, 'utf8').catch(() => undefined);
    const journal = stored === text ? await this.chunks.resume() : undefined;
    if (journal !== undefined) return this.restore(journal);
    await rm(this.folder, { recursive: true, force: true });
    await makeFolders(this.folder, 0o700);
    await writeFile(this.offerPath, text, { mode: 0o600 });
  }

  /** Takes from an earlier run what its journal names and the disk still holds. */
  private async restore(journal: PartialJournal): Promise<void> {
    const trailerUnits = await this.trailer.restore(journal);
    for (const unit of trailerUnits) this.held.add(unit);
    if (trailerUnits.length === 0) this.chunks.forget(this.layout.chunkCount);
    for (let chunk = 0; chunk < this.layout.chunkCount; chunk++) {
      const units = await this.chunks.restore(chunk);
      for (const unit of units) this.held.add(unit);
      this.unitsLeft[chunk] = (this.unitsLeft[chunk] ?? 0) - units.length;
    }
  }

  /** Waits for all writes. */
  private async idle(): Promise<void> {
    do {
      this.storeBatch();
      await this.queue.idle();
    } while (this.batch.length > 0);
    if (this.error !== undefined) throw this.error;
  }

  private async storing<T>(operation: () => Promise<T>): Promise<T> {
    try {
      return await operation();
    } catch (error) {
      this.error ??= StorageError.from(error, this.options.directory);
      throw this.error;
    }
  }

  private get offerPath(): string {
    return join(this.folder, 'offer.json');
  }
}

function inBatches(buffers: readonly ChunkBuffer[]): ChunkBuffer[][] {
  const count = Math.ceil(buffers.length / BATCH_CHUNKS);
  return Array.from({ length: count }, (_, i) => buffers.slice(i * BATCH_CHUNKS, (i + 1) * BATCH_CHUNKS));
}

/** The folder of one partial transfer. */
export function partialFolder(directory: string, transfer: string): string {
  if (!/^[0-9a-f]{16}$/.test(transfer)) throw new RangeError('a transfer id has 16 hex digits');
  return join(directory, transfer);
}
