import { contains, type RangeSet, sizeOf } from '../../src-shared/ranges/range-set';
import { serialAdd, serialDistance } from '../../src-shared/ranges/serial-number';
import type { Announce } from '../../src-shared/wire/messages';
import type { Progress } from '../../src-shared/wire/progress';
import { DRAIN_LIMIT_MS, DRAIN_QUIET_MS } from './params';
import { carried } from './parity-planner';
import { PositionReports } from './position-reports';
import type { TransferLayout } from './transfer-layout';

/** One transmission as a student hears it: its position, what it still wants of it, and when nothing more will come (PROTOCOL.md sections 4.4, 5.3). */
export class IncomingTransmission {
  /** At most so many datagrams are sent. */
  readonly datagramTotal: number;
  /** Highest datagram seen, counted from the first of this transmission; -1 before any. */
  private highest = -1;
  private received = 0;
  private wanted: number;
  private quietSince = 0;
  private drainUntil = 0;
  private readonly reports: PositionReports;

  /** @param needed how many of the announced units are missing here */
  constructor(
    readonly announce: Announce,
    private readonly announced: { readonly units: RangeSet; readonly parity: RangeSet },
    needed: number,
    private readonly layout: TransferLayout,
  ) {
    this.datagramTotal =
      sizeOf(carried(announced.units, announced.parity, layout)) + this.proactiveParity * layout.chunkCount;
    this.wanted = needed;
    this.reports = new PositionReports(announce.progressMs, announce.progressDatagrams);
  }

  /** Units of this transmission that are still missing here. */
  get needed(): number {
    return this.wanted;
  }

  /** Datagram `index` of this transmission went by. @returns whether a position report is due at once. */
  passed(index: number, now: number): boolean {
    this.quietSince = now;
    const numbers = Math.max(0, index - this.highest);
    this.highest += numbers;
    this.received++;
    return this.reports.passed(numbers, now);
  }

  /** Whether this parity unit is one of those announced. */
  hasParity(number: number): boolean {
    return this.layout.indexOf(number) < this.proactiveParity || contains(this.announced.parity, number);
  }

  /** How many parity units may follow each chunk, besides its units. */
  private get proactiveParity(): number {
    return this.announce.proactiveParity ?? 0;
  }

  /** A unit was missing here and is no more. */
  gained(unit: number): void {
    if (contains(this.announced.units, unit)) this.wanted--;
  }

  /** When a position report is due, ms; infinite while there is nothing to report. */
  get reportDeadline(): number {
    return this.reports.deadline;
  }

  /** The position report that is due. */
  position(): Progress {
    this.reports.reported();
    const { announce, received } = this;
    return {
      transmission: announce.transmission,
      highest: serialAdd(announce.firstSequence, this.highest),
      received,
    };
  }

  /** `end` has come; the last datagrams may still be on their way. */
  drain(now: number): void {
    this.quietSince = now;
    this.drainUntil = now + DRAIN_LIMIT_MS;
  }

  /** When waiting for the last datagrams ends, ms. */
  get drainDeadline(): number {
    return Math.min(this.drainUntil, this.quietSince + DRAIN_QUIET_MS);
  }

  /** Nothing more is wanted, or nothing more will come. */
  isDrained(lastSequence: number, now: number): boolean {
    if (this.wanted === 0) return true;
    if (serialDistance(this.announce.firstSequence, lastSequence) <= this.highest) return true;
    return now >= this.drainDeadline;
  }
}
