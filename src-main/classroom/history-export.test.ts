import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HistoryEntry, HistoryMember } from '../../src-shared/ipc/snapshots';
import { historyAsCsv, historyAsJson } from './history-export';

const ANA: HistoryMember = { id: 'aa', name: 'Ana', ip: '10.0.0.2', state: 'complete', missingBytes: 0 };

function entry(...members: HistoryMember[]): HistoryEntry {
  return {
    ...{ id: '0011', createdAt: Date.UTC(2026, 0, 31, 9, 5), elapsedMs: 31_499 },
    files: [
      { path: 'Set/1.flac', size: 5 },
      { path: 'Set/2.flac', size: 7 },
    ],
    ...{ contentBytes: 12, totalBytes: 44, resentBytes: 3, filledBytes: 2, rounds: [], members },
  };
}

/** A reader of RFC 4180, written from the RFC alone. */
function read(csv: string): string[][] {
  const rows: string[][] = [];
  let rest = csv;
  while (rest !== '') {
    const row: string[] = [];
    for (let more = true; more; ) {
      const [whole, quoted, plain, end] = /^(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/.exec(rest) ?? [];
      if (whole === undefined) throw new Error(`not CSV: ${JSON.stringify(rest)}`);
      row.push(quoted?.replaceAll('""', '"') ?? plain ?? '');
      rest = rest.slice(whole.length);
      more = end === ',';
    }
    rows.push(row);
  }
  return rows;
}

describe('the history as CSV', () => {
  it('has a row for each student and transfer, below headings, after a byte order mark', () => {
    const failed: HistoryMember = { ...ANA, name: 'Ben', state: 'failed', missingBytes: 9, why: 'the disk is full' };
    const csv = historyAsCsv([entry(ANA, failed), entry()]);
    expect(csv.startsWith('\ufeffTransfer,Started,')).toBe(true);
    const [headings = [], ...rows] = read(csv.slice(1));
    expect(rows.map((row) => row.length)).toEqual(rows.map(() => headings.length));
    const shared = ['0011', '2026-01-31T09:05:00.000Z', '31', '2', 'Set/1.flac', '12', '3', '2'];
    expect(rows).toEqual([
      [...shared, 'Ana', 'aa', '10.0.0.2', 'complete', '0', ''],
      [...shared, 'Ben', 'aa', '10.0.0.2', 'failed', '9', 'the disk is full'],
      [...shared, '', '', '', '', '', ''],
    ]);
  });

  it('says why a transfer that reached nobody failed', () => {
    const csv = historyAsCsv([{ ...entry(), failure: 'Everybody went home.' }]);
    expect(read(csv.slice(1)).at(-1)?.at(-1)).toBe('Everybody went home.');
  });

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', ' =1', '＝1', '＠SUM(A1)'])(
    'does not let %j be a formula',
    (name) => {
      const csv = historyAsCsv([entry({ ...ANA, name })]);
      expect(read(csv.slice(1))[1]?.[8]).toMatch(/^'/);
    },
  );

  /** Where the comma is for decimals, a spreadsheet opens a CSV file with semicolons between cells, and knows no quotes then. */
  it.each(['x;=1+1', 'x; @SUM(A1)', 'x;x;＋1', 'x\n=1', 'x\t=1'])('does not let a part of %j be one', (name) => {
    const csv = historyAsCsv([entry({ ...ANA, name })]);
    const cells = csv.split(/[;\t\r\n]/);
    expect(cells.filter((cell) => /^\s*[=+\-@＝＋－＠]/.test(cell))).toEqual([]);
    expect(read(csv.slice(1))[1]?.[8]?.replaceAll("'", '')).toBe(name);
  });

  it('gives every name back, whatever is in it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (name) => {
        const cell = read(historyAsCsv([entry({ ...ANA, name })]).slice(1))[1]?.[8];
        expect(cell?.replaceAll("'", '')).toBe(name.replaceAll("'", ''));
        expect(cell).not.toMatch(/^[=+\-@\t\r]/);
      }),
    );
  });
});

it('the history as JSON says what it is and leaves nothing out', () => {
  expect(JSON.parse(historyAsJson([entry(ANA)]))).toEqual({
    format: 'tutti-history',
    version: 1,
    transfers: [entry(ANA)],
  });
});
