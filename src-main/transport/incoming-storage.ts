import { rm, stat } from 'node:fs/promises';
import type { ReceivedFile } from '../../src-shared/ipc/events';
import type { RangeSet } from '../../src-shared/ranges/range-set';
import type { Offer } from '../../src-shared/wire/messages';
import { makeFolders } from '../library/folders';
import { checkFreeSpace, storedBytes } from '../library/free-space';
import { forgetOldTransfers, rememberCompleted } from '../library/held-transfers';
import { checkManifest } from '../library/manifest';
import { PartialTransfer, type Places, partialFolder } from '../library/partial-transfer';
import { SerialQueue } from '../library/serial-queue';
import type { Verification } from '../multicast/receiver-io';
import type { TransferLayout } from '../multicast/transfer-layout';
import { parityCombiner } from './data-path';

export interface IncomingStorageOptions {
  /** Where files go. */
  readonly directory: string;
  /** Where partial transfers are kept. */
  readonly partialDir: string;
  /** The transfer can be received: these units are not on the disk yet. */
  onPrepared(transfer: string, layout: TransferLayout, missing: RangeSet): void;
  onVerified(verification: Verification): void;
  onStored(files: readonly ReceivedFile[]): void;
  /** Something went wrong on the disk, or the offer cannot be stored: one sentence (PROTOCOL.md section 10). */
  onFailed(error: unknown): void;
  /** The disk does not keep up, or does so again. */
  onCongested(congested: boolean): void;
}

/** Kill -9 loses at most this much of what was received. */
const FLUSH_EVERY_MS = 1000;
/** More than this waiting for the disk, a seventh of a second at a gigabit, holds the teacher's window back… */
const CONGESTED_BYTES = 16 * 1024 * 1024;
/** …and this is looked at so often until it is written. */
const CONGESTION_POLL_MS = 20;
/** What free space must be left for the journal and for others. */
const SPARE_BYTES = 4 * 1024 * 1024;

/** A student's disk during a transfer: its work is done in order, one thing after the other. */
export class IncomingStorage {
  private readonly queue = new SerialQueue();
  private readonly flushTimer = setInterval(() => this.flush(), FLUSH_EVERY_MS);
  private partial: PartialTransfer | undefined;
  private congested = false;

  constructor(private readonly options: IncomingStorageOptions) {}

  /** Makes room for a transfer, and resumes or begins it. */
  prepare(transfer: string, offer: Offer, layout: TransferLayout): void {
    this.attempt(async () => {
      const fault = checkManifest(offer.manifest);
      if (fault !== undefined) throw new Error(fault);
      await this.partial?.close();
      this.partial = undefined;
      await this.makeSpace(transfer, layout);
      this.partial = await PartialTransfer.open({
        directory: this.options.partialDir,
        transfer,
        layout,
        manifest: offer.manifest,
        key: Buffer.from(offer.key, 'base64'),
        combine: parityCombiner(),
      });
      this.options.onPrepared(transfer, layout, this.partial.missing());
    });
  }

  /** Takes a unit's ciphertext. */
  write(unit: number, payload: Uint8Array): void {
    if (this.partial?.write(unit, payload) === true) this.checkCongestion(this.partial);
  }

  /** Takes a parity unit's payload. */
  keepParity(chunk: number, index: number, payload: Uint8Array): void {
    this.partial?.parity.keep(chunk, index, payload);
  }

  forgetParity(chunk: number): void {
    this.partial?.parity.forget(chunk);
  }

  /** Completes a chunk from the parity units of these indices. */
  solve(chunk: number, units: readonly number[], indices: readonly number[]): void {
    this.partial?.solve(chunk, units, indices);
    if (this.partial !== undefined) this.checkCongestion(this.partial);
  }

  verify(root: string): void {
    this.attempt(async () => {
      const verification = await this.partial?.verify(root);
      if (verification !== undefined) this.options.onVerified(verification);
    });
  }

  /** Puts the files into their places; asked for when it comes to that, as a backup is named by the time. */
  finalize(transfer: string, places: () => Places): void {
    this.attempt(async () => {
      const { partial } = this;
      if (partial === undefined) return;
      const files = await partial.finalize(places());
      await rememberCompleted(this.options.partialDir, transfer);
      await partial.discard();
      this.partial = undefined;
      this.options.onStored(files);
    });
  }

  /** The transfer was cancelled: nothing of it stays. */
  discard(): void {
    this.attempt(async () => {
      const { partial } = this;
      this.partial = undefined;
      await partial?.discard();
    });
  }

  /** The transfer is over for this student; what there is of it stays resumable. */
  letGo(): void {
    this.attempt(async () => {
      const { partial } = this;
      this.partial = undefined;
      await partial?.close();
    });
  }

  /** Nobody will go on with these interrupted transfers. */
  forget(transfers: readonly string[]): void {
    for (const transfer of transfers) {
      this.attempt(() => rm(partialFolder(this.options.partialDir, transfer), { recursive: true, force: true }));
    }
  }

  async close(): Promise<void> {
    clearInterval(this.flushTimer);
    await this.queue.idle();
    await this.partial?.close();
  }

  private attempt(work: () => Promise<void>): void {
    this.queue.run(work).catch((error: unknown) => this.options.onFailed(error));
  }

  /** Before anything is reserved, as an offer may claim any size. */
  private async makeSpace(transfer: string, layout: TransferLayout): Promise<void> {
    const { partialDir, directory } = this.options;
    await makeFolders(partialDir, 0o700);
    await forgetOldTransfers(partialDir, transfer);
    const stored = await storedBytes(partialFolder(partialDir, transfer));
    await checkFreeSpace(partialDir, layout.totalBytes - stored + SPARE_BYTES);
    // Part files become the files themselves, except on another disk, where they are copied.
    const parts = await stat(partialDir);
    // A folder that is not there yet will be made; what is wrong with it shows then, in words.
    const files = await stat(directory).catch(() => parts);
    if (parts.dev !== files.dev) await checkFreeSpace(directory, layout.contentBytes + SPARE_BYTES);
  }

  private flush(): void {
    const { partial } = this;
    if (partial === undefined) return;
    partial.flush().catch((error: unknown) => this.partial === partial && this.options.onFailed(error));
  }

  /** Holds the teacher's window back while the disk has too much to do. */
  private checkCongestion(partial: PartialTransfer): void {
    if (this.congested || partial.pendingBytes <= CONGESTED_BYTES) return;
    this.congested = true;
    this.options.onCongested(true);
    const poll = setInterval(() => {
      if (partial.pendingBytes > CONGESTED_BYTES / 2 && this.partial === partial) return;
      clearInterval(poll);
      this.congested = false;
      this.options.onCongested(false);
    }, CONGESTION_POLL_MS);
  }
}
