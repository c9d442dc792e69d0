import {
  EMPTY,
  intersect,
  lowest,
  type RangeSet,
  sizeOf,
  span,
  subtract,
  union,
} from '../../src-shared/ranges/range-set';

/** Numbers of one epoch. */
export interface EpochNumbers {
  readonly epoch: number;
  readonly ranges: RangeSet;
}

/**
 * What a publisher keeps of its channel: everything that no archive has acknowledged (requirement B3), the newest packets anyhow,
 * and of each epoch the last, which tells where it ended.
 */
export class Retention {
  private readonly kept = new Map<number, RangeSet>();
  private readonly acknowledged = new Map<number, RangeSet>();

  /** @param newest so many packets of the running epoch stay, acknowledged or not */
  constructor(private readonly newest: number) {}

  /** Packets are durable here. */
  stored(epoch: number, ranges: RangeSet): void {
    this.kept.set(epoch, union(this.keptOf(epoch), ranges));
  }

  /** An archive has them. @returns those of them that no archive had acknowledged before */
  acked(epoch: number, ranges: RangeSet): RangeSet {
    const before = this.acknowledgedOf(epoch);
    const fresh = subtract(intersect(ranges, this.keptOf(epoch)), before);
    if (fresh.length === 0) return fresh;
    this.acknowledged.set(epoch, union(before, fresh));
    return fresh;
  }

  /** What is here, oldest epoch first. */
  held(): EpochNumbers[] {
    return [...this.kept].map(([epoch, ranges]) => ({ epoch, ranges })).sort((a, b) => a.epoch - b.epoch);
  }

  /** Packets that nobody else has, as far as is known. */
  get unacknowledged(): number {
    let count = 0;
    for (const [epoch, ranges] of this.kept) count += sizeOf(subtract(ranges, this.acknowledgedOf(epoch)));
    return count;
  }

  unacknowledgedOf(epoch: number): RangeSet {
    return subtract(this.keptOf(epoch), this.acknowledgedOf(epoch));
  }

  /** Acknowledged packets that need not be kept any more; they count as dropped from now on. */
  dropAcknowledged(): EpochNumbers[] {
    const newestEpoch = Math.max(...this.kept.keys());
    return this.held().flatMap(({ epoch, ranges }) => {
      const end = ranges.at(-1)?.[1] ?? 0;
      const stays = span(epoch === newestEpoch ? end - this.newest : end - 1, end);
      const gone = subtract(intersect(ranges, this.acknowledgedOf(epoch)), stays);
      if (gone.length === 0) return [];
      this.forget(epoch, gone);
      return [{ epoch, ranges: gone }];
    });
  }

  /** The oldest packets, so many, whether anybody else has them or not. @returns them, and those that nobody else has */
  dropOldest(count: number): { readonly gone: EpochNumbers[]; readonly lost: EpochNumbers[] } {
    const gone: EpochNumbers[] = [];
    const lost: EpochNumbers[] = [];
    let left = count;
    for (const { epoch, ranges } of this.held()) {
      const oldest = lowest(ranges, left);
      left -= sizeOf(oldest);
      if (oldest.length === 0) continue;
      const alone = subtract(oldest, this.acknowledgedOf(epoch));
      gone.push({ epoch, ranges: oldest });
      if (alone.length > 0) lost.push({ epoch, ranges: alone });
      this.forget(epoch, oldest);
    }
    return { gone, lost };
  }

  private forget(epoch: number, ranges: RangeSet): void {
    this.kept.set(epoch, subtract(this.keptOf(epoch), ranges));
    this.acknowledged.set(epoch, subtract(this.acknowledgedOf(epoch), ranges));
  }

  private keptOf(epoch: number): RangeSet {
    return this.kept.get(epoch) ?? EMPTY;
  }

  private acknowledgedOf(epoch: number): RangeSet {
    return this.acknowledged.get(epoch) ?? EMPTY;
  }
}
