import { type Range, type RangeSet, sizeOf } from '../../src-shared/ranges/range-set';
import { CHUNK_UNITS } from '../../src-shared/wire/limits';
import type { TransferLayout } from './transfer-layout';

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

/** The fills of one transmission over TCP: a queue a student. */
export class Fills {
  private readonly queues = new Map<string, FillQueue>();
  private asked = 0;

  constructor(private readonly layout: TransferLayout) {}

  get students(): readonly string[] {
    return [...this.queues.keys()];
  }

  get done(): boolean {
    return this.queues.size === 0;
  }

  has(student: string): boolean {
    return this.queues.has(student);
  }

  /** Begins a student's fill; nothing to fill is no fill. */
  begin(student: string, units: RangeSet): void {
    if (units.length === 0) return;
    this.asked += sizeOf(units);
    this.queues.set(student, new FillQueue(units, CHUNK_UNITS, this.layout.contentUnits));
  }

  /** Takes the next run of units for a student. */
  take(student: string): Range | undefined {
    return this.queues.get(student)?.take();
  }

  /** @returns whether the student's fill is over with what it has taken. */
  isTaken(student: string): boolean {
    return this.queues.get(student)?.empty === true;
  }

  end(student: string): void {
    this.queues.delete(student);
  }

  /** Share 0…1 of all that was asked for that has not been taken. */
  get share(): number {
    const left = [...this.queues.values()].reduce((sum, queue) => sum + queue.left, 0);
    return this.asked === 0 ? 0 : left / this.asked;
  }
}
