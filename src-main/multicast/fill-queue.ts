import { type Range, type RangeSet, sizeOf } from '../../src-shared/ranges/range-set';

/** The units that one student gets over its control connection, cut so that each fill frame lies in one chunk. */
export class FillQueue {
  private readonly ranges: [number, number][];

  constructor(
    units: RangeSet,
    private readonly chunkUnits: number,
    private readonly contentUnits: number,
  ) {
    this.ranges = units.map(([start, end]) => [start, end]);
  }

  /** Units that have not been taken. */
  get left(): number {
    return sizeOf(this.ranges);
  }

  get empty(): boolean {
    return this.ranges.length === 0;
  }

  /** Takes the next run of units. Undefined when there is none left. */
  take(): Range | undefined {
    const first = this.ranges[0];
    if (first === undefined) return undefined;
    const [start, end] = first;
    const cut = Math.min(end, this.boundaryAfter(start));
    if (cut === end) this.ranges.shift();
    else first[0] = cut;
    return [start, cut];
  }

  private boundaryAfter(unit: number): number {
    const chunkEnd = (Math.floor(unit / this.chunkUnits) + 1) * this.chunkUnits;
    return unit < this.contentUnits ? Math.min(chunkEnd, this.contentUnits) : unit + this.chunkUnits;
  }
}
