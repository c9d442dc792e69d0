import { NetasciiDecoder } from './netascii';
import type { Mode } from './packets';
import { MAX_UNWRITTEN_BYTES } from './params';

/** A part of the file for the disk. */
export interface Write {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** Where received blocks belong in the file, and how much of it is not on the disk yet. */
export class FileSink {
  /** Bytes of the file so far. By multicast they may have gaps. */
  bytes = 0;
  private readonly decoder: NetasciiDecoder | undefined;
  private readonly pending: number[] = [];
  private unwritten = 0;

  constructor(
    mode: Mode,
    private readonly blockBytes: number,
  ) {
    this.decoder = mode === 'netascii' ? new NetasciiDecoder() : undefined;
  }

  /** The disk is behind: nothing more should be asked for. */
  get isFull(): boolean {
    return this.unwritten >= MAX_UNWRITTEN_BYTES;
  }

  /** The other side does not wait for its ACKs: what comes now is dropped, and has to come again. */
  get isOverfull(): boolean {
    return this.unwritten >= 2 * MAX_UNWRITTEN_BYTES;
  }

  get isWritten(): boolean {
    return this.pending.length === 0;
  }

  /** @param block counted from 1 without an end; in netascii one after the other */
  put(block: number, payload: Uint8Array, isLast: boolean): Write[] {
    const { decoder } = this;
    if (decoder === undefined) return this.write((block - 1) * this.blockBytes, payload);
    const writes = this.write(this.bytes, decoder.decode(payload));
    return isLast ? [...writes, ...this.write(this.bytes, decoder.end())] : writes;
  }

  /** The oldest part that was not on the disk is there now. */
  written(): void {
    this.unwritten -= this.pending.shift() ?? 0;
  }

  private write(offset: number, bytes: Uint8Array): Write[] {
    if (bytes.length === 0) return [];
    this.bytes += bytes.length;
    this.unwritten += bytes.length;
    this.pending.push(bytes.length);
    return [{ offset, bytes }];
  }
}
