import type { Range } from '../../src-shared/ranges/range-set';
import { PROACTIVE_DEVIATIONS, PROACTIVE_MAX, PROACTIVE_MIN_LOSS } from './params';
import type { TransferLayout } from './transfer-layout';

/**
 * How many parity units the first pass sends right after a block (PROTOCOL.md section 8.1): what the worst student is likely to lose of the
 * block and of its parity, and some deviations more, so that few blocks are left to a round. Pure.
 * @param loss 0…1, of the student that loses most
 * @param units how many units the block has
 */
export function proactiveParity(loss: number, units: number): number {
  if (loss < PROACTIVE_MIN_LOSS) return 0;
  const most = Math.min(PROACTIVE_MAX, units);
  const enough = (parity: number) => {
    const lost = loss * (units + parity);
    return parity >= Math.round(lost + PROACTIVE_DEVIATIONS * Math.sqrt(lost));
  };
  let parity = 0;
  while (parity < most && !enough(parity)) parity++;
  return parity;
}

/**
 * What a first pass sends: each block's units, and then as much of its parity as is found to be needed. That is asked once for each block, when its
 * parity is first looked at.
 */
export function* withProactiveParity(
  units: Iterable<Range>,
  layout: TransferLayout,
  countOf: (block: number) => number,
): Generator<Range, void, undefined> {
  for (const [start, end] of units) {
    for (let from = start, to: number; from < end; from = to) {
      const block = layout.blockOf(from);
      const border = block === undefined ? end : layout.unitsOfBlock(block)[1];
      to = Math.min(end, border);
      yield [from, to];
      const count = block === undefined || to < border ? 0 : countOf(block);
      if (block !== undefined && count > 0) yield [layout.parityOf(block, 0), layout.parityOf(block, count)];
    }
  }
}
