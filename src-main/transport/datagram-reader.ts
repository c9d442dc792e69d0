import type { Range } from '../../src-shared/ranges/range-set';
import { HEADER_BYTES } from '../../src-shared/wire/data-datagram';
import { CHUNK_UNITS } from '../../src-shared/wire/limits';
import type { TransferSource } from '../library/transfer-source';
import type { TransferLayout } from '../multicast/transfer-layout';

/** A run of units, or parity units, as datagrams, one after the other, with room for a header before each payload. */
interface Slab {
  readonly first: number;
  readonly end: number;
  readonly bytes: Buffer;
}

/** Runs read ahead, so that sending rarely waits for the disk. */
const READ_AHEAD = 4;
/** Slabs kept: the one being sent, those being made ready, and some that were just sent. */
const SLABS = 2 * READ_AHEAD;
/** Chunks have their slabs under their own numbers, the trailer has one under this, and the parity of chunk c under this - 1 - c. */
const TRAILER = -1;

/** The teacher's datagrams: ciphertext cut into units, ready to be sent without another copy (PROTOCOL.md section 5). */
export class DatagramReader {
  private readonly slabs = new Map<number, Slab>();
  private current = TRAILER;
  private readonly loading = new Map<number, Promise<void>>();
  /** Memory of slabs that were let go, for the next ones. */
  private readonly spare: Buffer[] = [];

  /** @param isAllSent whether no datagram that was taken is still to be sent: only then its memory is used again */
  constructor(
    private readonly source: TransferSource,
    private readonly layout: TransferLayout,
    private readonly isAllSent: () => boolean,
    /** What will be needed next, at most so many runs: see Sender.runsAhead. */
    private readonly runsAhead: (count: number) => readonly Range[],
  ) {}

  /** Bytes from the start of each datagram of a run to the start of the next. */
  get stride(): number {
    return HEADER_BYTES + this.layout.payloadBytes;
  }

  /**
   * The datagrams of so many units of one run, in a row, their headers still to be written; undefined while they are not in
   * memory: `load` them.
   */
  take(first: number, count: number): Buffer | undefined {
    const key = this.slabOf(first);
    const slab = this.slabs.get(key);
    // Of a chunk's parity, each round has another run.
    if (slab === undefined || first < slab.first || first + count > slab.end) return undefined;
    if (key !== this.current) this.readAhead();
    this.current = key;
    const start = (first - slab.first) * this.stride;
    const last = start + (count - 1) * this.stride;
    return slab.bytes.subarray(start, last + HEADER_BYTES + this.layout.lengthOf(first + count - 1));
  }

  /** @throws LibraryError where the files cannot be read or have changed. */
  load(unit: number): Promise<void> {
    const loading = this.loadSlab(this.wholeRun(this.runsAhead(1)[0] ?? [unit, unit + 1]));
    this.readAhead();
    return loading;
  }

  /** The payloads of consecutive units of one chunk, or of the trailer. */
  async payloads(first: number, count: number): Promise<Uint8Array> {
    const { layout, source } = this;
    const key = this.slabOf(first);
    const bytes = key === TRAILER ? await source.trailer() : await source.readChunk(key);
    const base = key === TRAILER ? layout.contentBytes : layout.bytesOfChunk(key)[0];
    const last = first + count - 1;
    return bytes.subarray(layout.offsetOf(first) - base, layout.offsetOf(last) + layout.lengthOf(last) - base);
  }

  private slabOf(unit: number): number {
    const { layout } = this;
    const chunk = layout.chunkOf(unit);
    if (chunk === undefined) return TRAILER;
    return layout.isParity(unit) ? TRAILER - 1 - chunk : chunk;
  }

  private readAhead(): void {
    for (const run of this.runsAhead(READ_AHEAD)) {
      const whole = this.wholeRun(run);
      // A failure shows again, and is handled, when the run's turn comes.
      if (this.slabs.get(this.slabOf(run[0]))?.first !== whole[0]) this.loadSlab(whole).catch(() => undefined);
    }
  }

  /** A slab holds the whole chunk, or the whole trailer; of parity only what is sent. */
  private wholeRun([first, end]: Range): Range {
    const { layout } = this;
    if (layout.isParity(first)) return [first, end];
    const chunk = layout.chunkOf(first);
    return chunk === undefined ? layout.trailerUnits : layout.unitsOfChunk(chunk);
  }

  private loadSlab(run: Range): Promise<void> {
    const [first] = run;
    const running = this.loading.get(first);
    if (running !== undefined) return running;
    const loading = this.makeSlab(run).finally(() => this.loading.delete(first));
    this.loading.set(first, loading);
    return loading;
  }

  private async makeSlab([first, end]: Range): Promise<void> {
    const { layout, source, stride } = this;
    const count = end - first;
    const payloads = await (layout.isParity(first) ? source.readParity(first, count) : this.payloads(first, count));
    const bytes = this.memory(count * stride);
    for (let at = 0, position = HEADER_BYTES; at < payloads.length; at += layout.payloadBytes, position += stride) {
      bytes.set(payloads.subarray(at, at + layout.payloadBytes), position);
    }
    const key = this.slabOf(first);
    this.slabs.delete(key);
    this.slabs.set(key, { first, end, bytes });
    this.dropOldest();
  }

  private memory(bytes: number): Buffer {
    const whole = CHUNK_UNITS * this.stride;
    const known = bytes <= whole && this.isAllSent() ? this.spare.pop() : undefined;
    return (known ?? Buffer.allocUnsafeSlow(Math.max(bytes, whole))).subarray(0, bytes);
  }

  private dropOldest(): void {
    if (this.slabs.size <= SLABS) return;
    const [oldest] = this.slabs;
    if (oldest === undefined) return;
    const [key, { bytes }] = oldest;
    this.slabs.delete(key);
    if (this.spare.length < SLABS) this.spare.push(Buffer.from(bytes.buffer));
  }
}
