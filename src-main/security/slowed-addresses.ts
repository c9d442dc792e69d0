const FIRST_DELAY_MS = 2_000;
const LAST_DELAY_MS = 300_000;
/** An address that has failed nowhere for so long is as good as new. */
const FORGET_MS = 1_800_000;
/** More machines than any classroom's network has. */
const MAX_ADDRESSES = 1_024;

interface Record {
  readonly failures: number;
  readonly lastAt: number;
}

/**
 * Addresses from which a code was typed wrong: each failure doubles the time until the next try from there, from 2 s to
 * 5 min (PROTOCOL.md section 6.5). A person never notices; a machine that guesses is stopped.
 */
export class SlowedAddresses {
  /** The one whose failure is longest ago comes first. */
  private readonly records = new Map<string, Record>();

  /** Notes a failure at the time `now`, in ms. */
  failed(address: string, now: number): void {
    const earlier = this.records.get(address);
    const failures = earlier === undefined || now - earlier.lastAt >= FORGET_MS ? 1 : earlier.failures + 1;
    this.records.delete(address);
    this.records.set(address, { failures, lastAt: now });
    const [oldest] = this.records.keys();
    if (this.records.size > MAX_ADDRESSES && oldest !== undefined) this.records.delete(oldest);
  }

  /** When the next try from there may begin; in the past where it has not failed. */
  notBefore(address: string): number {
    const record = this.records.get(address);
    if (record === undefined) return Number.NEGATIVE_INFINITY;
    return record.lastAt + Math.min(LAST_DELAY_MS, FIRST_DELAY_MS * 2 ** (record.failures - 1));
  }
}
