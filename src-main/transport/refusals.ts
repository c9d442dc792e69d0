import type { Clock } from './clock';

/** So long nobody asks again where a teacher does not know this student any more; a person may pair anew at any time. */
const REFUSAL_MS = 30_000;

/** Who has sent this student away a moment ago, as not paired. */
export class Refusals {
  private readonly until = new Map<string, number>();

  constructor(private readonly clock: Clock) {}

  add(...keys: readonly string[]): void {
    for (const key of keys) this.until.set(key, this.clock.now() + REFUSAL_MS);
  }

  has(key: string): boolean {
    const until = this.until.get(key);
    if (until === undefined || until > this.clock.now()) return until !== undefined;
    this.until.delete(key);
    return false;
  }

  /** Something has changed that a person did. */
  clear(): void {
    this.until.clear();
  }
}
