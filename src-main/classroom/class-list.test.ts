import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MAX_GROUPS, MAX_STUDENTS } from '../../src-shared/wire/limits';
import { writePrivateFile } from '../security/private-file';
import { ClassList, ClassListError } from './class-list';

vi.mock('../security/private-file', { spy: true });

const ANA = 'a'.repeat(64);
const BEN = 'b'.repeat(64);
const CLEO = 'c'.repeat(64);

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tutti-class-'));
});
afterEach(() => rm(folder, { recursive: true }));

const path = () => join(folder, 'class.json');

async function classOf(...students: readonly [string, string][]): Promise<ClassList> {
  const list = await ClassList.load(folder);
  for (const [id, name] of students) await list.pair({ id, name }, 1000);
  return list;
}

describe('the class list', () => {
  it('is the same after a restart, and readable by its owner only', async () => {
    const list = await classOf([BEN, 'Ben'], [ANA, 'Ana']);
    await list.rename(BEN, 'Benjamin');
    await list.setGroup('Choir', [BEN]);
    const again = await ClassList.load(folder);
    expect(again.students).toEqual([
      { id: ANA, ownName: 'Ana', pairedAt: 1000 },
      { id: BEN, ownName: 'Ben', givenName: 'Benjamin', pairedAt: 1000 },
    ]);
    expect(again.groups).toEqual([{ name: 'Choir', students: [BEN] }]);
    expect((await stat(path())).mode & 0o777).toBe(0o600);
  });

  it('tells two students of one name apart, and calls one as the teacher does whatever it calls itself', async () => {
    const list = await classOf([ANA, 'Ana'], [BEN, 'Ana']);
    await list.rename(BEN, 'Ana B.');
    await list.heardName(BEN, 'Ana the Great');
    await list.heardName(ANA, 'Anna');
    expect(list.students.map(({ id }) => list.nameOf(id))).toEqual(['Ana B.', 'Anna']);
    expect(list.nameOf(CLEO)).toBeUndefined();
    expect([ANA, BEN, CLEO].map((id) => list.nameFor(id, 'New'))).toEqual(['New', 'Ana B.', 'New']);
  });

  it('is not kept busy by a student that calls itself something else all the time', async () => {
    const list = await classOf([ANA, 'Ana'], [BEN, 'Ben']);
    const heard = Array.from({ length: 300 }, (_, i) => list.heardName(ANA, `Ana ${i}`));
    heard.push(list.heardName(BEN, 'Benjamin'));
    const writes = vi.mocked(writePrivateFile);
    writes.mockClear();
    await Promise.all(heard);
    expect(list.students.map(({ id }) => list.nameOf(id))).toEqual(['Ana 299', 'Benjamin']);
    expect(writes.mock.calls.length).toBeLessThan(4);
    await list.heardName(ANA, 'Ana');
    expect(list.nameOf(ANA)).toBe('Ana');
  });

  it.each([
    ['Ana', true],
    ['ANA', true],
    ['Queen', true],
    ['Ｑｕｅｅｎ', true],
    ['Anabel', false],
  ])('knows the name %j: %j', async (name, known) => {
    const list = await classOf([ANA, 'Ana']);
    await list.rename(ANA, 'Queen');
    expect(list.hasName(name)).toBe(known);
  });

  it('keeps the name and the groups of a student that is paired anew', async () => {
    const list = await classOf([ANA, 'Ana']);
    await list.rename(ANA, 'Ana L.');
    await list.setGroup('Choir', [ANA]);
    await list.pair({ id: ANA, name: 'Laptop 7' }, 2000);
    expect(list.students).toEqual([{ id: ANA, ownName: 'Laptop 7', givenName: 'Ana L.', pairedAt: 2000 }]);
    expect(list.membersOf('Choir')).toEqual([ANA]);
  });

  it('forgets an un-paired student in its groups too, and what is heard of it after', async () => {
    const list = await classOf([ANA, 'Ana'], [BEN, 'Ben']);
    await list.setGroup('Choir', [ANA, BEN]);
    await list.unpair(ANA);
    await list.heardName(ANA, 'Ana');
    expect(list.has(ANA)).toBe(false);
    expect(list.groups).toEqual([{ name: 'Choir', students: [BEN] }]);
    await expect(list.rename(ANA, 'x')).rejects.toThrow(ClassListError);
  });

  it('holds groups of paired students, each once', async () => {
    const list = await classOf([ANA, 'Ana'], [BEN, 'Ben']);
    await list.setGroup('Choir', [ANA, ANA, CLEO]);
    await list.setGroup('Band', []);
    await list.setGroup('Choir', [BEN, ANA]);
    expect(list.groups).toEqual([
      { name: 'Choir', students: [BEN, ANA] },
      { name: 'Band', students: [] },
    ]);
    await list.renameGroup('Choir', 'Voices');
    await list.renameGroup('Voices', 'Voices');
    await expect(list.renameGroup('Band', 'Voices')).rejects.toThrow('There is a group “Voices” already');
    await expect(list.renameGroup('Choir', 'x')).rejects.toThrow('There is no group “Choir” any more');
    await list.removeGroup('Band');
    await expect(list.removeGroup('Band')).rejects.toThrow('There is no group “Band” any more');
    expect(list.groups.map(({ name }) => name)).toEqual(['Voices']);
    expect(list.has(ANA) && list.has(BEN)).toBe(true);
  });

  it('does not grow past its limits', async () => {
    const students = Array.from({ length: MAX_STUDENTS }, (_, i) => ({
      ...{ id: i.toString(16).padStart(64, '0'), ownName: `S${i}`, pairedAt: 0 },
    }));
    const groups = Array.from({ length: MAX_GROUPS }, (_, i) => ({ name: `G${i}`, students: [] }));
    await writeFile(path(), JSON.stringify({ version: 1, students, groups }));
    const list = await ClassList.load(folder);
    await expect(list.pair({ id: ANA, name: 'Ana' }, 0)).rejects.toThrow('A class has room for 1000 students');
    await expect(list.setGroup('one more', [])).rejects.toThrow('There may be 100 groups');
    await list.setGroup('G7', [students[3]?.id ?? '']);
    expect(list.groups).toHaveLength(MAX_GROUPS);
  });

  it('takes many changes at once', async () => {
    const list = await ClassList.load(folder);
    const ids = Array.from({ length: 30 }, (_, i) => i.toString(16).padStart(64, '0'));
    await Promise.all(ids.map((id) => list.pair({ id, name: `Student ${Number.parseInt(id, 16)}` }, 0)));
    expect((await ClassList.load(folder)).students.map(({ id }) => id)).toEqual(ids);
  });

  it('changes nothing that the disk does not take', async () => {
    const list = await classOf([ANA, 'Ana']);
    await rm(folder, { recursive: true });
    await writeFile(folder, 'a file in the way');
    await expect(list.pair({ id: BEN, name: 'Ben' }, 0)).rejects.toThrow(/cannot store the class list/);
    expect(list.students.map(({ id }) => id)).toEqual([ANA]);
  });

  it.each(['', '{', '{"version":2}', '{"version":1,"students":[{"id":"x"}],"groups":[]}'])(
    'says what to do about a damaged file: %j',
    async (text) => {
      await writeFile(path(), text);
      await expect(ClassList.load(folder)).rejects.toThrow(/is damaged. Put a copy of it back, or move it away/);
      expect(await readFile(path(), 'utf8')).toBe(text);
    },
  );
});
