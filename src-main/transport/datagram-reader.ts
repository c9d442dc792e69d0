import { HEADER_BYTES } from '../../src-shared/wire/data-datagram';
import type { TransferSource } from '../library/transfer-source';
import type { TransferLayout } from '../multicast/transfer-layout';

/** A run of units as datagrams, one after the other, with room for a header before each payload. */
interface Slab {
  readonly first: number;
  readonly bytes: Buffer;
}

/** Chunks read ahead, so that sending rarely waits for the disk. */
const READ_AHEAD = 8;
/** Slabs kept: the one being sent, those being made ready, and some that were just sent. */
const SLABS = 2 * READ_AHEAD;
/** The trailer has no chunks of its own; it is one slab under this number. */
const TRAILER = -1;

/** The teacher's datagrams: ciphertext cut into units, ready to be sent without another copy (PROTOCOL.md section 5). */
export class DatagramReader {
  private readonly slabs = new Map<number, Slab>();
  private current = TRAILER;
  private readonly loading = new Map<number, Promise<void>>();

  constructor(
    private readonly source: TransferSource,
    private readonly layout: TransferLayout,
    /** The chunks that will be needed next, at most so many. */
    private readonly chunksAhead: (count: number) => readonly number[],
  ) {}

  /** The unit's datagram, its header still to be written; undefined while it is not in memory: `load` it. */
  take(unit: number): Buffer | undefined {
    const key = this.slabOf(unit);
    const slab = this.slabs.get(key);
    if (slab === undefined) return undefined;
    if (key !== this.current) this.readAhead();
    this.current = key;
    const start = (unit - slab.first) * (HEADER_BYTES + this.layout.payloadBytes);
    return slab.bytes.subarray(start, start + HEADER_BYTES + this.layout.lengthOf(unit));
  }

  /** @throws LibraryError where the files cannot be read or have changed. */
  load(unit: number): Promise<void> {
    const loading = this.loadSlab(this.slabOf(unit));
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
    return unit < this.layout.contentUnits ? this.layout.chunkOf(unit) : TRAILER;
  }

  private readAhead(): void {
    for (const chunk of this.chunksAhead(READ_AHEAD)) {
      // A failure shows again, and is handled, when the chunk's turn comes.
      if (!this.slabs.has(chunk)) this.loadSlab(chunk).catch(() => undefined);
    }
  }

  private loadSlab(key: number): Promise<void> {
    const running = this.loading.get(key);
    if (running !== undefined) return running;
    const loading = this.makeSlab(key).finally(() => this.loading.delete(key));
    this.loading.set(key, loading);
    return loading;
  }

  private async makeSlab(key: number): Promise<void> {
    const { layout } = this;
    const [first, end] = key === TRAILER ? layout.trailerUnits : layout.unitsOfChunk(key);
    const payloads = await this.payloads(first, end - first);
    const stride = HEADER_BYTES + layout.payloadBytes;
    const bytes = Buffer.allocUnsafe((end - first) * stride);
    for (let at = 0, position = HEADER_BYTES; at < payloads.length; at += layout.payloadBytes, position += stride) {
      bytes.set(payloads.subarray(at, at + layout.payloadBytes), position);
    }
    this.slabs.set(key, { first, bytes });
    const oldest = this.slabs.size > SLABS ? this.slabs.keys().next().value : undefined;
    if (oldest !== undefined) this.slabs.delete(oldest);
  }
}
