import type { MemberState } from '../../src-shared/ipc/events';
import type { MemberView, TransferView } from '../../src-shared/ipc/snapshots';
import { formatBytes, formatPercent, formatRate } from '../../src-shared/text/format';
import { plainText } from '../../src-shared/text/plain-text';
import { memberInWords, stateInWords } from '../../src-shared/text/sentences';
import { type DisplayOptions, drawLine, fitTo, type Span, type Style, widthOf } from './cell-text';
import { memberStrip } from './strips';

/** The scorecard: one line a student. */

const MAX_NAME_CELLS = 22;
const MAX_STATE_CELLS = 32;
const MIN_STRIP_CELLS = 8;
const GAP = '  ';

const SIGNS: Record<MemberState, { readonly sign: string; readonly style: Style }> = {
  waiting: { sign: '○', style: 'dim' },
  receiving: { sign: '●', style: 'accent' },
  repairing: { sign: '●', style: 'warning' },
  filling: { sign: '●', style: 'warning' },
  storing: { sign: '●', style: 'good' },
  complete: { sign: '✓', style: 'good' },
  away: { sign: '○', style: 'bad' },
  failed: { sign: '✗', style: 'bad' },
};

/** Whoever needs the teacher's eye comes first when there is no room for all. */
const URGENCY: readonly MemberState[] = [
  'failed',
  'away',
  'filling',
  'repairing',
  'receiving',
  'storing',
  'waiting',
  'complete',
];

interface Column {
  readonly heading: string;
  readonly width: number;
  readonly align: 'left' | 'right';
  text(member: MemberView): string;
}

/**
 * The scorecard's lines: a heading, then one line for each student of the permanent group, at most `maxLines` in all;
 * those left out are counted by state.
 */
export function scorecardTable(transfer: TransferView, maxLines: number, options: DisplayOptions): string[] {
  const columns = columnsFor(transfer, options.columns);
  const strip = options.columns - 2 - columns.reduce((sum, column) => sum + column.width + GAP.length, 0);
  const shown = mostUrgent(transfer.permanent, maxLines - 1);
  const heading = columns.map(({ heading, width, align }) => fitTo(heading, width, align)).join(GAP);
  const map = strip >= MIN_STRIP_CELLS ? `${GAP}${strip < 13 ? 'Where' : 'Missing where'}` : '';
  const lines = [drawLine([{ text: `  ${heading}${map}`, style: 'dim' }], options)];
  for (const member of shown) lines.push(memberLine(member, transfer, columns, strip, options));
  if (shown.length < transfer.permanent.length) {
    const hidden = transfer.permanent.filter((member) => !shown.includes(member));
    lines.push(drawLine([{ text: `  and ${hidden.length} more: ${statesOf(hidden)}`, style: 'dim' }], options));
  }
  return lines;
}

function memberLine(
  member: MemberView,
  transfer: TransferView,
  columns: readonly Column[],
  strip: number,
  options: DisplayOptions,
): string {
  const { sign, style } = SIGNS[member.state];
  const spans: Span[] = [{ text: `${sign} `, style }];
  columns.forEach((column, i) => {
    spans.push({ text: fitTo(column.text(member), column.width, column.align), style: i === 1 ? style : 'plain' });
    spans.push({ text: GAP });
  });
  if (strip >= MIN_STRIP_CELLS) {
    const sent = transfer.totalBytes > 0 ? transfer.sentBytes / transfer.totalBytes : 1;
    spans.push(...memberStrip(member.lossMap, { width: strip, sent }, options));
  }
  return drawLine(spans, options);
}

function columnsFor({ permanent, rounds }: TransferView, columns: number): Column[] {
  const transmission = rounds.at(-1)?.transmission ?? 0;
  const name = (member: MemberView) => plainText(member.name, 40);
  const state = (member: MemberView) => memberInWords(member, transmission);
  const narrow = columns < 72;
  const all: (Column & { from: number })[] = [
    {
      heading: 'Student',
      width: widthFor(permanent, name, 8, narrow ? 14 : MAX_NAME_CELLS),
      align: 'left',
      text: name,
      from: 0,
    },
    {
      heading: 'State',
      width: widthFor(permanent, state, 9, narrow ? 24 : MAX_STATE_CELLS),
      align: 'left',
      text: state,
      from: 0,
    },
    { heading: 'Has', width: 7, align: 'right', text: (member) => formatPercent(member.progress), from: 0 },
    { heading: 'Speed', width: 9, align: 'right', text: (member) => unlessZero(member.rate, formatRate), from: 80 },
    { heading: 'Lost', width: 7, align: 'right', text: (member) => unlessZero(member.loss, formatPercent), from: 72 },
    {
      heading: 'Missing',
      width: 9,
      align: 'right',
      text: (member) => unlessZero(member.missingBytes, formatBytes),
      from: 96,
    },
  ];
  return all.filter((column) => columns >= column.from);
}

function widthFor(members: readonly MemberView[], text: (member: MemberView) => string, min: number, max: number) {
  return Math.min(
    max,
    members.reduce((width, member) => Math.max(width, widthOf(text(member))), min),
  );
}

function mostUrgent(members: readonly MemberView[], count: number): readonly MemberView[] {
  if (members.length <= count) return members;
  // One line is for the count of the others.
  const chosen = new Set(
    [...members].sort((a, b) => URGENCY.indexOf(a.state) - URGENCY.indexOf(b.state)).slice(0, Math.max(0, count - 1)),
  );
  return members.filter((member) => chosen.has(member));
}

function statesOf(members: readonly MemberView[]): string {
  return URGENCY.map((state) => ({ state, count: members.filter((member) => member.state === state).length }))
    .filter(({ count }) => count > 0)
    .map(({ state, count }) => `${count} ${stateInWords(state)}`)
    .join(', ');
}

function unlessZero(value: number, format: (value: number) => string): string {
  return value > 0 ? format(value) : '';
}
