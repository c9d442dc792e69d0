import { expect, it } from 'vitest';
import type { FileView, IncomingView } from '../../../src-shared/ipc/snapshots';
import { extensionOf, isPlayable, pieceTitle, playerTracks } from './player-track';

const file = (path: string, track?: FileView['track']): FileView => ({
  ...{ path, size: 10, start: 0 },
  ...(track === undefined ? {} : { track }),
});

it.each([
  ['a.b/Song.FLAC', 'flac'],
  ['a.b/Song', ''],
  ['.mp3', ''],
  ['x.', ''],
])('the extension of %j is %j', (path, extension) => {
  expect(extensionOf(path)).toBe(extension);
});

it('plays what Chromium decodes', () => {
  expect(['a.wav', 'a.Mp3', 'a.opus'].every(isPlayable)).toBe(true);
  expect(['a.aiff', 'a.mid', 'a.pdf', 'a.wma', 'mp3', 'a.mp3.exe'].some(isPlayable)).toBe(false);
});

it('calls a piece by its title or its file, as inert text', () => {
  expect(pieceTitle(file('a/b.wav', { title: 'Aria\u202e\n' }))).toBe('Aria');
  expect(pieceTitle(file('a/b.wav'))).toBe('b.wav');
  expect(pieceTitle(file('a/b.wav', { title: ' \u200b\u2066 ' }))).toBe('b.wav');
  expect(pieceTitle(file(`${'x'.repeat(10_000)}.wav`)).length).toBeLessThan(200);
});

it('lists the music of a set in its order, with each file’s own number', () => {
  const files = [file('1.pdf'), file('2.wav', { artist: 'Ana', cover: 1, duration: 9 }), file('3.mp3')];
  const transfer: IncomingView = {
    ...{ id: 'a1', from: 'Room', at: 0, files, covers: ['x', 'y'], totalBytes: 1, missingBytes: 0, state: 'complete' },
    ...{ transmission: 0, rate: 0, lossMap: new Uint8Array(0), received: [] },
  };
  expect(playerTracks(transfer)).toEqual([
    { transfer: 'a1', file: 1, title: '2.wav', artist: 'Ana', cover: 'y', seconds: 9, size: 10 },
    { transfer: 'a1', file: 2, title: '3.mp3', artist: '', cover: undefined, seconds: undefined, size: 10 },
  ]);
});
