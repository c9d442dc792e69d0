import type { Range, RangeSet } from './range-set';

/** A set of integers in [0, size) with one bit each: for sets that change with every datagram. */
export class Bitmap {
  readonly bytes: Uint8Array;
  private members = 0;

  /** Starts from a copy of `bytes` (bit i of byte j is member 8j + i), or empty. */
  constructor(
    readonly size: number,
    bytes?: Uint8Array,
  ) {
    this.bytes = new Uint8Array(Math.ceil(size / 8));
    if (bytes === undefined) return;
    for (let i = 0; i < size; i++) if (((bytes[i >>> 3] ?? 0) & (1 << (i & 7))) !== 0) this.add(i);
  }

  /** How many integers the set holds. */
  get count(): number {
    return this.members;
  }

  has(value: number): boolean {
    return ((this.bytes[value >>> 3] ?? 0) & (1 << (value & 7))) !== 0;
  }

  /** @returns false where it was a member already. */
  add(value: number): boolean {
    if (this.has(value)) return false;
    this.bytes[value >>> 3] = (this.bytes[value >>> 3] ?? 0) | (1 << (value & 7));
    this.members++;
    return true;
  }

  remove(value: number): void {
    if (!this.has(value)) return;
    this.bytes[value >>> 3] = (this.bytes[value >>> 3] ?? 0) & ~(1 << (value & 7));
    this.members--;
  }

  addRange([start, end]: Range): void {
    for (let value = start; value < end; value++) this.add(value);
  }

  removeRange([start, end]: Range): void {
    for (let value = start; value < end; value++) this.remove(value);
  }

  hasAll([start, end]: Range): boolean {
    for (let value = start; value < end; value++) if (!this.has(value)) return false;
    return true;
  }

  /** What is in the set, as ranges. */
  ranges(): RangeSet {
    return this.runs(true);
  }

  /** What of [0, size) is not in the set, as ranges. */
  complement(): RangeSet {
    return this.runs(false);
  }

  private runs(wanted: boolean): RangeSet {
    const uninteresting = wanted ? 0x00 : 0xff;
    const out: [number, number][] = [];
    let last: [number, number] | undefined;
    for (let value = 0; value < this.size; value++) {
      if ((value & 7) === 0 && this.bytes[value >>> 3] === uninteresting) {
        value += 7;
        continue;
      }
      if (this.has(value) !== wanted) continue;
      if (last?.[1] === value) last[1]++;
      else {
        last = [value, value + 1];
        out.push(last);
      }
    }
    return out;
  }
}
