import { expect, it } from 'vitest';
import type { HistoryEntry } from '../../../src-shared/ipc/snapshots';
import { daysAgo, findEntries, incompleteOf, linesOf } from './history-list';

function entry(id: string, createdAt: number, parts: Partial<HistoryEntry> = {}): HistoryEntry {
  const sizes = { elapsedMs: 0, contentBytes: 0, totalBytes: 0, resentBytes: 0, filledBytes: 0 };
  return { id, createdAt, ...sizes, files: [], members: [], rounds: [], ...parts };
}

const noon = new Date(2026, 2, 29, 12).getTime();
const HOUR = 3_600_000;

it('puts every transfer below its day, newest first', () => {
  const lines = linesOf([entry('old', noon - 20 * HOUR), entry('new', noon), entry('morning', noon - 2 * HOUR)]);
  expect(lines.map((line) => (line.kind === 'day' ? 'day' : line.entry.id))).toEqual([
    'day',
    'new',
    'morning',
    'day',
    'old',
  ]);
});

it('counts days by the calendar, also across a change of the clock', () => {
  expect(daysAgo(noon, noon + 11 * HOUR)).toBe(0);
  expect(daysAgo(noon - 13 * HOUR, noon)).toBe(1);
  expect(daysAgo(new Date(2026, 2, 22, 23).getTime(), noon)).toBe(7);
});

it('finds by title, path and student', () => {
  const entries = [
    entry('a', 1, { files: [{ path: 'Set/01 Sakura.flac', size: 1, title: 'Sakura' }] }),
    entry('b', 2, {
      members: [{ id: 'x', name: 'Ana Lima', ip: '', state: 'complete', missingBytes: 0 }],
      files: [{ path: 'notes.pdf', size: 1 }],
    }),
  ];
  const found = (typed: string) => findEntries(entries, typed).map(({ id }) => id);
  expect(found('sakura')).toEqual(['a']);
  expect(found('NOTES')).toEqual(['b']);
  expect(found('lima')).toEqual(['b']);
  expect(found(' ')).toEqual(['a', 'b']);
});

it('counts whoever misses something, failed or away', () => {
  const member = (id: string, state: 'complete' | 'failed' | 'away') => ({
    id,
    name: id,
    ip: '',
    state,
    missingBytes: 0,
  });
  const members = [member('a', 'complete'), member('b', 'failed'), member('c', 'away')];
  expect(incompleteOf(entry('t', 0, { members })).map(({ id }) => id)).toEqual(['b', 'c']);
});
