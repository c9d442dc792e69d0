import type { HistoryEntry, HistoryMember } from '../../src-shared/ipc/snapshots';

/** The history for other programs: a table for spreadsheets, and JSON for everything else. Paths of the teacher's disk are in neither. */

/** Without it some spreadsheets take UTF-8 for something older. */
const BYTE_ORDER_MARK = '\ufeff';
/**
 * A cell that begins like this is a formula to a spreadsheet, and names come from the network. Where the comma is for
 * decimals, spreadsheets cut at semicolons (or tabs) instead, and quotes inside of what they cut mean nothing: each part counts.
 */
const FORMULA = /(^|[;\t\r\n])(?=\s*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20])/g;
const QUOTED = /[",\r\n]/;

const HEADINGS = [
  'Transfer',
  'Started',
  'Duration (s)',
  'Files',
  'First file',
  'Bytes',
  'Resent bytes',
  'Bytes by TCP',
  'Student',
  'Student id',
  'Address',
  'State',
  'Missing bytes',
  'Reason',
] as const;

/** A row for each student and transfer, as RFC 4180 says it; times in UTC (ISO 8601). A transfer that reached nobody has one row. */
export function historyAsCsv(entries: readonly HistoryEntry[]): string {
  const rows = entries.flatMap(rowsOf);
  return BYTE_ORDER_MARK + [HEADINGS, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('');
}

/** The entries as they are, after a head that says what they are. */
export function historyAsJson(entries: readonly HistoryEntry[]): string {
  return `${JSON.stringify({ format: 'tutti-history', version: 1, transfers: entries }, null, 2)}\n`;
}

type Cell = string | number;

function rowsOf(entry: HistoryEntry): Cell[][] {
  const transfer = [
    entry.id,
    new Date(entry.createdAt).toISOString(),
    Math.round(entry.elapsedMs / 1000),
    entry.files.length,
    entry.files[0]?.path ?? '',
    entry.contentBytes,
    entry.resentBytes,
    entry.filledBytes,
  ];
  if (entry.members.length === 0) return [[...transfer, '', '', '', '', '', entry.failure ?? '']];
  return entry.members.map((member) => [...transfer, ...cellsOf(member)]);
}

function cellsOf({ name, id, ip, state, missingBytes, why }: HistoryMember): Cell[] {
  return [name, id, ip, state, missingBytes, why ?? ''];
}

function cell(value: Cell): string {
  const text = typeof value === 'string' ? value.replace(FORMULA, "$1'") : String(value);
  return QUOTED.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
