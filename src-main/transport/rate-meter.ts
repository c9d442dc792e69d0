/** Rates are measured over about this long. */
const WINDOW_MS = 500;
/** A first estimate is ready so long after the first byte. */
const EARLY_MS = 100;

/** How fast a count of bytes grows. Time is an argument, in ms. */
export class RateMeter {
  private from: { readonly at: number; readonly bytes: number } | undefined;
  private rate = 0;

  /** Takes the present count. @returns bytes per second, lately */
  measure(bytes: number, now: number): number {
    const { from = { at: now, bytes } } = this;
    this.from = from;
    const elapsed = now - from.at;
    const grown = Math.max(0, bytes - from.bytes);
    if (this.rate === 0 && grown === 0) {
      // The clock starts with the first byte.
      this.from = { at: now, bytes };
      return 0;
    }
    if (elapsed < WINDOW_MS) return this.rate > 0 || elapsed < EARLY_MS ? this.rate : (1000 * grown) / elapsed;
    this.rate = (1000 * grown) / elapsed;
    this.from = { at: now, bytes };
    return this.rate;
  }
}
