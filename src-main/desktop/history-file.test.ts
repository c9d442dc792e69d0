import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { HistoryEntry } from '../../src-shared/ipc/snapshots';
import { historyText, writeWhole } from './history-file';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tutti-export-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function entry(id: string): HistoryEntry {
  const bytes = { contentBytes: 1, totalBytes: 1, resentBytes: 0, filledBytes: 0 };
  return { id, createdAt: 0, elapsedMs: 0, files: [], ...bytes, members: [], rounds: [] };
}

it('is the one transfer that was asked for, or all', () => {
  const entries = [entry('ab'), entry('cd')];
  expect(historyText(entries, { format: 'csv', transfer: 'cd' })).not.toContain('ab,');
  expect(historyText(entries, { format: 'csv' })).toMatch(/ab,[\s\S]*cd,/);
  expect(JSON.parse(historyText(entries, { format: 'json' }))).toMatchObject({ transfers: entries });
  expect(() => historyText(entries, { format: 'csv', transfer: 'ef' })).toThrow(/nothing/);
});

it('replaces a file as a whole', async () => {
  const path = join(folder, 'history.csv');
  await writeWhole(path, 'old and longer');
  await writeWhole(path, 'new');
  expect(readFileSync(path, 'utf8')).toBe('new');
  expect(readdirSync(folder)).toEqual(['history.csv']);
});

it('leaves nothing behind where it cannot be written', async () => {
  const path = join(folder, 'taken');
  mkdirSync(join(path, 'inside'), { recursive: true });
  await expect(writeWhole(path, 'new')).rejects.toThrow(/could not be written to .*taken/);
  expect(readdirSync(folder)).toEqual(['taken']);
});
