/** A half-open interval of integers: `start` is in, `end` is not. */
export type Range = readonly [start: number, end: number];

/**
 * Sorted, disjoint, non-touching, non-empty ranges. Every function here takes and returns this form. A range that stays as it is is the same
 * object in what is returned: a set of a lossy transfer has hundreds of thousands.
 */
export type RangeSet = readonly Range[];

export const EMPTY: RangeSet = [];

/** The set of all integers in [start, end); empty when there are none. */
export function span(start: number, end: number): RangeSet {
  return start < end ? [[start, end]] : EMPTY;
}

/** Brings any list of ranges into the canonical form: sorted, merged, empty ranges dropped. */
export function normalize(ranges: readonly Range[]): RangeSet {
  const sorted = ranges.filter(([start, end]) => start < end).sort((a, b) => a[0] - b[0]);
  const merged: Range[] = [];
  for (const range of sorted) {
    const last = merged.at(-1);
    if (last === undefined || range[0] > last[1]) merged.push(range);
    else if (range[1] > last[1]) merged[merged.length - 1] = [last[0], range[1]];
  }
  return merged;
}

/** How many integers the set holds. */
export function sizeOf(set: RangeSet): number {
  let size = 0;
  for (const [start, end] of set) size += end - start;
  return size;
}

export function union(...sets: readonly RangeSet[]): RangeSet {
  return normalize(sets.flat());
}

export function intersect(a: RangeSet, b: RangeSet): RangeSet {
  const out: Range[] = [];
  let i = 0;
  let j = 0;
  for (;;) {
    const x = a[i];
    const y = b[j];
    if (x === undefined || y === undefined) return out;
    const start = Math.max(x[0], y[0]);
    const end = Math.min(x[1], y[1]);
    if (start < end) out.push(start === x[0] && end === x[1] ? x : [start, end]);
    if (x[1] < y[1]) i++;
    else j++;
  }
}

/** What is in `a` and not in `b`. */
export function subtract(a: RangeSet, b: RangeSet): RangeSet {
  const out: Range[] = [];
  let j = 0;
  for (const range of a) {
    const [start, end] = range;
    let from = start;
    while ((b[j]?.[1] ?? Number.POSITIVE_INFINITY) <= from) j++;
    for (let k = j; from < end; k++) {
      const cut = b[k];
      if (cut === undefined || cut[0] >= end) {
        out.push(from === start ? range : [from, end]);
        break;
      }
      if (cut[0] > from) out.push([from, cut[0]]);
      from = Math.max(from, cut[1]);
    }
  }
  return out;
}

/** The lowest integers of the set, `count` at most. */
export function lowest(set: RangeSet, count: number): RangeSet {
  const taken: Range[] = [];
  let left = count;
  for (const [start, end] of set) {
    if (left <= 0) break;
    const stop = Math.min(end, start + left);
    taken.push([start, stop]);
    left -= stop - start;
  }
  return taken;
}

/** The range that holds `value`, found by binary search. */
function rangeHolding(set: RangeSet, value: number): Range | undefined {
  let low = 0;
  let high = set.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const range = set[middle];
    if (range === undefined) return undefined;
    if (value < range[0]) high = middle - 1;
    else if (value >= range[1]) low = middle + 1;
    else return range;
  }
  return undefined;
}

export function contains(set: RangeSet, value: number): boolean {
  return rangeHolding(set, value) !== undefined;
}

/** True when every integer of `inner` is in `outer`. */
export function covers(outer: RangeSet, inner: RangeSet): boolean {
  return inner.every(([start, end]) => {
    const holder = rangeHolding(outer, start);
    return holder !== undefined && end <= holder[1];
  });
}

export function equals(a: RangeSet, b: RangeSet): boolean {
  return a.length === b.length && a.every(([start, end], i) => start === b[i]?.[0] && end === b[i]?.[1]);
}

/** The integers of the set, in order. */
export function* valuesOf(set: RangeSet): Generator<number> {
  for (const [start, end] of set) for (let value = start; value < end; value++) yield value;
}
