import { readFile } from 'node:fs/promises';
import type { TransferLayout } from '../multicast/transfer-layout';
import { replaceFile } from './atomic-file';
import { sha256 } from './digest-table';
import { digestUnits, type PartialJournal } from './partial-journal';

/** The trailer of a partial transfer (PROTOCOL.md section 6): in memory, and beside the part files while it is incomplete. */
export class TrailerFile {
  readonly bytes: Uint8Array;
  private dirty = false;

  constructor(
    private readonly path: string,
    private readonly layout: TransferLayout,
  ) {
    this.bytes = new Uint8Array(layout.trailerBytes);
  }

  /** Copies a unit's payload in. */
  put(unit: number, payload: Uint8Array): void {
    this.bytes.set(payload, (unit - this.layout.contentUnits) * this.layout.payloadBytes);
    this.dirty = true;
  }

  /** SHA-256, 64 hex digits. */
  root(): string {
    return sha256(this.bytes).toString('hex');
  }

  /** Brings the given units to disk and into the journal, where something has changed. */
  async save(units: readonly number[], journal: PartialJournal): Promise<boolean> {
    if (!this.dirty) return false;
    this.dirty = false;
    const check = digestUnits(this.layout, this.bytes, this.layout.contentUnits, units);
    await replaceFile(this.path, this.bytes);
    journal.record(this.layout.chunkCount, units, check);
    return true;
  }

  /** Reads what an earlier run saved; the units that are really there. */
  async restore(journal: PartialJournal): Promise<readonly number[]> {
    const { chunkCount, contentUnits } = this.layout;
    const units = journal.heldUnits(chunkCount);
    const stored = await readFile(this.path).catch(() => new Uint8Array(0));
    if (stored.length !== this.bytes.length) return [];
    if (!journal.confirms(chunkCount, digestUnits(this.layout, stored, contentUnits, units))) return [];
    this.bytes.set(stored);
    return units;
  }
}
