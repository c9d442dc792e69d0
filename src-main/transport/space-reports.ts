import type { Clock } from './clock';

/** The disk is looked at no more often than this… */
const LOOK_EVERY_MS = 30_000;
/** …and the teacher told where so much of it has come or gone. */
const CHANGED_SHARE = 0.1;
const CHANGED_BYTES = 1_000_000_000;

export interface SpaceReportsOptions {
  readonly clock: Clock;
  /** Free bytes where music is stored; may reject, then nothing is said. */
  measure(): Promise<number>;
  send(freeBytes: number): void;
}

/** Tells the teacher how much room there is for music: PROTOCOL.md section 4.1. */
export class SpaceReports {
  private last: number | undefined;
  private isOn = false;
  private cancel = () => {};

  constructor(private readonly options: SpaceReportsOptions) {}

  /** The teacher has welcomed this student. */
  async start(): Promise<void> {
    this.stop();
    this.isOn = true;
    this.schedule();
    await this.report(() => true);
  }

  /** A transfer is over: the teacher wants to know at once. */
  async transferEnded(): Promise<void> {
    await this.report((free) => free !== this.last);
  }

  stop(): void {
    this.isOn = false;
    this.cancel();
  }

  private schedule(): void {
    this.cancel = this.options.clock.after(LOOK_EVERY_MS, () => {
      this.schedule();
      void this.report((free) => hasChanged(this.last, free));
    });
  }

  private async report(isWorthIt: (free: number) => boolean): Promise<void> {
    const free = await this.options.measure().catch(() => undefined);
    if (!this.isOn || free === undefined || !isWorthIt(free)) return;
    this.last = free;
    this.options.send(free);
  }
}

function hasChanged(before: number | undefined, free: number): boolean {
  if (before === undefined) return true;
  const change = Math.abs(free - before);
  return change > CHANGED_BYTES || change > before * CHANGED_SHARE;
}
