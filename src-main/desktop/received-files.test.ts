import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isSafeToOpen, ReceivedFiles } from './received-files';

let root: string;
let music: string;
let calls: string[];
let places: string[];

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'tutti-received-')));
  music = join(root, 'music');
  mkdirSync(join(music, 'Suite'), { recursive: true });
  writeFileSync(join(music, 'Suite', 'a.wav'), 'x');
  writeFileSync(join(music, 'Suite', 'run.sh'), 'x');
  writeFileSync(join(root, 'secret.wav'), 'x');
  symlinkSync(join(root, 'secret.wav'), join(music, 'link.wav'));
  symlinkSync(root, join(music, 'up'));
  mkdirSync(join(root, 'music-else'));
  writeFileSync(join(root, 'music-else', 'b.wav'), 'x');
  calls = [];
  places = [];
});
afterEach(() => rmSync(root, { recursive: true }));

function received(failure = '') {
  return new ReceivedFiles({
    placeOf: async ({ file }) => places[file],
    folder: () => music,
    system: {
      openPath: async (path) => {
        calls.push(`open ${path}`);
        return failure;
      },
      showItemInFolder: (path) => calls.push(`show ${path}`),
    },
  });
}

describe('a received file', () => {
  it('is found below the music folder', async () => {
    places = [join(music, 'Suite', 'a.wav')];
    expect(await received().find({ transfer: 'ab', file: 0 })).toBe(places[0]);
  });

  it.each([
    ['is gone', () => join(music, 'Suite', 'gone.wav')],
    ['is outside', () => join(root, 'secret.wav')],
    ['is in a folder with a longer name', () => join(root, 'music-else', 'b.wav')],
    ['climbs out', () => join(music, '..', 'secret.wav')],
    ['is a link to the outside', () => join(music, 'link.wav')],
    ['is behind a link to the outside', () => join(music, 'up', 'secret.wav')],
    ['is a folder', () => join(music, 'Suite')],
    ['is the music folder', () => music],
  ])('that %s is not', async (_what, place) => {
    places = [place()];
    await expect(received().find({ transfer: 'ab', file: 0 })).rejects.toThrow(/not in the music folder/);
  });

  it('that was never received is not', async () => {
    await expect(received().find({ transfer: 'ab', file: 3 })).rejects.toThrow(/not in the music folder/);
  });

  it('is shown in its folder, and opened by the system’s program', async () => {
    places = [join(music, 'Suite', 'a.wav')];
    await received().show({ transfer: 'ab', file: 0 });
    await received().open({ transfer: 'ab', file: 0 });
    expect(calls).toEqual([`show ${places[0]}`, `open ${places[0]}`]);
  });

  it('that a system could run is shown, never opened', async () => {
    places = [join(music, 'Suite', 'run.sh')];
    await received().open({ transfer: 'ab', file: 0 });
    expect(calls).toEqual([`show ${places[0]}`]);
  });

  it('that has no program says so', async () => {
    places = [join(music, 'Suite', 'a.wav')];
    await expect(received('no program').open({ transfer: 'ab', file: 0 })).rejects.toThrow(
      /cannot be opened: no program/,
    );
  });
});

it('makes the music folder before it is shown', async () => {
  rmSync(music, { recursive: true });
  await received().show(undefined);
  expect(calls).toEqual([`open ${music}`]);
});

it.each([
  ['a.WAV', true],
  ['score.pdf', true],
  ['a.mid', true],
  ['a.exe', false],
  ['a.wav.exe', false],
  ['a.html', false],
  ['a.svg', false],
  ['a.desktop', false],
  ['a.app', false],
  ['wav', false],
  ['.wav', false],
])('%s is safe to open: %s', (name, safe) => {
  expect(isSafeToOpen(join('/music', name))).toBe(safe);
});
