import { intersect, type Range, type RangeSet } from '../../src-shared/ranges/range-set';
import { Fills } from './fill-queue';
import type { Member } from './scorecard';
import type { SenderOutbox } from './sender-outbox';
import type { TransferLayout } from './transfer-layout';

/** The transmissions over the control connections: what each student still gets, and when that last moved (PROTOCOL.md section 4.2). */
export class Filling {
  private fills: Fills;
  private movedAt = 0;

  constructor(
    private readonly layout: TransferLayout,
    private readonly outbox: SenderOutbox,
    /** Bytes of all fills so far. */
    private filledBytes: number,
  ) {
    this.fills = new Fills(layout);
  }

  get bytes(): number {
    return this.filledBytes;
  }

  /** Share 0…1 of the running transmission that has not been taken. */
  get share(): number {
    return this.fills.share;
  }

  /** Every student's fill is over. */
  get isDone(): boolean {
    return this.fills.done;
  }

  /** Begins a transmission: each of these students gets what it misses of the units. */
  begin(members: readonly Member[], units: RangeSet, now: number): void {
    this.fills = new Fills(this.layout);
    this.movedAt = now;
    for (const member of members) {
      if (!member.connected) continue;
      // Counted for one that stays off as well: nobody is offered a fill for ever.
      member.fills++;
      if (member.elected !== true) continue;
      this.fills.begin(member.id, intersect(member.missing, units));
      this.outbox.push({ kind: 'fill', to: member.id });
    }
  }

  /** Takes the units that a student's connection should carry next, if any. */
  take(student: string, now: number): Range | undefined {
    const range = this.fills.take(student);
    if (range === undefined) return undefined;
    this.movedAt = now;
    this.filledBytes += this.layout.bytesIn([range]);
    return range;
  }

  /** The units taken last were handed to the connection. @returns whether the student's fill is over. */
  sent(student: string): boolean {
    if (!this.fills.isTaken(student)) return false;
    this.fills.end(student);
    return true;
  }

  end(student: string): void {
    this.fills.end(student);
  }

  /** Time in a pause is nobody's fault. */
  forgetStall(now: number): void {
    this.movedAt = now;
  }

  /** After a pause: everybody's units may be pulled again. */
  resume(): void {
    for (const id of this.fills.students) this.outbox.push({ kind: 'fill', to: id });
  }

  /** When a student's fill last moved, ms; undefined where none is under way. */
  movedAtOf(student: string): number | undefined {
    return this.fills.has(student) ? this.movedAt : undefined;
  }
}
