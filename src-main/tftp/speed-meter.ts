const SLICE_MS = 100;
const SLICES = 10;

/** Bytes per second over the last second, for displays. */
export class SpeedMeter {
  private readonly slices = new Array<number>(SLICES).fill(0);
  private current: number;

  constructor(now: number) {
    this.current = Math.floor(now / SLICE_MS);
  }

  add(bytes: number, now: number): void {
    this.turn(now);
    const slice = this.current % SLICES;
    this.slices[slice] = (this.slices[slice] ?? 0) + bytes;
  }

  bytesPerSecond(now: number): number {
    this.turn(now);
    return this.slices.reduce((sum, bytes) => sum + bytes, 0) / ((SLICES * SLICE_MS) / 1000);
  }

  private turn(now: number): void {
    const slice = Math.floor(now / SLICE_MS);
    for (let i = Math.max(this.current + 1, slice - SLICES + 1); i <= slice; i++) this.slices[i % SLICES] = 0;
    this.current = Math.max(this.current, slice);
  }
}
