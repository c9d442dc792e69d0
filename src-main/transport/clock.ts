/** The drivers' source of time: monotonic, and replaced in tests. */
export interface Clock {
  /** Milliseconds since an arbitrary start; never steps, and stands still while the machine sleeps where the OS does so. */
  now(): number;
  /** Calls back once after `ms`; the result cancels it. */
  after(ms: number, callback: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};

/** Node's timers wrap to 1 ms above this. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * The one timer of a driver: re-armed to the engine's next deadline after every input.
 * `onDue` gets the time; it may be later than the deadline, never earlier.
 */
export class DeadlineTimer {
  private deadline: number | undefined;
  private cancel: (() => void) | undefined;
  /** When the running timer fires. */
  private firesAt = 0;

  constructor(
    private readonly clock: Clock,
    private readonly onDue: (now: number) => void,
  ) {}

  /** Sets the deadline, in ms of the clock; `undefined` means never. */
  arm(deadline: number | undefined): void {
    this.deadline = deadline;
    if (deadline === undefined) return this.stop();
    // A later deadline needs no new timer: the running one finds out when it fires. Engines move deadlines per datagram.
    if (this.cancel !== undefined && this.firesAt <= deadline) return;
    this.stop();
    this.start(deadline);
  }

  private start(deadline: number): void {
    const wait = Math.min(Math.max(0, Math.ceil(deadline - this.clock.now())), MAX_TIMER_MS);
    this.firesAt = deadline;
    this.cancel = this.clock.after(wait, () => this.fire());
  }

  private fire(): void {
    this.cancel = undefined;
    if (this.deadline === undefined) return;
    const now = this.clock.now();
    if (now < this.deadline) return this.start(this.deadline);
    this.deadline = undefined;
    this.onDue(now);
  }

  private stop(): void {
    this.cancel?.();
    this.cancel = undefined;
  }
}
