import { join } from 'node:path';
import type { TransferLayout } from '../multicast/transfer-layout';
import type { ChunkBuffer } from './chunk-buffers';
import { cipherChunk } from './chunk-cipher';
import { DigestTable, sha256 } from './digest-table';
import type { PartFiles } from './part-files';
import { digestUnits, PartialJournal } from './partial-journal';
import { releaseMemory } from './release-memory';

const NOTHING = new Uint8Array(0);

/**
 * A partial transfer's chunks in its part files, and the journal that says which of their units are there (PROTOCOL.md
 * section 10): as ciphertext while a chunk is incomplete, as plaintext from then on. Calls must not overlap.
 */
export class StoredChunks {
  /** Digests of the ciphertext of complete chunks. */
  readonly digests: DigestTable;
  private journal: PartialJournal;
  private isJournalDirty = true;

  /** @param key AES-256 key of the transfer */
  constructor(
    private readonly folder: string,
    private readonly parts: PartFiles,
    private readonly layout: TransferLayout,
    private readonly key: Uint8Array,
  ) {
    this.digests = new DigestTable(layout.chunkCount);
    this.journal = new PartialJournal(layout);
  }

  /** Writes complete chunks as plaintext. */
  async store(buffers: readonly ChunkBuffer[]): Promise<void> {
    await this.gather(buffers);
    const digests = buffers.map(({ bytes }) => sha256(bytes));
    const plaintexts = buffers.map(({ chunk, bytes }) => {
      return { start: this.startOf(chunk), bytes: cipherChunk(this.key, chunk, bytes) };
    });
    await this.parts.write(plaintexts);
    releaseMemory(...plaintexts.map(({ bytes }) => bytes));
    buffers.forEach((buffer, i) => {
      const digest = digests[i] ?? NOTHING;
      this.digests.set(buffer.chunk, digest);
      this.record(buffer.chunk, buffer.units(), digest);
    });
  }

  /** Writes what there is of incomplete chunks, as ciphertext. More units may arrive in the buffers meanwhile. */
  async spill(buffers: readonly ChunkBuffer[]): Promise<void> {
    const dirty = buffers.filter((buffer) => buffer.dirty);
    await this.gather(dirty);
    const written = dirty.map((buffer) => {
      buffer.dirty = false;
      const units = buffer.units();
      return { buffer, units, check: digestUnits(this.layout, buffer.bytes, buffer.firstUnit, units) };
    });
    // The gaps between units are written too: one write, and nothing counts them as received.
    await this.parts.write(dirty.map(({ chunk, bytes }) => ({ start: this.startOf(chunk), bytes })));
    for (const { buffer, units, check } of written) this.record(buffer.chunk, units, check);
  }

  /** Completes buffers with their chunks' units that are on disk only; chunks that follow each other are read in one go. */
  async gather(buffers: readonly ChunkBuffer[]): Promise<void> {
    const lacking = buffers.map((buffer) => {
      return { buffer, units: this.journal.heldUnits(buffer.chunk).filter((unit) => !buffer.has(unit)) };
    });
    for (const run of consecutive(lacking.filter(({ units }) => units.length > 0))) {
      const start = this.startOf(run[0]?.buffer.chunk ?? 0);
      const stored = await this.parts.read(start, this.layout.bytesOfChunk(run.at(-1)?.buffer.chunk ?? 0)[1]);
      for (const { buffer, units } of run) buffer.fillFrom(stored.subarray(this.startOf(buffer.chunk) - start), units);
      releaseMemory(stored);
    }
  }

  /** Notes that exactly these units of a chunk (or of the trailer: chunk = chunkCount) are on disk. */
  record(chunk: number, units: readonly number[], check: Uint8Array): void {
    this.journal.record(chunk, units, check);
    this.isJournalDirty = true;
  }

  /** Notes that nothing of a chunk (or of the trailer) is to be relied on. */
  forget(chunk: number): void {
    if (chunk < this.layout.chunkCount) this.digests.forget(chunk);
    this.record(chunk, [], NOTHING);
  }

  /** Brings the journal to disk where it has changed. @param saveTrailer does so with the trailer first */
  async saveJournal(saveTrailer: (journal: PartialJournal) => Promise<boolean>): Promise<void> {
    const isTrailerSaved = await saveTrailer(this.journal);
    if (!this.isJournalDirty && !isTrailerSaved) return;
    this.isJournalDirty = false;
    await this.journal.save(this.journalPath);
  }

  /** Takes up the journal of an earlier run. @returns undefined where there is none of this layout that is whole */
  async resume(): Promise<PartialJournal | undefined> {
    const journal = await PartialJournal.load(this.journalPath, this.layout);
    if (journal !== undefined) this.journal = journal;
    return journal;
  }

  /** The units of a chunk that the journal names and that are really there; none where its check fails. */
  async restore(chunk: number): Promise<readonly number[]> {
    const units = this.journal.heldUnits(chunk);
    if (units.length === 0) return units;
    const [first, end] = this.layout.unitsOfChunk(chunk);
    const stored = await this.read(chunk);
    const turned = cipherChunk(this.key, chunk, stored);
    const confirms = (bytes: Uint8Array) => this.journal.confirms(chunk, digestUnits(this.layout, bytes, first, units));
    const isPlaintext = confirms(turned);
    const isThere = isPlaintext || confirms(stored);
    const isComplete = units.length === end - first;
    // The journal lagged behind. The cipher is its own inverse, so this brings the place into the form that it says.
    if (isThere && isPlaintext !== isComplete) await this.parts.write([{ start: this.startOf(chunk), bytes: turned }]);
    if (isThere && isComplete) this.digests.set(chunk, sha256(isPlaintext ? turned : stored));
    releaseMemory(stored, turned);
    if (!isThere) this.forget(chunk);
    return isThere ? units : [];
  }

  private read(chunk: number): Promise<Uint8Array> {
    return this.parts.read(...this.layout.bytesOfChunk(chunk));
  }

  private startOf(chunk: number): number {
    return this.layout.bytesOfChunk(chunk)[0];
  }

  private get journalPath(): string {
    return join(this.folder, 'journal');
  }
}

/** In runs of chunks that follow each other. */
function consecutive<T extends { readonly buffer: ChunkBuffer }>(all: readonly T[]): T[][] {
  const runs: T[][] = [];
  for (const one of all.toSorted((a, b) => a.buffer.chunk - b.buffer.chunk)) {
    const run = runs.at(-1);
    if (run !== undefined && run.at(-1)?.buffer.chunk === one.buffer.chunk - 1) run.push(one);
    else runs.push([one]);
  }
  return runs;
}
