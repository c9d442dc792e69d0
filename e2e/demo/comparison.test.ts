import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { comparisonTable, differences, digestsIn } from './comparison';

const EMPTY_SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const originals = [
  { path: 'a.wav', size: 1000, sha256: 'aa' },
  { path: 'b/c.flac', size: 2000, sha256: 'cc' },
];
const student = (digests: Record<string, string>) => ({ student: 'Anna', digests: new Map(Object.entries(digests)) });

let directory = '';
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tutti-comparison-'));
});
afterAll(() => rm(directory, { recursive: true }));

it('digests files in nested folders', async () => {
  await mkdir(join(directory, 'x', 'y'), { recursive: true });
  await writeFile(join(directory, 'x', 'y', 'empty'), '');
  expect([...(await digestsIn(directory))]).toEqual([['x/y/empty', EMPTY_SHA256]]);
  expect([...(await digestsIn(join(directory, 'nowhere')))]).toEqual([]);
});

describe('differences', () => {
  it('finds none where all is equal', () => {
    expect(differences(originals, [student({ 'a.wav': 'aa', 'b/c.flac': 'cc' })])).toEqual([]);
  });

  it('finds what is missing, other or too much', () => {
    expect(differences(originals, [student({ 'a.wav': 'ab', 'd.wav': 'dd' })])).toEqual([
      'Anna lacks b/c.flac.',
      'Anna has another a.wav.',
      'Anna also has d.wav.',
    ]);
  });
});

it('draws a line a file', () => {
  const [heading, first, second] = comparisonTable(originals, [student({ 'a.wav': 'aa', 'b/c.flac': 'xx' })]);
  expect(heading).toMatch(/^File +Size {2}SHA-256 +Anna$/);
  expect(first).toMatch(/^a.wav +1.0 kB {2}aa +identical$/);
  expect(second).toMatch(/^b\/c.flac +2.0 kB {2}cc +DIFFERENT$/);
  expect(comparisonTable(originals, [student({})])[1]).toMatch(/MISSING$/);
});
