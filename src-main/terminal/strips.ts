import type { DisplayOptions, Span } from './cell-text';

/** Loss maps and progress bars as rows of block characters. */

interface Blocks {
  /** Rising with the share that is missing. */
  readonly missing: readonly string[];
  readonly clean: string;
  readonly unsent: string;
  readonly full: string;
  readonly empty: string;
}

const UNICODE: Blocks = { missing: [...'▂▃▄▅▆▇█'], clean: '▁', unsent: '·', full: '━', empty: '─' };
const ASCII: Blocks = { missing: [...':-=+*%#'], clean: '_', unsent: '.', full: '=', empty: '-' };

export interface StripSize {
  readonly width: number;
  /** 0…1 of the transfer that has been sent at all. */
  readonly sent: number;
}

/** A student's loss map: high blocks where much is missing, a thin line where nothing is, dots where nothing was sent. */
export function memberStrip(map: Uint8Array, size: StripSize, options: DisplayOptions): Span[] {
  // A square root, because the losses worth telling apart are of a few percent.
  return lossStrip(map, size, (mean) => Math.sqrt(mean / 255), options);
}

/** The loss map of a whole group: the higher the block, the more of its students miss something there. */
export function groupStrip(counts: Uint16Array, students: number, size: StripSize, options: DisplayOptions): Span[] {
  return lossStrip(counts, size, (mean) => (students > 0 ? mean / students : 0), options);
}

function lossStrip(
  map: Uint8Array | Uint16Array,
  { width, sent }: StripSize,
  heightOf: (mean: number) => number,
  options: DisplayOptions,
): Span[] {
  const blocks = options.unicode ? UNICODE : ASCII;
  const spans: { text: string; style: 'dim' | 'good' | 'warning' | 'bad' }[] = [];
  for (let column = 0; column < width; column++) {
    const from = Math.floor((column * map.length) / width);
    const to = Math.max(from + 1, Math.floor(((column + 1) * map.length) / width));
    const cell = cellFor(Math.min(1, heightOf(meanOf(map, from, to))), column / width >= sent, blocks);
    const last = spans.at(-1);
    if (last?.style === cell.style) last.text += cell.text;
    else spans.push(cell);
  }
  return spans;
}

/** A progress bar of `width` cells for a share 0…1. */
export function progressBar(share: number, width: number, options: DisplayOptions): Span[] {
  const blocks = options.unicode ? UNICODE : ASCII;
  const filled = Math.max(0, Math.min(width, Math.floor(share * width)));
  return [
    { text: blocks.full.repeat(filled), style: 'accent' },
    { text: blocks.empty.repeat(width - filled), style: 'dim' },
  ];
}

/** The legend of `groupStrip`. */
export function groupLegend(options: DisplayOptions): string {
  const { missing, clean, unsent } = options.unicode ? UNICODE : ASCII;
  return `${unsent} not sent yet  ${clean} everybody has it  ${missing[0]}…${missing.at(-1)} one…all miss some of it`;
}

function cellFor(height: number, unsent: boolean, blocks: Blocks) {
  if (height > 0) {
    const level = Math.min(blocks.missing.length - 1, Math.floor(height * blocks.missing.length));
    return {
      text: blocks.missing[level] ?? blocks.unsent,
      style: height > 0.7 ? ('bad' as const) : ('warning' as const),
    };
  }
  if (unsent) return { text: blocks.unsent, style: 'dim' as const };
  return { text: blocks.clean, style: 'good' as const };
}

function meanOf(map: Uint8Array | Uint16Array, from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i++) sum += map[i] ?? 0;
  return sum / (to - from);
}
