import { CHUNK_PARITY } from '../../src-shared/wire/limits';
import { BlockCode } from '../coding/block-code';
import type { Combine } from '../coding/combiner';
import type { TransferLayout } from '../multicast/transfer-layout';
import { SerialQueue } from './serial-queue';

/** The kernel makes so many parity units at once. What is not asked for yet is kept: a round wants one or two, and would read the chunk again. */
const AT_ONCE = 4;
/** What these take at most: those of the latest gigabyte, or less. The oldest go first. */
const AHEAD_BYTES = 16 * 1024 * 1024;

/**
 * Parity of the teacher's ciphertext (PROTOCOL.md section 6.7), computed when it is to be sent: up to 16 units of a
 * chunk take less time than encrypting it, so that is done in the same thread.
 */
export class ParitySource {
  private code: BlockCode | undefined;
  private readonly queue = new SerialQueue();
  /** Parity units that were computed along with others, by their numbers. */
  private readonly ahead = new Map<number, Uint8Array>();

  constructor(
    private readonly layout: TransferLayout,
    private readonly readChunk: (chunk: number) => Promise<Uint8Array>,
    private readonly combine?: Combine,
  ) {}

  /**
   * The parity units with these numbers, all of one chunk, one after the other.
   * @throws FileChangedError where a file below the chunk is not what was offered
   */
  read(first: number, count: number): Promise<Uint8Array> {
    return this.queue.run(async () => this.takeAhead(first, count) ?? this.encode(first, count));
  }

  private takeAhead(first: number, count: number): Uint8Array | undefined {
    const numbers = Array.from({ length: count }, (_, i) => first + i);
    const units = numbers.flatMap((number) => this.ahead.get(number) ?? []);
    if (units.length < count) return undefined;
    for (const number of numbers) this.ahead.delete(number);
    return Buffer.concat(units);
  }

  private keepAhead(first: number, units: readonly Uint8Array[]): void {
    units.forEach((unit, i) => {
      this.ahead.set(first + i, unit.slice());
    });
    for (const number of this.ahead.keys()) {
      if (this.ahead.size * this.layout.payloadBytes <= AHEAD_BYTES) return;
      this.ahead.delete(number);
    }
  }

  private async encode(first: number, count: number): Promise<Uint8Array> {
    const { layout } = this;
    this.code ??= new BlockCode(layout.payloadBytes, this.combine);
    const index = layout.indexOf(first);
    // One more than is asked for, at least.
    const computed = Math.min(Math.ceil((count + 1) / AT_ONCE) * AT_ONCE, CHUNK_PARITY - index);
    const indices = Uint8Array.from({ length: computed }, (_, i) => index + i);
    const units = this.code.parityOf(await this.readChunk(layout.chunkOf(first) ?? 0), indices);
    this.keepAhead(first + count, units.slice(count));
    return Buffer.concat(units.slice(0, count));
  }
}
