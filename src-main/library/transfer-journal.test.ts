import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { CHUNK_UNITS } from '../../src-shared/wire/limits';
import { TransferLayout } from '../multicast/transfer-layout';
import { buildManifest, scan } from './manifest';
import {
  findResumable,
  loadTeacherJournals,
  removeTeacherJournal,
  saveTeacherJournal,
  type TeacherJournal,
} from './transfer-journal';
import { TransferSource } from './transfer-source';

const CHUNK = CHUNK_UNITS * 1448;

let directory: string;
let song: string;
let journals: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tutti-journal-'));
  song = join(directory, 'song.wav');
  journals = join(directory, 'journals');
  await writeFile(song, randomBytes(5 * CHUNK - 100));
});
afterEach(() => rm(directory, { recursive: true }));

async function interrupted(transfer = '00000000000000aa', startedAt = 1): Promise<TeacherJournal> {
  const { manifest, sources } = buildManifest(await scan([song]));
  const key = randomBytes(32);
  const source = TransferSource.open({ sources, layout: new TransferLayout(5 * CHUNK - 100, 1448), key });
  for (const chunk of [0, 1, 3]) await source.readChunk(chunk);
  await source.close();
  const anna = { id: 'a'.repeat(64), name: 'Anna', ip: '10.0.0.2', outcome: 'open' as const };
  return {
    ...{ transfer, sources, startedAt, digests: source.digests },
    offer: { manifest, key: key.toString('base64'), payloadBytes: 1448 },
    state: {
      ...{ transmission: 2, sequence: 0xfffffff0, resentBytes: 5, filledBytes: 0, parityUsed: Uint8Array.of(7, 0) },
      members: [{ ...anna, missing: [[3, 90]] }],
    },
  };
}

it('gives back what was saved, the latest first', async () => {
  const [first, second] = [await interrupted(), await interrupted('00000000000000bb', 2)];
  await saveTeacherJournal(journals, first);
  await saveTeacherJournal(journals, second);
  await saveTeacherJournal(journals, { ...first, state: { ...first.state, transmission: 3 } });
  expect(await loadTeacherJournals(journals)).toEqual([
    second,
    { ...first, state: { ...first.state, transmission: 3 } },
  ]);
  await removeTeacherJournal(journals, first.transfer);
  expect(await loadTeacherJournals(journals)).toEqual([second]);
});

it('can be read by its owner only, for the key is in it', async () => {
  await saveTeacherJournal(journals, await interrupted());
  for (const name of await readdir(journals)) expect((await stat(join(journals, name))).mode & 0o777).toBe(0o600);
});

it('resumes only where the same files are still what they were', async () => {
  const journal = await interrupted();
  expect(findResumable([journal], await scan([song]))).toBe(journal);
  expect(findResumable([journal], await scan([song, song]))).toBeUndefined();
  await writeFile(song, 'changed');
  expect(findResumable([journal], await scan([song]))).toBeUndefined();
});

it('goes on with the digests of what was sent', async () => {
  const journal = await interrupted();
  await saveTeacherJournal(journals, journal);
  const [loaded] = await loadTeacherJournals(journals);
  if (loaded === undefined) throw new Error('no journal');
  const handed = { layout: new TransferLayout(5 * CHUNK - 100, 1448), key: Buffer.from(loaded.offer.key, 'base64') };
  const source = TransferSource.open({ ...loaded, ...handed });
  await source.readChunk(3);
  const content = await readFile(song);
  content[4 * CHUNK - 1] = (content[4 * CHUNK - 1] ?? 0) ^ 1;
  await writeFile(song, content);
  const sources = (await scan([song])).map((file) => ({ ...file }));
  await expect(TransferSource.open({ ...loaded, ...handed, sources }).readChunk(3)).rejects.toThrow(/changed while/);
  await source.close();
});

it.each(['transfer', 'progress'])('leaves out a journal whose %s file is damaged', async (part) => {
  await saveTeacherJournal(journals, await interrupted());
  await truncate(join(journals, `00000000000000aa.${part}.json`), 100);
  expect(await loadTeacherJournals(journals)).toEqual([]);
});

it('leaves out a journal of another version, whose chunks are others', async () => {
  await saveTeacherJournal(journals, await interrupted());
  const path = join(journals, '00000000000000aa.transfer.json');
  const { version, ...head } = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
  for (const other of [{ version: Number(version) - 1, ...head }, head]) {
    await writeFile(path, JSON.stringify(other));
    expect(await loadTeacherJournals(journals)).toEqual([]);
  }
  await writeFile(path, JSON.stringify({ version, ...head }));
  expect(await loadTeacherJournals(journals)).toHaveLength(1);
});

it('finds nothing where there is nothing', async () => {
  expect(await loadTeacherJournals(journals)).toEqual([]);
});
