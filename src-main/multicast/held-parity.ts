import { normalize, type Range, type RangeSet } from '../../src-shared/ranges/range-set';
import type { TransferLayout } from './transfer-layout';

/** The parity units that a student keeps of chunks which it cannot complete yet: which, not their bytes (PROTOCOL.md section 6.7). */
export class HeldParity {
  /** By chunk, in order of arrival: the indices. */
  private readonly chunks = new Map<number, Set<number>>();
  private count = 0;

  constructor(
    private readonly layout: TransferLayout,
    /** Most parity units to keep. */
    private readonly limit: number,
  ) {}

  /** How many are kept of a chunk. */
  countOf(chunk: number): number {
    return this.chunks.get(chunk)?.size ?? 0;
  }

  /** The indices that are kept of a chunk, in order of arrival. */
  of(chunk: number): readonly number[] {
    return [...(this.chunks.get(chunk) ?? [])];
  }

  /** Keeps a parity unit. @returns false where it is kept already */
  add(chunk: number, index: number): boolean {
    const indices = this.chunks.get(chunk) ?? new Set();
    if (indices.has(index)) return false;
    this.chunks.set(chunk, indices.add(index));
    this.count++;
    return true;
  }

  /** Lets the chunk go that was begun first, where there is more than the limit. @returns that chunk */
  dropExcess(): number | undefined {
    const [oldest] = this.chunks.keys();
    if (this.count <= this.limit || oldest === undefined) return undefined;
    this.drop(oldest);
    return oldest;
  }

  /** @returns false where nothing was kept of it */
  drop(chunk: number): boolean {
    this.count -= this.countOf(chunk);
    return this.chunks.delete(chunk);
  }

  /** Lets go what is kept of chunks that these units lie in. @returns those chunks */
  dropWithin(units: RangeSet): number[] {
    const within = (chunk: number) => {
      const [start, end] = this.layout.unitsOfChunk(chunk);
      return units.some((range) => range[0] < end && range[1] > start);
    };
    const dropped = [...this.chunks.keys()].filter(within);
    for (const chunk of dropped) this.drop(chunk);
    return dropped;
  }

  /** What is kept, as numbers of parity units. */
  numbers(): RangeSet {
    const each = [...this.chunks].flatMap(([chunk, indices]) =>
      [...indices].map((index): Range => {
        const number = this.layout.parityOf(chunk, index);
        return [number, number + 1];
      }),
    );
    return normalize(each);
  }
}
