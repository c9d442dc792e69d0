import { describe, expect, it } from 'vitest';
import type { FileView, IncomingView } from '../../../src-shared/ipc/snapshots';
import { minutesOf, type OpenSets, type ReceivedRow, receivedRows, setTitle } from './received-rows';

const NOON = new Date(2026, 10, 22, 12).getTime();
const DAY = 86_400_000;

function transfer(id: string, paths: readonly string[], at = NOON): IncomingView {
  const files: FileView[] = paths.map((path) => ({ path, size: 1, start: 0, track: { duration: 61 } }));
  return {
    ...{ id, from: 'Room 12', at, files, covers: [], totalBytes: 1, missingBytes: 0, state: 'complete' },
    ...{ transmission: 0, rate: 0, lossMap: new Uint8Array(0), received: [] },
  };
}

const none: OpenSets = new Map();
const seen = (rows: readonly ReceivedRow[]) =>
  rows.map((row) => (row.kind === 'file' ? `${row.transfer.id}.${row.file} ${row.place}` : row.kind));

describe('receivedRows', () => {
  it('opens the newest set alone, in the teacher’s order', () => {
    const rows = receivedRows([transfer('b', ['2.wav', '1.wav']), transfer('a', ['x.wav', 'y.wav'])], none);
    expect(seen(rows)).toEqual(['set', 'b.0 inside', 'b.1 last', 'set']);
  });

  it('opens and closes as the person says', () => {
    const open = new Map([
      ['b', false],
      ['a', true],
    ]);
    const rows = receivedRows([transfer('b', ['2.wav', '1.wav']), transfer('a', ['x.wav', 'y.wav'])], open);
    expect(seen(rows)).toEqual(['set', 'set', 'a.0 inside', 'a.1 last']);
  });

  it('shows a single file as a row by itself', () => {
    expect(seen(receivedRows([transfer('a', ['x.wav'])], none))).toEqual(['a.0 alone']);
  });

  it('names the days where there are several', () => {
    const rows = receivedRows([transfer('c', ['x']), transfer('b', ['x']), transfer('a', ['x'], NOON - DAY)], none);
    expect(seen(rows)).toEqual(['day', 'c.0 alone', 'b.0 alone', 'day', 'a.0 alone']);
  });

  it('gives every row a key of its own, even where the clock was turned back', () => {
    const at = [NOON, NOON - DAY, NOON];
    const rows = receivedRows(
      at.map((time, i) => transfer(`${i}`, ['x', 'y'], time)),
      none,
    );
    expect(new Set(rows.map(({ key }) => key)).size).toBe(rows.length);
  });
});

it('names a set by its folder and adds its minutes up', () => {
  const set = transfer('a', ['Spring/1.wav', 'Spring/2.wav']);
  expect(setTitle(set)).toBe('Spring');
  expect(minutesOf(set)).toBe(2);
});
