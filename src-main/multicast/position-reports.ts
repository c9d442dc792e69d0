import { FIRST_REPORT_DATAGRAMS, PROGRESS_QUIET_MS } from './params';

/**
 * When a student tells its position: after so many sequence numbers, at first fewer, as the sender finds its rate by them; after so many ms;
 * or when the line goes quiet (PROTOCOL.md section 4.4).
 */
export class PositionReports {
  /** So many sequence numbers make the next report. */
  private wanted: number;
  private unreported = 0;
  private since = 0;
  private last = 0;

  constructor(
    private readonly ms: number,
    private readonly datagrams: number,
  ) {
    this.wanted = Math.min(FIRST_REPORT_DATAGRAMS, datagrams);
  }

  /** When a report is due, ms; infinite while there is nothing to report. */
  get deadline(): number {
    if (this.unreported === 0) return Number.POSITIVE_INFINITY;
    // Quiet means that the window may be full: then the sender waits for just this report.
    return Math.min(this.since + this.ms, this.last + PROGRESS_QUIET_MS);
  }

  /** So many sequence numbers went by, those of lost datagrams too, as the window counts them. @returns whether a report is due at once. */
  passed(numbers: number, now: number): boolean {
    if (this.unreported === 0) this.since = now;
    this.unreported += numbers;
    this.last = now;
    return this.unreported >= this.wanted;
  }

  reported(): void {
    this.unreported = 0;
    this.wanted = Math.min(2 * this.wanted, this.datagrams);
  }
}
