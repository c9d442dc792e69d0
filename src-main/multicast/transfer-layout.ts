import { intersect, type Range, type RangeSet, span } from '../../src-shared/ranges/range-set';
import { CHUNK_PARITY, CHUNK_UNITS } from '../../src-shared/wire/limits';

/** Bytes of one chunk's SHA-256 digest in the trailer. */
export const DIGEST_BYTES = 32;

/**
 * How one transfer's bytes are cut (PROTOCOL.md section 3). The transfer space is the content (all files end to end) and then
 * the trailer (one digest a chunk). **Units** are datagram payloads, numbered over both parts; the last unit of
 * each part may be short. **Chunks** are CHUNK_UNITS units of the content: what is encrypted, digested and made parity for as one.
 * Parity units are no bytes of the transfer space; their numbers go on after the units'.
 */
export class TransferLayout {
  readonly contentUnits: number;
  readonly unitCount: number;
  readonly chunkBytes: number;
  readonly chunkCount: number;
  readonly trailerBytes: number;
  readonly totalBytes: number;
  /** Units and parity units have numbers below this. */
  readonly numberCount: number;

  constructor(
    readonly contentBytes: number,
    readonly payloadBytes: number,
  ) {
    this.contentUnits = Math.ceil(contentBytes / payloadBytes);
    this.chunkBytes = CHUNK_UNITS * payloadBytes;
    this.chunkCount = Math.ceil(this.contentUnits / CHUNK_UNITS);
    this.trailerBytes = this.chunkCount * DIGEST_BYTES;
    this.unitCount = this.contentUnits + Math.ceil(this.trailerBytes / payloadBytes);
    this.totalBytes = contentBytes + this.trailerBytes;
    this.numberCount = this.unitCount + this.chunkCount * CHUNK_PARITY;
  }

  /** Byte offset of a unit in the transfer space. */
  offsetOf(unit: number): number {
    if (unit < this.contentUnits) return unit * this.payloadBytes;
    return this.contentBytes + (unit - this.contentUnits) * this.payloadBytes;
  }

  /** Bytes of a unit: `payloadBytes`, less at the end of the content and of the trailer. A parity unit is never shorter. */
  lengthOf(unit: number): number {
    if (this.isParity(unit)) return this.payloadBytes;
    const partEnd = unit < this.contentUnits ? this.contentBytes : this.totalBytes;
    return Math.min(this.payloadBytes, partEnd - this.offsetOf(unit));
  }

  /** Where a datagram says that its payload belongs (PROTOCOL.md section 5.1): an offset, or the number of a parity unit. */
  placeOf(unit: number): number {
    return this.isParity(unit) ? unit - this.unitCount : this.offsetOf(unit);
  }

  /** The parity unit of this number, as a datagram says it; undefined where the transfer has none. */
  parityAt(number: number): number | undefined {
    return number < this.numberCount - this.unitCount ? this.unitCount + number : undefined;
  }

  /** The unit that starts at this byte offset; undefined where none does. */
  unitAt(offset: number): number | undefined {
    const inTrailer = offset >= this.contentBytes;
    const from = inTrailer ? offset - this.contentBytes : offset;
    if (from % this.payloadBytes !== 0) return undefined;
    const unit = from / this.payloadBytes + (inTrailer ? this.contentUnits : 0);
    return unit < this.unitCount ? unit : undefined;
  }

  /** The units of a chunk. */
  unitsOfChunk(chunk: number): Range {
    const start = chunk * CHUNK_UNITS;
    return [start, Math.min(start + CHUNK_UNITS, this.contentUnits)];
  }

  /** The bytes of a chunk in the transfer space. */
  bytesOfChunk(chunk: number): Range {
    const start = chunk * this.chunkBytes;
    return [start, Math.min(start + this.chunkBytes, this.contentBytes)];
  }

  isParity(unit: number): boolean {
    return unit >= this.unitCount;
  }

  /** The chunk of a unit of the content, or of a parity unit; undefined for the trailer, which has none. */
  chunkOf(unit: number): number | undefined {
    if (this.isParity(unit)) return Math.floor((unit - this.unitCount) / CHUNK_PARITY);
    return unit < this.contentUnits ? Math.floor(unit / CHUNK_UNITS) : undefined;
  }

  /** The number of a chunk's parity unit of this index. */
  parityOf(chunk: number, index: number): number {
    return this.unitCount + chunk * CHUNK_PARITY + index;
  }

  /** The index within its chunk of a parity unit. */
  indexOf(parity: number): number {
    return (parity - this.unitCount) % CHUNK_PARITY;
  }

  /** Where the chunk ends that a unit lies in, or the trailer, or the parity of its chunk. */
  runEnd(unit: number): number {
    const chunk = this.chunkOf(unit);
    if (chunk === undefined) return this.unitCount;
    return this.isParity(unit) ? this.parityOf(chunk + 1, 0) : this.unitsOfChunk(chunk)[1];
  }

  get trailerUnits(): Range {
    return [this.contentUnits, this.unitCount];
  }

  /** Units as the byte ranges that people and other programs see. */
  toBytes(units: RangeSet): Range[] {
    return units.map(([start, end]): Range => [this.offsetOf(start), this.offsetOf(end - 1) + this.lengthOf(end - 1)]);
  }

  /** Bytes that these units, or parity units, carry. */
  bytesIn(units: readonly Range[]): number {
    let bytes = 0;
    for (const [start, end] of units) {
      if (this.isParity(start)) bytes += (end - start) * this.payloadBytes;
      else bytes += this.offsetOf(end - 1) + this.lengthOf(end - 1) - this.offsetOf(start);
    }
    return bytes;
  }

  /** Units and parity units of one set of numbers, apart. */
  split(numbers: RangeSet): { units: RangeSet; parity: RangeSet } {
    return {
      units: intersect(numbers, span(0, this.unitCount)),
      parity: intersect(numbers, span(this.unitCount, this.numberCount)),
    };
  }
}
