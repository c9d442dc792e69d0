import { normalize, type Range, type RangeSet, subtract } from '../../src-shared/ranges/range-set';
import { CHUNK_PARITY, CHUNK_UNITS } from '../../src-shared/wire/limits';
import { MAX_ROUND_PARITY, MOST_LIKELY_LOSS, SPARE_PARITY } from './params';
import type { TransferLayout } from './transfer-layout';

/** What a student misses, and the parity units that it holds of chunks which it cannot complete yet. */
interface Lacking {
  readonly missing: RangeSet;
  readonly heldParity: RangeSet;
}

/**
 * Chunk by chunk, whether a round carries what its students miss between them, or parity (PROTOCOL.md section 8.1): as many
 * parity units as the worst student lacks, and some for those that are lost in their turn, where these are fewer. Pure.
 * @param units the union of what the students miss
 * @param used how many parity units of each chunk have been sent before; these are not sent again
 * @returns the numbers of the parity units to send
 */
export function chooseParity(
  students: readonly Lacking[],
  units: RangeSet,
  layout: TransferLayout,
  used: Uint8Array,
): RangeSet {
  const lacking = new Uint8Array(layout.chunkCount);
  for (const student of students) raiseTo(lacking, student, layout);
  const chosen: Range[] = [];
  countsIn(units, layout).forEach((wanted, chunk) => {
    const from = used[chunk] ?? 0;
    const lacks = lacking[chunk] ?? 0;
    const count = lacks + Math.max(from > 0 ? SPARE_PARITY : 0, likelyLoss(lacks));
    // Fewer units are always fewer bytes: at most one unit of a chunk is short.
    if (count >= wanted || count > MAX_ROUND_PARITY || from + count > CHUNK_PARITY) return;
    chosen.push([layout.parityOf(chunk, from), layout.parityOf(chunk, from + count)]);
  });
  return normalize(chosen);
}

/** How many of so many parity units are lost by the worst student, which has lost as many of a whole chunk. */
function likelyLoss(lacks: number): number {
  return Math.min(MOST_LIKELY_LOSS, Math.round(lacks * (lacks / CHUNK_UNITS)));
}

/** What a round sends, in the order of the files: the units, but of a chunk of which parity was chosen only that. */
export function carried(units: RangeSet, parity: RangeSet, layout: TransferLayout): Range[] {
  if (parity.length === 0) return [...units];
  const pieces = [...inChunks(parity, layout)];
  const coded = normalize(pieces.map(([chunk]) => layout.unitsOfChunk(chunk)));
  const placed = pieces.map(([chunk, range]) => ({ at: layout.unitsOfChunk(chunk)[0], range }));
  for (const range of subtract(units, coded)) placed.push({ at: range[0], range });
  return placed.sort((a, b) => a.at - b.at).map(({ range }) => range);
}

/** Remembers that a round sends this parity: how many of each chunk's parity units have been used. */
export function use(parity: RangeSet, used: Uint8Array, layout: TransferLayout): void {
  for (const [chunk, [, end]] of inChunks(parity, layout)) used[chunk] = layout.indexOf(end - 1) + 1;
}

/** Sets each chunk to what the student lacks there, where that is more. */
function raiseTo(lacking: Uint8Array, { missing, heldParity }: Lacking, layout: TransferLayout): void {
  const held = countsIn(heldParity, layout);
  countsIn(missing, layout).forEach((count, chunk) => {
    // Who misses something lacks at least one unit, whatever else it says.
    const lacks = count === 0 ? 0 : Math.max(1, count - (held[chunk] ?? 0));
    if (lacks > (lacking[chunk] ?? 0)) lacking[chunk] = lacks;
  });
}

/** How many of these units, or parity units, each chunk has. */
function countsIn(numbers: RangeSet, layout: TransferLayout): Uint8Array {
  const counts = new Uint8Array(layout.chunkCount);
  for (const [chunk, [start, end]] of inChunks(numbers, layout)) counts[chunk] = (counts[chunk] ?? 0) + end - start;
  return counts;
}

/** The ranges cut at the borders of chunks; the trailer is in none. */
export function* inChunks(
  numbers: RangeSet,
  layout: TransferLayout,
): Generator<readonly [chunk: number, range: Range]> {
  for (const [start, end] of numbers) {
    for (let from = start, to: number; from < end; from = to) {
      const chunk = layout.chunkOf(from);
      if (chunk === undefined) {
        to = Math.min(end, layout.unitCount);
        continue;
      }
      const border = layout.isParity(from) ? layout.parityOf(chunk + 1, 0) : layout.unitsOfChunk(chunk)[1];
      to = Math.min(end, border);
      yield [chunk, [from, to]];
    }
  }
}
