import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ConflictRule } from '../../src-shared/ipc/contract';
import { type FileToPlace, placeFiles } from './place-files';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tutti-place-'));
});
afterEach(() => rm(directory, { recursive: true }));

const now = new Date(2026, 10, 22, 14, 3, 11);
const BACKUP = 'song (backup 2026-11-22 14.03.11).wav';
const isRoot = process.getuid?.() === 0 && process.platform === 'linux';

const music = () => join(directory, 'music');
const inMusic = (...names: string[]) => join(music(), ...names);
const contents = async (...names: string[]) => readFile(inMusic(...names), 'utf8');

let parts = 0;
/** A complete file in hiding. */
async function part(path: string, content: string): Promise<FileToPlace> {
  const hidden = join(directory, `part ${parts++}`);
  await writeFile(hidden, content);
  return { part: hidden, path: path.split('/'), size: Buffer.byteLength(content), modified: 1_500_000_000_000 };
}

async function place(rule: ConflictRule, files: Record<string, string>, at = music()): Promise<string[]> {
  const given = await Promise.all(Object.entries(files).map(([path, content]) => part(path, content)));
  const received = await placeFiles(at, given, { rule, now });
  return received.map(({ path }) => path);
}

async function old(content = 'old', name = 'song.wav'): Promise<void> {
  await mkdir(music(), { recursive: true });
  await writeFile(inMusic(name), content);
}

describe('where a file of the name is there', () => {
  it.each(['keepBoth', 'replace', 'backUp'] as const)('the same content stays as it is: %s', async (rule) => {
    await old('same');
    const before = await stat(inMusic('song.wav'));
    expect(await place(rule, { 'song.wav': 'same' })).toEqual(['song.wav']);
    expect((await stat(inMusic('song.wav'))).ino).toBe(before.ino);
    expect(await readdir(music())).toEqual(['song.wav']);
  });

  it('one byte makes another content, wherever it is in a long file', async () => {
    const music = 'la '.repeat(200_000);
    await old(music);
    expect(await place('keepBoth', { 'song.wav': music })).toEqual(['song.wav']);
    for (const at of [0, 1 << 18, music.length - 1]) {
      expect(await place('keepBoth', { 'song.wav': `${music.slice(0, at)}!${music.slice(at + 1)}` })).not.toEqual([
        'song.wav',
      ]);
    }
  });

  it('keepBoth: the new one gets a number', async () => {
    await old();
    expect(await place('keepBoth', { 'song.wav': 'new' })).toEqual(['song (2).wav']);
    expect(await contents('song.wav')).toBe('old');
    expect(await contents('song (2).wav')).toBe('new');
  });

  it('replace: the new one takes its place, and nothing else is left', async () => {
    await old();
    expect(await place('replace', { 'song.wav': 'new' })).toEqual(['song.wav']);
    expect(await contents('song.wav')).toBe('new');
    expect((await stat(inMusic('song.wav'))).mtimeMs).toBe(1_500_000_000_000);
    expect(await readdir(music())).toEqual(['song.wav']);
  });

  it('backUp: the old one is renamed, each time to a name of its own', async () => {
    await old();
    expect(await place('backUp', { 'song.wav': 'new' })).toEqual(['song.wav']);
    expect(await contents('song.wav')).toBe('new');
    expect(await contents(BACKUP)).toBe('old');
    await place('backUp', { 'song.wav': 'newer' });
    expect(await contents('song.wav')).toBe('newer');
    expect(await contents('song (backup 2026-11-22 14.03.11) (2).wav')).toBe('new');
    expect(await contents(BACKUP)).toBe('old');
  });

  it.each(['replace', 'backUp'] as const)('%s: a link or a folder is left alone', async (rule) => {
    const outside = join(directory, 'outside');
    await writeFile(outside, 'outside');
    await mkdir(inMusic('folder.wav'), { recursive: true });
    await symlink(outside, inMusic('link.wav'));
    const placed = await place(rule, { 'folder.wav': 'a', 'link.wav': 'b' });
    expect(placed).toEqual(['folder (2).wav', 'link (2).wav']);
    expect(await readFile(outside, 'utf8')).toBe('outside');
    expect((await readdir(music())).sort()).toEqual(['folder (2).wav', 'folder.wav', 'link (2).wav', 'link.wav']);
  });

  it.each(['replace', 'backUp'] as const)('%s: goes through no link to a folder', async (rule) => {
    const outside = join(directory, 'outside');
    await mkdir(outside);
    await writeFile(join(outside, 'song.wav'), 'outside');
    await mkdir(music());
    await symlink(outside, inMusic('a'));
    await expect(place(rule, { 'a/song.wav': 'new' })).rejects.toThrow(/“a” .* is a link/);
    expect(await readFile(join(outside, 'song.wav'), 'utf8')).toBe('outside');
  });

  it.each(['replace', 'backUp'] as const)('%s: replaces a read-only file, as its folder is not', async (rule) => {
    await old();
    await chmod(inMusic('song.wav'), 0o444);
    expect(await place(rule, { 'song.wav': 'new' })).toEqual(['song.wav']);
    expect(await contents('song.wav')).toBe('new');
  });
});

describe('within one transfer', () => {
  it.each(['replace', 'backUp'] as const)('%s: two files of one name keep both', async (rule) => {
    const twice = [await part('song.wav', 'one'), await part('song.wav', 'two')];
    const received = await placeFiles(music(), twice, { rule, now });
    expect(received.map(({ path }) => path)).toEqual(['song.wav', 'song (2).wav']);
    expect([await contents('song.wav'), await contents('song (2).wav')]).toEqual(['one', 'two']);
  });

  it.each(['keepBoth', 'replace', 'backUp'] as const)('%s: again after a crash is the same', async (rule) => {
    const files = [await part('a/song.wav', 'one'), await part('a/song.wav', 'two'), await part('b.wav', 'three')];
    await old('old', 'b.wav');
    const first = await placeFiles(music(), files, { rule, now });
    const names = await readdir(music(), { recursive: true });
    expect(await placeFiles(music(), files, { rule, now })).toEqual(first);
    expect(await readdir(music(), { recursive: true })).toEqual(names);
  });

  it('the order is the one of the files, whatever is there already', async () => {
    await old('2', '2.wav');
    expect(await place('keepBoth', { '3.wav': '3', '1.wav': '1', '2.wav': '2' })).toEqual(['3.wav', '1.wav', '2.wav']);
  });
});

describe('transfers at once to one name', () => {
  const many = Array.from({ length: 12 }, (_, i) => `content ${i}`);
  const atOnce = (rule: ConflictRule) => Promise.all(many.map((content) => place(rule, { 'song.wav': content })));
  const allContents = async () => Promise.all((await readdir(music())).sort().map((name) => contents(name)));

  it('keepBoth: everything is there under the name that was told', async () => {
    const placed = (await atOnce('keepBoth')).flat();
    for (const [index, path] of placed.entries()) expect(await contents(path)).toBe(many[index]);
    expect(new Set(placed).size).toBe(many.length);
  });

  it('backUp: nothing is lost, old or new', async () => {
    await old();
    await atOnce('backUp');
    expect((await allContents()).sort()).toEqual([...many, 'old'].sort());
  });

  it('replace: one of them has the name, whole', async () => {
    await old('x'.repeat(1000));
    const placed = (await atOnce('replace')).flat();
    expect(many).toContain(await contents('song.wav'));
    expect(new Set(placed)).toEqual(new Set(['song.wav']));
    expect(await readdir(music())).toEqual(['song.wav']);
  });
});

describe('another disk than the parts (needs root: mounts disks)', () => {
  async function onDisk(options: readonly string[], test: (mount: string) => Promise<void>): Promise<void> {
    const mount = join(directory, 'disk');
    await mkdir(mount);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', mount]);
    try {
      await writeFile(join(mount, 'song.wav'), 'old');
      if (options.length > 0) execFileSync('mount', ['-o', options.join(','), mount]);
      await test(mount);
    } finally {
      execFileSync('umount', ['-l', mount]);
    }
  }

  it.skipIf(!isRoot).each([
    ['keepBoth', ['song (2).wav', 'song.wav']],
    ['replace', ['song.wav']],
    ['backUp', [BACKUP, 'song.wav']],
  ] as const)('%s', (rule, names) =>
    onDisk([], async (mount) => {
      const [path] = await place(rule, { 'song.wav': 'new' }, mount);
      expect(await readFile(join(mount, path ?? ''), 'utf8')).toBe('new');
      expect((await readdir(mount)).sort()).toEqual(names);
    }),
  );

  it.skipIf(!isRoot).each(['keepBoth', 'replace', 'backUp'] as const)('%s: that is read-only', (rule) =>
    onDisk(['remount', 'ro'], async (mount) => {
      await expect(place(rule, { 'song.wav': 'new' }, mount)).rejects.toThrow(/is on a disk that is read-only/);
      expect(await readdir(mount)).toEqual(['song.wav']);
    }),
  );
});
