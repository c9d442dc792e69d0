import { inertText } from '../../src-shared/text/plain-text';

/** Text measured in terminal cells. */

export interface DisplayOptions {
  /** Width of the terminal in cells. */
  readonly columns: number;
  /** Height in lines; absent where nothing has to fit. */
  readonly rows?: number;
  readonly colour: boolean;
  /** False where the terminal's encoding is not UTF-8: then every line is ASCII. */
  readonly unicode: boolean;
}

export type Style = 'plain' | 'bold' | 'dim' | 'good' | 'warning' | 'bad' | 'accent';

/** A piece of a line. */
export interface Span {
  readonly text: string;
  readonly style?: Style;
}

const SELECT_GRAPHIC_RENDITION: Record<Style, string> = {
  plain: '',
  bold: '\x1b[1m',
  dim: '\x1b[2m',
  good: '\x1b[32m',
  warning: '\x1b[33m',
  bad: '\x1b[31m',
  accent: '\x1b[36m',
};
const RESET = '\x1b[0m';

/** Blocks of characters that terminals draw two cells wide: Unicode TR11 (W and F), and emoji. */
const WIDE: readonly (readonly [first: number, last: number])[] = [
  [0x1100, 0x115f],
  [0x231a, 0x231b],
  [0x23e9, 0x23f3],
  [0x2614, 0x2615],
  [0x2648, 0x2653],
  [0x26a1, 0x26a1],
  [0x26bd, 0x26be],
  [0x2705, 0x2705],
  [0x2728, 0x2728],
  [0x274c, 0x274e],
  [0x2753, 0x2757],
  [0x2795, 0x2797],
  [0x2b1b, 0x2b1c],
  [0x2b50, 0x2b55],
  [0x2e80, 0x303e],
  [0x3041, 0xa4cf],
  [0xa960, 0xa97c],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x16fe0, 0x18cff],
  [0x1aff0, 0x1b2ff],
  [0x1f004, 0x1f004],
  [0x1f0cf, 0x1f0cf],
  [0x1f18e, 0x1f19a],
  [0x1f1e6, 0x1f64f],
  [0x1f680, 0x1f6ff],
  [0x1f7e0, 0x1f7eb],
  [0x1f90c, 0x1faff],
  [0x20000, 0x3fffd],
];
const MARK = /^\p{M}$/u;

/** Cells that the text takes on a terminal. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += widthOfCharacter(character);
  return width;
}

/** The text in exactly `width` cells: padded with spaces, or cut with "…". */
export function fitTo(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const cut = cutTo(text, width);
  const padding = ' '.repeat(width - widthOf(cut));
  return align === 'left' ? cut + padding : padding + cut;
}

/** The text in at most `width` cells, the cut shown by "…". */
export function cutTo(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let taken = '';
  let used = 1;
  for (const character of text) {
    used += widthOfCharacter(character);
    if (used > width) break;
    taken += character;
  }
  return width > 0 ? `${taken}…` : '';
}

/** The text over several lines of at most `width` cells, broken at spaces, and inside a word that fits no line. */
export function wrapTo(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ').flatMap((word) => piecesOf(word, width))) {
    const line = lines.at(-1);
    if (line === undefined || widthOf(line) + 1 + widthOf(word) > width) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines;
}

/**
 * One line of a display, never wider than the terminal and never with a control character in it but our own colours: all
 * text passes here, so no name can steer the terminal.
 */
export function drawLine(spans: readonly Span[], { columns, colour, unicode }: DisplayOptions): string {
  let line = '';
  let left = columns;
  for (const { text, style = 'plain' } of spans) {
    const inert = inertText(unicode ? text : asAscii(text));
    const cut = unicode ? cutTo(inert, left) : inert.slice(0, left);
    if (cut === '') continue;
    left -= widthOf(cut);
    line += colour && style !== 'plain' ? SELECT_GRAPHIC_RENDITION[style] + cut + RESET : cut;
  }
  return colour ? line : line.trimEnd();
}

function piecesOf(word: string, width: number): string[] {
  const pieces = [''];
  for (const character of word) {
    const piece = pieces.at(-1) ?? '';
    if (piece !== '' && widthOf(piece) + widthOfCharacter(character) > width) pieces.push(character);
    else pieces[pieces.length - 1] = piece + character;
  }
  return pieces;
}

const ASCII_TWINS: readonly (readonly [RegExp, string])[] = [
  [/…/g, '~'],
  [/·/g, '-'],
  [/[●▸]/g, '*'],
  [/✓/g, '+'],
  [/✗/g, 'x'],
  [/○/g, 'o'],
];

function asAscii(text: string): string {
  const twins = ASCII_TWINS.reduce((line, [sign, twin]) => line.replace(sign, twin), text);
  return twins
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^\x00-\x7f]/gu, '?');
}

function widthOfCharacter(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x300) return 1;
  if (MARK.test(character)) return 0;
  return WIDE.some(([first, last]) => code >= first && code <= last) ? 2 : 1;
}
