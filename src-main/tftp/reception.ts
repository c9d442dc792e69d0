import { FileSink, type Write } from './file-sink';
import { GroupBlocks } from './group-blocks';
import { DEFAULT_BLOCK_BYTES, type GrantedOptions } from './options';
import type { Mode } from './packets';
import { FIRST_TIMEOUT_MS } from './params';
import { type Received, type ReceivedBlocks, ReceiveWindow } from './receive-window';

/** What a client has agreed upon with its server, and what has come of the file. */
export class Reception {
  readonly blockBytes: number;
  readonly windowBlocks: number;
  /** Between two attempts, ms (RFC 2349). */
  readonly timeoutMs: number;
  /** The size of the file, as the server says, bytes. */
  readonly tsize: number | undefined;
  readonly blocks: ReceivedBlocks;
  readonly sink: FileSink;

  constructor({ blksize, windowsize, timeout, tsize, multicast }: GrantedOptions, mode: Mode) {
    this.blockBytes = blksize ?? DEFAULT_BLOCK_BYTES;
    this.windowBlocks = windowsize ?? 1;
    this.timeoutMs = timeout === undefined ? FIRST_TIMEOUT_MS : timeout * 1000;
    this.tsize = tsize;
    this.blocks = multicast === undefined ? new ReceiveWindow(this.windowBlocks) : new GroupBlocks(this.windowBlocks);
    this.sink = new FileSink(mode, this.blockBytes);
  }

  /** RFC 1350 section 6: the block that is shorter than the others is the last one. */
  isLast(payload: Uint8Array): boolean {
    return payload.length < this.blockBytes;
  }

  /** A block came. What the disk does not take now is dropped, and has to come again. */
  receive(wire: number, payload: Uint8Array): Received & { readonly writes: readonly Write[] } {
    const isLast = this.isLast(payload);
    if (this.sink.isOverfull) return { isNew: false, block: wire, ack: 'no', writes: [] };
    const received = this.blocks.receive(wire, isLast);
    return { ...received, writes: received.isNew ? this.sink.put(received.block, payload, isLast) : [] };
  }
}
