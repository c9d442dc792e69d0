import type { Range, RangeSet } from '../../src-shared/ranges/range-set';

/** Bytes of one chunk's SHA-256 digest in the trailer. */
export const DIGEST_BYTES = 32;
const TARGET_CHUNK_BYTES = 64 * 1024;

/**
 * How one transfer's bytes are cut (PROTOCOL.md section 3). The transfer space is the content (all files end to end) and then
 * the trailer (one digest a chunk). **Units** are datagram payloads, numbered over both parts; the last unit of
 * each part may be short. **Chunks** are whole units of the content, about 64 KiB.
 */
export class TransferLayout {
  readonly contentUnits: number;
  readonly unitCount: number;
  readonly chunkUnits: number;
  readonly chunkBytes: number;
  readonly chunkCount: number;
  readonly trailerBytes: number;
  readonly totalBytes: number;

  constructor(
    readonly contentBytes: number,
    readonly payloadBytes: number,
  ) {
    this.contentUnits = Math.ceil(contentBytes / payloadBytes);
    this.chunkUnits = Math.max(1, Math.floor(TARGET_CHUNK_BYTES / payloadBytes));
    this.chunkBytes = this.chunkUnits * payloadBytes;
    this.chunkCount = Math.ceil(this.contentUnits / this.chunkUnits);
    this.trailerBytes = this.chunkCount * DIGEST_BYTES;
    this.unitCount = this.contentUnits + Math.ceil(this.trailerBytes / payloadBytes);
    this.totalBytes = contentBytes + this.trailerBytes;
  }

  /** Byte offset of a unit in the transfer space. */
  offsetOf(unit: number): number {
    if (unit < this.contentUnits) return unit * this.payloadBytes;
    return this.contentBytes + (unit - this.contentUnits) * this.payloadBytes;
  }

  /** Bytes of a unit: `payloadBytes`, less at the end of the content and of the trailer. */
  lengthOf(unit: number): number {
    const partEnd = unit < this.contentUnits ? this.contentBytes : this.totalBytes;
    return Math.min(this.payloadBytes, partEnd - this.offsetOf(unit));
  }

  /** The unit that starts at this byte offset; undefined where none does. */
  unitAt(offset: number): number | undefined {
    const inTrailer = offset >= this.contentBytes;
    const from = inTrailer ? offset - this.contentBytes : offset;
    if (from % this.payloadBytes !== 0) return undefined;
    const unit = from / this.payloadBytes + (inTrailer ? this.contentUnits : 0);
    return unit < this.unitCount ? unit : undefined;
  }

  /** The chunk of a content unit. */
  chunkOf(unit: number): number {
    return Math.floor(unit / this.chunkUnits);
  }

  /** The units of a chunk. */
  unitsOfChunk(chunk: number): Range {
    const start = chunk * this.chunkUnits;
    return [start, Math.min(start + this.chunkUnits, this.contentUnits)];
  }

  /** The bytes of a chunk in the transfer space. */
  bytesOfChunk(chunk: number): Range {
    const start = chunk * this.chunkBytes;
    return [start, Math.min(start + this.chunkBytes, this.contentBytes)];
  }

  get trailerUnits(): Range {
    return [this.contentUnits, this.unitCount];
  }

  /** Units as the byte ranges that people and other programs see. */
  toBytes(units: RangeSet): Range[] {
    return units.map(([start, end]): Range => [this.offsetOf(start), this.offsetOf(end - 1) + this.lengthOf(end - 1)]);
  }

  /** Bytes that these units carry. */
  bytesIn(units: RangeSet): number {
    return this.toBytes(units).reduce((sum, [start, end]) => sum + end - start, 0);
  }
}
