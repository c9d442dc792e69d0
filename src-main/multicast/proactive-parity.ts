import type { Range } from '../../src-shared/ranges/range-set';
import { CHUNK_UNITS } from '../../src-shared/wire/limits';
import {
  CHUNKS_LEFT,
  MAX_TRAILER_REPEATS,
  PROACTIVE_MAX,
  PROACTIVE_MIN_LOSS,
  ROUND_RISK,
  ROUND_SECONDS,
  ROUNDLESS_CLASS,
  ROUNDLESS_PARITY,
} from './params';
import type { Found } from './sender-io';
import type { TransferLayout } from './transfer-layout';

/** What a first pass sends besides its units, before anybody reports (PROTOCOL.md section 8.1). */
export interface Proactive {
  /** How many parity units follow a chunk at this loss, 0…1. Asked once for each chunk: these are used from now on, and no others of it. */
  parityAfter(chunk: number, loss: number): number;
  /** How often the trailer is sent once more. Asked when all chunks have been asked for. */
  trailerRepeats(loss: number): number;
}

/**
 * How many parity units of a chunk the student that loses most probably needs.
 * @param loss 0…1, of that student
 * @param units how many units the chunk has
 * @param risk 0…1, at most CHUNKS_LEFT: how likely it may lose more of chunk and parity than there is parity, as far as ROUNDLESS_PARITY goes
 */
export function proactiveParity(loss: number, units: number, risk: number): number {
  if (loss < PROACTIVE_MIN_LOSS) return 0;
  const most = Math.min(PROACTIVE_MAX, units);
  let parity = 0;
  const accepted = () => (parity < ROUNDLESS_PARITY ? risk : CHUNKS_LEFT);
  while (parity < most && chanceOfMore(parity, units + parity, loss) > accepted()) parity++;
  return parity;
}

/**
 * How likely a chunk may be left to a round. At first a round is needed anyway, as nobody knows the loss yet: few chunks. In a room that has
 * been sent to before, and is no large class, so seldom that there will most likely be no round at all, where the parity for it takes less time
 * than one.
 */
export function chunkRisk(layout: TransferLayout, found: Found | undefined, classSize: number): number {
  if (found === undefined || classSize > ROUNDLESS_CLASS) return CHUNKS_LEFT;
  const risk = Math.min(CHUNKS_LEFT, ROUND_RISK / Math.max(1, layout.chunkCount * classSize));
  const parityAt = (accepted: number) => proactiveParity(found.loss, CHUNK_UNITS, accepted);
  const moreBytes = (parityAt(risk) - parityAt(CHUNKS_LEFT)) * layout.chunkCount * layout.payloadBytes;
  return moreBytes < found.rate * ROUND_SECONDS ? risk : CHUNKS_LEFT;
}

/**
 * How often the trailer, of which there is no parity, is sent once more: where no round is to be needed, so often that it is a tenth as
 * likely to be the cause of one as the chunks are: it is short.
 * @param most datagrams that this may take
 */
export function trailerRepeats(layout: TransferLayout, loss: number, risk: number, most: number): number {
  if (risk >= CHUNKS_LEFT || loss < PROACTIVE_MIN_LOSS) return 0;
  const [start, end] = layout.trailerUnits;
  const enough = (risk * layout.chunkCount) / 10;
  let repeats = 0;
  while (repeats < MAX_TRAILER_REPEATS && (end - start) * loss ** (repeats + 1) > enough) repeats++;
  return Math.min(repeats, Math.floor(most / Math.max(1, end - start)));
}

/**
 * What a first pass sends: each chunk's units, and then as much of its parity as is found to be needed; at the end perhaps the trailer once more. That
 * is asked when it comes to it: a chunk's parity when that is first looked at.
 */
export function* withProactiveParity(
  units: Iterable<Range>,
  layout: TransferLayout,
  proactive: Proactive,
  loss: () => number,
): Generator<Range, void, undefined> {
  for (const [start, end] of units) {
    for (let from = start, to: number; from < end; from = to) {
      const chunk = layout.chunkOf(from);
      const border = chunk === undefined ? end : layout.unitsOfChunk(chunk)[1];
      to = Math.min(end, border);
      yield [from, to];
      const count = chunk === undefined || to < border ? 0 : proactive.parityAfter(chunk, loss());
      if (chunk !== undefined && count > 0) yield [layout.parityOf(chunk, 0), layout.parityOf(chunk, count)];
    }
  }
  for (let left = proactive.trailerRepeats(loss()); left > 0; left--) yield layout.trailerUnits;
}

/** The chance that more than `count` of so many datagrams are lost, each by itself. */
function chanceOfMore(count: number, datagrams: number, loss: number): number {
  if (loss >= 1) return datagrams > count ? 1 : 0;
  let chance = (1 - loss) ** datagrams;
  let few = chance;
  for (let lost = 1; lost <= count; lost++) {
    chance *= ((datagrams - lost + 1) / lost) * (loss / (1 - loss));
    few += chance;
  }
  return 1 - few;
}
