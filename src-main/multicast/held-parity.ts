import { normalize, type Range, type RangeSet } from '../../src-shared/ranges/range-set';
import type { TransferLayout } from './transfer-layout';

/** The parity units that a student keeps of blocks which it cannot complete yet: which, not their bytes (PROTOCOL.md section 6.7). */
export class HeldParity {
  /** By block, in order of arrival: the indices. */
  private readonly blocks = new Map<number, Set<number>>();
  private count = 0;

  constructor(
    private readonly layout: TransferLayout,
    /** Most parity units to keep. */
    private readonly limit: number,
  ) {}

  /** How many are kept of a block. */
  countOf(block: number): number {
    return this.blocks.get(block)?.size ?? 0;
  }

  /** The indices that are kept of a block, in order of arrival. */
  of(block: number): readonly number[] {
    return [...(this.blocks.get(block) ?? [])];
  }

  /** Keeps a parity unit. @returns false where it is kept already */
  add(block: number, index: number): boolean {
    const indices = this.blocks.get(block) ?? new Set();
    if (indices.has(index)) return false;
    this.blocks.set(block, indices.add(index));
    this.count++;
    return true;
  }

  /** Lets the block go that was begun first, where there is more than the limit. @returns that block */
  dropExcess(): number | undefined {
    const [oldest] = this.blocks.keys();
    if (this.count <= this.limit || oldest === undefined) return undefined;
    this.drop(oldest);
    return oldest;
  }

  /** @returns false where nothing was kept of it */
  drop(block: number): boolean {
    this.count -= this.countOf(block);
    return this.blocks.delete(block);
  }

  /** Lets go what is kept of blocks that these units lie in. @returns those blocks */
  dropWithin(units: RangeSet): number[] {
    const within = (block: number) => {
      const [start, end] = this.layout.unitsOfBlock(block);
      return units.some((range) => range[0] < end && range[1] > start);
    };
    const dropped = [...this.blocks.keys()].filter(within);
    for (const block of dropped) this.drop(block);
    return dropped;
  }

  /** What is kept, as numbers of parity units. */
  numbers(): RangeSet {
    const each = [...this.blocks].flatMap(([block, indices]) =>
      [...indices].map((index): Range => {
        const number = this.layout.parityOf(block, index);
        return [number, number + 1];
      }),
    );
    return normalize(each);
  }
}
