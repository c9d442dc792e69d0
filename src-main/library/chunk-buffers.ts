import { CHUNK_UNITS } from '../../src-shared/wire/limits';
import type { TransferLayout } from '../multicast/transfer-layout';

/** The ciphertext of one incomplete chunk, as far as it is in memory. */
export class ChunkBuffer {
  readonly firstUnit: number;
  readonly bytes: Uint8Array;
  /** True while it holds units that are not on disk. */
  dirty = false;
  private readonly present: Uint8Array;

  constructor(
    private readonly layout: TransferLayout,
    readonly chunk: number,
    memory: Uint8Array,
  ) {
    const [start, end] = layout.bytesOfChunk(chunk);
    this.firstUnit = layout.unitsOfChunk(chunk)[0];
    this.bytes = memory.subarray(0, end - start);
    this.present = new Uint8Array(CHUNK_UNITS);
  }

  has(unit: number): boolean {
    return this.present[unit - this.firstUnit] === 1;
  }

  /** Copies a unit's payload in. */
  put(unit: number, payload: Uint8Array): void {
    this.bytes.set(payload, (unit - this.firstUnit) * this.layout.payloadBytes);
    this.present[unit - this.firstUnit] = 1;
  }

  /** Takes the units that it does not hold yet from the chunk's bytes as they are on disk. */
  fillFrom(stored: Uint8Array, units: readonly number[]): void {
    for (const unit of units) {
      const start = (unit - this.firstUnit) * this.layout.payloadBytes;
      if (!this.has(unit)) this.put(unit, stored.subarray(start, start + this.layout.lengthOf(unit)));
    }
  }

  /** The units that it holds, in order. */
  units(): number[] {
    const [start, end] = this.layout.unitsOfChunk(this.chunk);
    const held: number[] = [];
    for (let unit = start; unit < end; unit++) if (this.has(unit)) held.push(unit);
    return held;
  }
}

/** The buffers of incomplete chunks, in order of use, so that the one longest untouched can be let go; memory is reused. */
export class ChunkBuffers {
  private readonly buffers = new Map<number, ChunkBuffer>();
  private readonly spare: Uint8Array[] = [];
  private latest: ChunkBuffer | undefined;

  constructor(
    private readonly layout: TransferLayout,
    /** Most buffers to keep. */
    private readonly limit: number,
  ) {}

  /** The chunk's buffer, made where there is none. Called for each datagram. */
  touch(chunk: number): ChunkBuffer {
    if (this.latest?.chunk === chunk) return this.latest;
    const buffer = this.buffers.get(chunk) ?? this.make(chunk);
    this.buffers.delete(chunk);
    this.buffers.set(chunk, buffer);
    this.latest = buffer;
    return buffer;
  }

  /** The chunk's buffer, if there is one. */
  get(chunk: number): ChunkBuffer | undefined {
    return this.buffers.get(chunk);
  }

  /** Takes a chunk's buffer out. */
  remove(chunk: number): void {
    this.buffers.delete(chunk);
    if (this.latest?.chunk === chunk) this.latest = undefined;
  }

  /** When there are more than the limit: takes out the buffers longest untouched, at most so many, but not the latest. */
  takeExcess(most: number): ChunkBuffer[] {
    if (this.buffers.size <= this.limit) return [];
    const oldest = [...this.buffers.values()].slice(0, Math.min(most, this.buffers.size - 1));
    for (const { chunk } of oldest) this.remove(chunk);
    return oldest;
  }

  /** Buffers with units that are not on disk. */
  dirty(): ChunkBuffer[] {
    return [...this.buffers.values()].filter((buffer) => buffer.dirty);
  }

  /** Gives back the memory of a buffer that was taken out. */
  recycle(buffer: ChunkBuffer): void {
    if (this.buffers.size + this.spare.length < this.limit) this.spare.push(new Uint8Array(buffer.bytes.buffer));
  }

  private make(chunk: number): ChunkBuffer {
    return new ChunkBuffer(this.layout, chunk, this.spare.pop() ?? new Uint8Array(this.layout.chunkBytes));
  }
}
