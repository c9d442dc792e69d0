import { BLOCK_UNITS } from '../../src-shared/wire/limits';
import { BlockCode } from '../coding/block-code';
import type { TransferLayout } from '../multicast/transfer-layout';
import { SerialQueue } from './serial-queue';

/**
 * Parity of the teacher's ciphertext (PROTOCOL.md section 6.7), computed when it is to be sent: up to 16 units of a
 * block take less time than encrypting it, so that is done in the same thread.
 */
export class ParitySource {
  private code: BlockCode | undefined;
  /** The ciphertext of the block in hand: a chunk's own memory is used again while the next one is read. */
  private readonly block: Buffer;
  private readonly queue = new SerialQueue();

  constructor(
    private readonly layout: TransferLayout,
    private readonly readChunk: (chunk: number) => Promise<Uint8Array>,
  ) {
    this.block = Buffer.allocUnsafeSlow(BLOCK_UNITS * layout.payloadBytes);
  }

  /**
   * The parity units with these numbers, all of one block, one after the other.
   * @throws FileChangedError where a file below the block is not what was offered
   */
  read(first: number, count: number): Promise<Uint8Array> {
    return this.queue.run(async () => {
      const [start, end] = this.layout.unitsOfBlock(this.layout.blockOf(first) ?? 0);
      await this.readBlock(start, end);
      return this.encode(start, end, first, count);
    });
  }

  private async readBlock(start: number, end: number): Promise<void> {
    const { layout, block } = this;
    for (let chunk = layout.chunkOf(start); chunk <= layout.chunkOf(end - 1); chunk++) {
      const ciphertext = await this.readChunk(chunk);
      const at = layout.bytesOfChunk(chunk)[0] - layout.offsetOf(start);
      block.set(ciphertext.subarray(Math.max(0, -at), block.length - at), Math.max(0, at));
    }
  }

  private encode(start: number, end: number, first: number, count: number): Uint8Array {
    const { layout, block } = this;
    this.code ??= new BlockCode(layout.payloadBytes);
    for (let unit = start; unit < end; unit++) {
      const at = (unit - start) * layout.payloadBytes;
      this.code.put(unit - start, block.subarray(at, at + layout.lengthOf(unit)));
    }
    const indices = Array.from({ length: count }, (_, i) => layout.indexOf(first + i));
    return Buffer.concat(this.code.encode(end - start, indices));
  }
}
