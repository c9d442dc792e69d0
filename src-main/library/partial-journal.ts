import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Bitmap } from '../../src-shared/ranges/bitmap';
import type { TransferLayout } from '../multicast/transfer-layout';
import { replaceFile } from './atomic-file';
import { sha256 } from './digest-table';

const MAGIC = Buffer.from('TUTTIP2\n');
const CHECK_BYTES = 8;
const DIGEST_BYTES = 32;

/**
 * Which units of a partial transfer are on the disk, with a check for each chunk (and one for the trailer) over the
 * ciphertext of these units: PROTOCOL.md section 10. The check tells after a crash whether the data is really there, and in which form.
 *
 * On disk: magic, one bit a unit, 8 bytes a check, SHA-256 of all that.
 */
export class PartialJournal {
  readonly units: Bitmap;
  private readonly checks: Buffer;

  constructor(
    private readonly layout: TransferLayout,
    bitmap?: Uint8Array,
    checks?: Uint8Array,
  ) {
    this.units = new Bitmap(layout.unitCount, bitmap);
    this.checks = Buffer.alloc((layout.chunkCount + 1) * CHECK_BYTES);
    if (checks !== undefined) this.checks.set(checks);
  }

  /** Reads a journal; undefined where there is none, or none of this layout that is whole. */
  static async load(path: string, layout: TransferLayout): Promise<PartialJournal | undefined> {
    const bytes = await readFile(path).catch(() => undefined);
    const bitmapEnd = MAGIC.length + Math.ceil(layout.unitCount / 8);
    const checksEnd = bitmapEnd + (layout.chunkCount + 1) * CHECK_BYTES;
    if (bytes?.length !== checksEnd + DIGEST_BYTES || !bytes.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;
    if (!sha256(bytes.subarray(0, checksEnd)).equals(bytes.subarray(checksEnd))) return undefined;
    return new PartialJournal(layout, bytes.subarray(MAGIC.length, bitmapEnd), bytes.subarray(bitmapEnd, checksEnd));
  }

  /** Replaces the journal on disk. Not flushed to the medium: after a power cut the checks find what was lost. */
  async save(path: string): Promise<void> {
    const body = Buffer.concat([MAGIC, this.units.bytes, this.checks]);
    await replaceFile(path, Buffer.concat([body, sha256(body)]));
  }

  /** Notes that exactly these units of a chunk (or of the trailer: chunk = chunkCount) are on disk. */
  record(chunk: number, units: readonly number[], check: Uint8Array): void {
    this.units.removeRange(this.unitsOf(chunk));
    for (const unit of units) this.units.add(unit);
    this.checks.set(check.subarray(0, CHECK_BYTES), chunk * CHECK_BYTES);
  }

  /** The units of a chunk (or of the trailer) that are on disk. */
  heldUnits(chunk: number): number[] {
    const [start, end] = this.unitsOf(chunk);
    const held: number[] = [];
    for (let unit = start; unit < end; unit++) if (this.units.has(unit)) held.push(unit);
    return held;
  }

  /** True where `check` is the one recorded for the chunk (or for the trailer). */
  confirms(chunk: number, check: Uint8Array): boolean {
    const start = chunk * CHECK_BYTES;
    return this.checks.subarray(start, start + CHECK_BYTES).equals(check.subarray(0, CHECK_BYTES));
  }

  private unitsOf(chunk: number): readonly [number, number] {
    return chunk === this.layout.chunkCount ? this.layout.trailerUnits : this.layout.unitsOfChunk(chunk);
  }
}

/** SHA-256 over the given units, in order, of `bytes`, which starts at unit `first`. For a whole chunk: its digest. */
export function digestUnits(
  layout: TransferLayout,
  bytes: Uint8Array,
  first: number,
  units: readonly number[],
): Buffer {
  const hash = createHash('sha256');
  for (const unit of units) {
    const start = (unit - first) * layout.payloadBytes;
    hash.update(bytes.subarray(start, start + layout.lengthOf(unit)));
  }
  return hash.digest();
}
