import { normalize, type Range, type RangeSet, subtract } from '../../src-shared/ranges/range-set';
import { BLOCK_PARITY, BLOCK_UNITS } from '../../src-shared/wire/limits';
import { MAX_ROUND_PARITY, MOST_LIKELY_LOSS, SPARE_PARITY } from './params';
import type { TransferLayout } from './transfer-layout';

/** What a student misses, and the parity units that it holds of blocks which it cannot complete yet. */
interface Lacking {
  readonly missing: RangeSet;
  readonly heldParity: RangeSet;
}

/**
 * Block by block, whether a round carries what its students miss between them, or parity (PROTOCOL.md section 8.1): as many
 * parity units as the worst student lacks, and some for those that are lost in their turn, where these are fewer. Pure.
 * @param units the union of what the students miss
 * @param used how many parity units of each block have been sent before; these are not sent again
 * @returns the numbers of the parity units to send
 */
export function chooseParity(
  students: readonly Lacking[],
  units: RangeSet,
  layout: TransferLayout,
  used: Uint8Array,
): RangeSet {
  const lacking = new Uint8Array(layout.blockCount);
  for (const student of students) raiseTo(lacking, student, layout);
  const chosen: Range[] = [];
  countsIn(units, layout).forEach((wanted, block) => {
    const from = used[block] ?? 0;
    const lacks = lacking[block] ?? 0;
    const count = lacks + Math.max(from > 0 ? SPARE_PARITY : 0, likelyLoss(lacks));
    // Fewer units are always fewer bytes: at most one unit of a block is short.
    if (count >= wanted || count > MAX_ROUND_PARITY || from + count > BLOCK_PARITY) return;
    chosen.push([layout.parityOf(block, from), layout.parityOf(block, from + count)]);
  });
  return normalize(chosen);
}

/** How many of so many parity units are lost by the worst student, which has lost as many of a whole block. */
function likelyLoss(lacks: number): number {
  return Math.min(MOST_LIKELY_LOSS, Math.round(lacks * (lacks / BLOCK_UNITS)));
}

/** What a round sends, in the order of the files: the units, but of a block of which parity was chosen only that. */
export function carried(units: RangeSet, parity: RangeSet, layout: TransferLayout): Range[] {
  if (parity.length === 0) return [...units];
  const pieces = [...inBlocks(parity, layout)];
  const coded = normalize(pieces.map(([block]) => layout.unitsOfBlock(block)));
  const placed = pieces.map(([block, range]) => ({ at: layout.unitsOfBlock(block)[0], range }));
  for (const range of subtract(units, coded)) placed.push({ at: range[0], range });
  return placed.sort((a, b) => a.at - b.at).map(({ range }) => range);
}

/** Remembers that a round sends this parity: how many of each block's parity units have been used. */
export function use(parity: RangeSet, used: Uint8Array, layout: TransferLayout): void {
  for (const [block, [, end]] of inBlocks(parity, layout)) used[block] = layout.indexOf(end - 1) + 1;
}

/** Sets each block to what the student lacks there, where that is more. */
function raiseTo(lacking: Uint8Array, { missing, heldParity }: Lacking, layout: TransferLayout): void {
  const held = countsIn(heldParity, layout);
  countsIn(missing, layout).forEach((count, block) => {
    // Who misses something lacks at least one unit, whatever else it says.
    const lacks = count === 0 ? 0 : Math.max(1, count - (held[block] ?? 0));
    if (lacks > (lacking[block] ?? 0)) lacking[block] = lacks;
  });
}

/** How many of these units, or parity units, each block has. */
function countsIn(numbers: RangeSet, layout: TransferLayout): Uint8Array {
  const counts = new Uint8Array(layout.blockCount);
  for (const [block, [start, end]] of inBlocks(numbers, layout)) counts[block] = (counts[block] ?? 0) + end - start;
  return counts;
}

/** The ranges cut at the borders of blocks; the trailer is in none. */
export function* inBlocks(
  numbers: RangeSet,
  layout: TransferLayout,
): Generator<readonly [block: number, range: Range]> {
  for (const [start, end] of numbers) {
    for (let from = start, to: number; from < end; from = to) {
      const block = layout.blockOf(from);
      if (block === undefined) {
        to = Math.min(end, layout.unitCount);
        continue;
      }
      const border = layout.isParity(from) ? layout.parityOf(block + 1, 0) : layout.unitsOfBlock(block)[1];
      to = Math.min(end, border);
      yield [block, [from, to]];
    }
  }
}
