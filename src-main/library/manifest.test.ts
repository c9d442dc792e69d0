import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { manifestSchema } from '../../src-shared/wire/messages';
import { LibraryError } from './library-error';
import { buildManifest, checkManifest, scan } from './manifest';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tutti-manifest-'));
});
afterEach(() => rm(directory, { recursive: true }));

async function tree(...paths: string[]): Promise<void> {
  for (const path of paths) {
    await mkdir(join(directory, path, '..'), { recursive: true });
    await writeFile(join(directory, path), path);
  }
}

const at = (...names: string[]) => join(directory, ...names);
const pathsOf = (files: readonly { path: readonly string[] }[]) => files.map((file) => file.path.join('/'));
const named = (...paths: string[]) => ({
  covers: [],
  files: paths.map((path) => ({ path: path.split('/'), size: 1, modified: 0 })),
});

it('sends a folder with its own name and tree, in the order in which people count', async () => {
  await tree('album/10 b.mp3', 'album/2 a.mp3', 'album/A.mp3', 'album/a.mp3', 'album/disc 1/1.mp3', 'one.wav');
  await mkdir(at('album/empty'));
  const files = await scan([at('album'), at('one.wav')]);
  expect(pathsOf(files)).toEqual([
    'album/2 a.mp3',
    'album/10 b.mp3',
    'album/a.mp3',
    'album/A.mp3',
    'album/disc 1/1.mp3',
    'one.wav',
  ]);
  const { manifest, sources } = buildManifest(files);
  expect(manifestSchema.parse(manifest)).toEqual(manifest);
  expect(sources.map((source) => source.size)).toEqual(manifest.files.map((file) => file.size));
  expect(checkManifest(manifest)).toBeUndefined();
});

it('gives inputs of one name distinct paths', async () => {
  await tree('x/take.wav', 'y/take.wav', 'z/take.wav');
  expect(pathsOf(await scan([at('x/take.wav'), at('y/take.wav'), at('z/take.wav')]))).toEqual([
    'take.wav',
    'take (2).wav',
    'take (3).wav',
  ]);
});

it('follows a link that was given, and inside a folder only links to files of that folder', async () => {
  await tree('album/real.mp3', 'outside/secret.txt');
  await symlink(at('album/real.mp3'), at('album/inside.mp3'));
  await symlink(at('outside/secret.txt'), at('album/secret.txt'));
  await symlink(at('outside'), at('album/folder'));
  await symlink(at('album'), at('album/circle'));
  await symlink(at('nowhere'), at('album/broken'));
  await symlink(at('album'), at('chosen'));
  expect(pathsOf(await scan([at('chosen')]))).toEqual(['chosen/inside.mp3', 'chosen/real.mp3']);
});

it('names the file that is not there, and says when there is nothing', async () => {
  await expect(scan([at('gone.mp3')])).rejects.toThrow(
    new LibraryError('“gone.mp3” is no longer there, or never was.'),
  );
  await mkdir(at('empty'));
  await expect(scan([at('empty')])).rejects.toThrow(LibraryError);
  await expect(scan(['/dev/null'])).rejects.toThrow('“null” is neither a file nor a folder.');
});

it('refuses to offer a name that students would refuse', async () => {
  await tree('bad\\name.mp3');
  await expect(scan([at('bad\\name.mp3')])).rejects.toThrow(/holds a slash or backslash.*Rename it/);
});

it('refuses a manifest with two files in one place', () => {
  expect(checkManifest(named('a/b', 'a/b'))).toMatch(/two files/);
  expect(checkManifest(named('a', 'b', 'a/c'))).toMatch(/both as a file and as a folder/);
  expect(checkManifest(named('a/../b'))).toMatch(/stands for another folder/);
  expect(checkManifest(named('a', 'A', 'b/a'))).toBeUndefined();
  const huge = ['a', 'b'].map((name) => ({ path: [name], size: 2 ** 44, modified: 0 }));
  expect(checkManifest({ files: huge, covers: [] })).toMatch(/more than 16 TB/);
});
