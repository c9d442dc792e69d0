import type { Clock } from './clock';

interface Pending {
  readonly due: number;
  readonly callback: () => void;
}

/** A test aid: time that moves only when told to. */
export class ManualClock implements Clock {
  private time = 0;
  private readonly pending = new Set<Pending>();

  now(): number {
    return this.time;
  }

  after(ms: number, callback: () => void): () => void {
    const entry = { due: this.time + ms, callback };
    this.pending.add(entry);
    return () => this.pending.delete(entry);
  }

  /** How many timers are running. */
  get timers(): number {
    return this.pending.size;
  }

  /** Moves the time on by `ms`, calling what falls due on the way, in order. */
  advance(ms: number): void {
    const end = this.time + ms;
    for (let next = this.first(); next !== undefined && next.due <= end; next = this.first()) {
      this.pending.delete(next);
      this.time = Math.max(this.time, next.due);
      next.callback();
    }
    this.time = end;
  }

  private first(): Pending | undefined {
    let first: Pending | undefined;
    for (const entry of this.pending) if (first === undefined || entry.due < first.due) first = entry;
    return first;
  }
}
