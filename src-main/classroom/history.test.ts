import { appendFile, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TransferView } from '../../src-shared/ipc/snapshots';
import { History, HistoryError, type HistoryRecord, historyEntry, historyRecord } from './history';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tutti-history-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const path = () => join(folder, 'history.jsonl');
const idOf = (number: number) => number.toString(16).padStart(16, '0');
const numbers = (records: readonly HistoryRecord[]) => records.map(({ id }) => Number.parseInt(id, 16));

function record(number: number, more: Partial<HistoryRecord> = {}): HistoryRecord {
  return {
    ...{ id: idOf(number), createdAt: 1_700_000_000_000 + number, elapsedMs: 31_000 },
    files: [{ path: 'Set/1 Intro.flac', size: 5, title: 'Intro' }],
    ...{ contentBytes: 5, totalBytes: 37, resentBytes: 2, filledBytes: 1 },
    members: [{ id: 'f', name: 'Ana', ip: '10.0.0.2', state: 'failed', missingBytes: 3, why: 'disk full' }],
    rounds: [{ transmission: 0, mode: 'plain', why: 'first', bytes: 37, students: ['f'], durationMs: 900 }],
    failure: 'disk full',
    paths: ['/home/teacher/Set'],
    ...more,
  };
}

describe('the history', () => {
  it('has what was added, newest first, after a restart too', async () => {
    const history = new History(join(folder, 'new', 'state'));
    await Promise.all([history.add(record(1)), history.add(record(2))]);
    const again = new History(join(folder, 'new', 'state'));
    expect(await again.read()).toEqual({ records: [record(2), record(1)], damaged: 0 });
    expect(await again.find(idOf(1))).toEqual(record(1));
    expect(await again.find(idOf(3))).toBeUndefined();
    expect((await stat(join(folder, 'new', 'state', 'history.jsonl'))).mode & 0o777).toBe(0o600);
  });

  it('is empty where there is no file, and can be cleared', async () => {
    const history = new History(folder);
    await history.clear();
    expect(await history.read()).toEqual({ records: [], damaged: 0 });
    await history.add(record(1));
    await history.clear();
    expect((await history.read()).records).toEqual([]);
    expect(await readFile(path(), 'utf8')).toBe('');
  });

  it('skips and counts damaged lines: one torn by a crash costs only itself', async () => {
    const history = new History(folder);
    await history.add(record(1));
    await history.add(record(2));
    await truncate(path(), (await stat(path())).size - 10);
    await history.add(record(3));
    await appendFile(path(), '\nnull\n{"id":"x"}\n[]\n\n');
    const { records, damaged } = await history.read();
    expect([numbers(records), damaged]).toEqual([[3, 1], 4]);
  });

  it('drops the oldest past its limits, in one step', async () => {
    const history = new History(folder, { entries: 10, bytes: 1e6 });
    for (let i = 1; i <= 25; i++) await history.add(record(i));
    const kept = numbers((await history.read()).records);
    expect(kept).toEqual([25, 24, 23, 22, 21, 20, 19, 18, 17, 16]);
    const lines = (await readFile(path(), 'utf8')).split('\n').filter((line) => line !== '');
    expect(lines.length).toBeLessThanOrEqual(11);
    expect(await readdir(folder)).toEqual(['history.jsonl']);
  });

  it('drops the oldest where the entries are large', async () => {
    const history = new History(folder, { entries: 100, bytes: 20_000 });
    for (let i = 1; i <= 10; i++) await history.add(record(i, { failure: 'x'.repeat(5_000) }));
    expect((await stat(path())).size).toBeLessThan(22_100);
    expect(numbers((await history.read()).records)[0]).toBe(10);
  });

  it('says in words that the disk refuses, and goes on after', async () => {
    await writeFile(join(folder, 'state'), 'a file in the way');
    const history = new History(join(folder, 'state'));
    await expect(history.add(record(1))).rejects.toThrow(HistoryError);
    await rm(join(folder, 'state'));
    await history.add(record(2));
    expect(numbers((await history.read()).records)).toEqual([2]);
  });
});

it('an entry holds what the window showed at the end, and paths only for sending again', () => {
  const { members, rounds, paths, ...rest } = record(7);
  const view: TransferView = {
    ...rest,
    ...{ audience: 'everyone', start: { when: 'now' }, covers: ['data:x'], phase: 'failed', paused: false, rate: 5 },
    files: [{ path: 'Set/1 Intro.flac', size: 5, start: 0, track: { title: 'Intro', artist: 'Bo' } }],
    rounds: rounds.map((round) => ({ ...round, state: 'done', progress: 1 })),
    permanent: members.map((member) => {
      return {
        ...member,
        help: 'retry',
        current: false,
        progress: 0.5,
        rate: 1,
        loss: 0,
        lossMap: new Uint8Array(512),
      };
    }),
    ...{ lossMap: new Uint16Array(512), sentBytes: 37, help: 'retry' },
  };
  expect(historyRecord(view, paths)).toEqual(record(7));
  expect(historyEntry(record(7))).not.toHaveProperty('paths');
});
