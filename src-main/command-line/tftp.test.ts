import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseTftpGet } from './tftp-get';
import { parseTftpServe } from './tftp-serve';
import { UsageError } from './usage';

describe('tutti tftp serve', () => {
  it('takes a folder, a place, groups and techniques to leave out', () => {
    const args = [
      '--root',
      'x',
      '--listen',
      '[::1]:69',
      '--groups',
      '239.255.1.1',
      '--without',
      'delay,rate',
      '--json',
    ];
    expect(parseTftpServe(args)).toEqual({
      server: {
        root: resolve('x'),
        listen: { host: '::1', port: 69 },
        groups: '239.255.1.1',
        flow: { delayedStart: false, rate: false },
      },
      json: true,
    });
  });

  it.each([
    [[], '--root DIR is needed'],
    [['x'], '--root names what is served'],
    [['--root', 'x', '--listen', 'nowhere'], '--listen takes HOST:PORT'],
    [['--root', 'x', '--groups', '10.0.0.1'], '--groups: Groups are two multicast addresses'],
    [['--root', 'x', '--without', 'haste'], '--without takes delay, join, quality, rate, resend, not “haste”.'],
    [['--root', 'x', '--without', 'toString'], '--without takes'],
    [['--root', 'x', '--delay', '60000'], '--delay takes a whole number from 0 to 20000'],
  ])('%j cannot be', (args, sentence) => {
    expect(() => parseTftpServe(args)).toThrow(UsageError);
    expect(() => parseTftpServe(args)).toThrow(sentence);
  });
});

describe('tutti tftp get', () => {
  const placeOf = (...args: string[]) => parseTftpGet(args).get;

  it.each([
    ['10.0.0.1', { host: '10.0.0.1', port: 6969 }],
    ['teacher.local:69', { host: 'teacher.local', port: 69 }],
    ['[fd00::1]', { host: 'fd00::1', port: 6969 }],
    ['[fd00::1]:69', { host: 'fd00::1', port: 69 }],
  ])('asks %s', (place, server) => {
    expect(placeOf(place, 'song.wav').server).toEqual(server);
  });

  it('puts the file here under its name, or where --out says', () => {
    expect(placeOf('host', '/album/song.wav').out).toBe(resolve('song.wav'));
    expect(placeOf('host', 'song.wav', '--out', 'x/y.wav').out).toBe(resolve('x/y.wav'));
    const folder = mkdtempSync(join(tmpdir(), 'tutti-out-'));
    expect(placeOf('host', 'album/song.wav', '--out', folder).out).toBe(join(folder, 'song.wav'));
    rmSync(folder, { recursive: true });
  });

  it.each([
    [[], 'Name the server and one file'],
    [['host'], 'Name the server and one file'],
    [['host', 'x', 'y'], 'Name the server and one file'],
    [['host', 'album/'], 'Name the server and one file'],
    [['host:99999', 'x'], '“host:99999” is no server'],
    [['fd00::1', 'x'], '“fd00::1” is no server'],
    [['host', 'x', '--blksize', '7'], '--blksize takes a whole number from 8 to 65464'],
    [['host', 'x', '--windowsize', '0'], '--windowsize takes'],
  ])('%j cannot be', (args, sentence) => {
    expect(() => parseTftpGet(args)).toThrow(UsageError);
    expect(() => parseTftpGet(args)).toThrow(sentence);
  });
});
