import { type Range, type RangeSet, span, valuesOf } from '../../src-shared/ranges/range-set';

/**
 * What a student that comes back says it misses: what is not on its disk, and where nothing is, the last unit all the
 * same, so that it takes part in one more transmission and can compare its chunks with the digests (PROTOCOL.md section 10.2).
 */
export function missingOnReturn(missing: RangeSet, unitCount: number): RangeSet {
  return missing.length > 0 ? missing : span(Math.max(0, unitCount - 1), unitCount);
}

/** Which units of a transfer have arrived: one bit a unit, because a class of 4 GiB has three million. */
export class ReceivedUnits {
  private readonly bits: Uint8Array;
  private missing: number;

  /** @param missing the units that are not here yet; all others are. */
  constructor(
    readonly unitCount: number,
    missing: RangeSet,
  ) {
    this.bits = new Uint8Array(Math.ceil(unitCount / 8)).fill(0xff);
    this.missing = 0;
    this.remove(missing);
  }

  get missingCount(): number {
    return this.missing;
  }

  has(unit: number): boolean {
    return ((this.bits[unit >> 3] ?? 0) & (1 << (unit & 7))) !== 0;
  }

  /** @returns false when the unit was here already. */
  add(unit: number): boolean {
    if (this.has(unit)) return false;
    this.bits[unit >> 3] = (this.bits[unit >> 3] ?? 0) | (1 << (unit & 7));
    this.missing--;
    return true;
  }

  /** Makes units missing again. */
  remove(units: RangeSet): void {
    for (const unit of valuesOf(units)) {
      if (!this.has(unit)) continue;
      this.bits[unit >> 3] = (this.bits[unit >> 3] ?? 0) & ~(1 << (unit & 7));
      this.missing++;
    }
  }

  missingUnits(): RangeSet {
    const out: Range[] = [];
    let start = -1;
    for (let unit = 0; unit < this.unitCount; unit++) {
      // Whole bytes of present units are the common case in a big transfer.
      if (start < 0 && (unit & 7) === 0 && this.bits[unit >> 3] === 0xff) {
        unit += 7;
        continue;
      }
      const has = this.has(unit);
      if (!has && start < 0) start = unit;
      if (has && start >= 0) {
        out.push([start, unit]);
        start = -1;
      }
    }
    if (start >= 0) out.push([start, this.unitCount]);
    return out;
  }
}
