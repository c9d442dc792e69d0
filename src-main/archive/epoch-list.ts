import type { RangeSet } from '../../src-shared/ranges/range-set';
import { type Extent, MAX_EPOCHS } from '../../src-shared/wire/channel-messages';
import type { EpochNumbers } from './retention';

/** An epoch that a publisher began: its first number, and one past its last once it is over. */
export interface PastEpoch {
  readonly epoch: number;
  readonly start: number;
  readonly end: number;
}

/**
 * Another epoch's number: later than every one before it even where the list of those was lost, as long as the clock is right
 * (PROTOCOL.md section 14.1). @param time ms since 1970
 */
export function nextEpoch(past: readonly PastEpoch[], time: number): number {
  const last = past.at(-1)?.epoch ?? 0;
  return Math.max(last + 1, Math.floor(time / 1000));
}

/** Those that are remembered: the newest. */
export function remembered(past: readonly PastEpoch[]): PastEpoch[] {
  return past.slice(1 - MAX_EPOCHS);
}

/** What can be had of each epoch, from the publisher (`here`) or from the archive (`there`). */
export function extentsOf(
  past: readonly PastEpoch[],
  here: readonly EpochNumbers[],
  there: readonly Extent[],
): Extent[] {
  return past.map(({ epoch, start, end }) => {
    const own = here.find((numbers) => numbers.epoch === epoch)?.ranges[0]?.[0] ?? end;
    const other = there.find((extent) => extent.epoch === epoch);
    const archived = other === undefined || other.first === other.end ? end : other.first;
    return { epoch, start, first: Math.min(own, archived, end), end };
  });
}

/** What an archive has, now that it has acknowledged these as well. */
export function withAcknowledged(extents: readonly Extent[], epoch: number, ranges: RangeSet): Extent[] {
  const [first, end] = [ranges[0]?.[0], ranges.at(-1)?.[1]];
  if (first === undefined || end === undefined) return [...extents];
  const known = extents.find((extent) => extent.epoch === epoch);
  const wider =
    known === undefined || known.first === known.end
      ? { epoch, start: first, first, end }
      : { ...known, first: Math.min(known.first, first), end: Math.max(known.end, end) };
  return [...extents.filter((extent) => extent.epoch !== epoch), wider];
}
