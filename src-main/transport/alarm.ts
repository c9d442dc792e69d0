import type { Clock } from './clock';

/** A wait that can be ended early. A ring while nobody waits ends the next wait. */
export class Alarm {
  private rung = false;
  private end: (() => void) | undefined;

  constructor(private readonly clock: Clock) {}

  /** @returns whether it was rung, rather than that `ms` have passed. */
  async wait(ms: number): Promise<boolean> {
    const ring = this.ringing();
    let cancel = () => {};
    const late = new Promise<void>((resolve) => {
      cancel = this.clock.after(ms, resolve);
    });
    await Promise.race([ring, late]);
    cancel();
    const { rung } = this;
    this.rung = false;
    this.end = undefined;
    return rung;
  }

  /** Resolves at the next ring, or at once where it has been rung; a later `wait` sees that ring, too. */
  ringing(): Promise<void> {
    if (this.rung) return Promise.resolve();
    return new Promise((resolve) => {
      const before = this.end;
      this.end = () => {
        before?.();
        resolve();
      };
    });
  }

  /** Forgets a ring: whoever calls this looks at everything afresh now. */
  clear(): void {
    this.rung = false;
  }

  ring(): void {
    this.rung = true;
    const { end } = this;
    this.end = undefined;
    end?.();
  }
}
