import { BlockCode } from '../coding/block-code';
import type { TransferLayout } from '../multicast/transfer-layout';

/**
 * Parity of the teacher's ciphertext (PROTOCOL.md section 6.7), computed when it is to be sent: up to 16 units of a
 * block take less time than encrypting it, so that is done in the same thread.
 */
export class ParitySource {
  private code: BlockCode | undefined;

  constructor(
    private readonly layout: TransferLayout,
    private readonly readChunk: (chunk: number) => Promise<Uint8Array>,
  ) {}

  /**
   * The parity units with these numbers, all of one block, one after the other.
   * @throws FileChangedError where a file below the block is not what was offered
   */
  async read(first: number, count: number): Promise<Uint8Array> {
    const { layout } = this;
    const [start, end] = layout.unitsOfBlock(layout.blockOf(first) ?? 0);
    const firstChunk = layout.chunkOf(start);
    const chunks = await Promise.all(
      Array.from({ length: layout.chunkOf(end - 1) - firstChunk + 1 }, (_, i) => this.readChunk(firstChunk + i)),
    );
    this.code ??= new BlockCode(layout.payloadBytes);
    for (let unit = start; unit < end; unit++) {
      const chunk = layout.chunkOf(unit);
      const at = layout.offsetOf(unit) - layout.bytesOfChunk(chunk)[0];
      this.code.put(unit - start, (chunks[chunk - firstChunk] ?? EMPTY).subarray(at, at + layout.lengthOf(unit)));
    }
    const indices = Array.from({ length: count }, (_, i) => layout.indexOf(first + i));
    return Buffer.concat(this.code.encode(end - start, indices));
  }
}

const EMPTY = new Uint8Array(0);
