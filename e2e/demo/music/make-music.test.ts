import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseFile } from 'music-metadata';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type MadeFile, makeMusic } from './make-music';

const PNG_SIGNATURE = '89504e470d0a1a0a';
let directory = '';
let files: MadeFile[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tutti-music-'));
  files = await makeMusic(directory, { megabytes: 4, seed: 7 });
});
afterAll(() => rm(directory, { recursive: true }));

const contentOf = (path: string) => readFile(join(directory, path));

describe('makeMusic', () => {
  it('makes twelve files of about the size asked for', async () => {
    expect(files).toHaveLength(12);
    const total = files.reduce((sum, file) => sum + file.size, 0);
    expect(total / 4e6).toBeGreaterThan(0.85);
    expect(total / 4e6).toBeLessThan(1.15);
    for (const { path, size } of files) expect((await stat(join(directory, path))).size).toBe(size);
  });

  it.each([
    ['Ode to Joy.wav', 'WAVE', 'Ode to Joy', 'School Orchestra', 'Songs for the First Lesson', false],
    ['Frère Jacques.flac', 'FLAC', 'Frère Jacques', 'School Orchestra', 'Songs for the First Lesson', true],
    [
      'Ah! vous dirai-je, maman.mp3',
      'MPEG',
      'Ah! vous dirai-je, maman',
      'School Orchestra',
      'Songs for the First Lesson',
      true,
    ],
    ['Suite No. 1/CD 1/01 Prélude.flac', 'FLAC', 'Prélude', 'Studio Ensemble', 'Suite No. 1', true],
    ['Suite No. 1/CD 1/02 Allemande.flac', 'FLAC', 'Allemande', 'Studio Ensemble', 'Suite No. 1', true],
    ['Suite No. 1/CD 1/03 Courante.wav', 'WAVE', 'Courante', 'Studio Ensemble', 'Suite No. 1', false],
    ['Suite No. 1/CD 2/01 Sarabande.wav', 'WAVE', 'Sarabande', 'Studio Ensemble', 'Suite No. 1', false],
    ['Suite No. 1/CD 2/02 Gigue.flac', 'FLAC', 'Gigue', 'Studio Ensemble', 'Suite No. 1', true],
  ])(
    '%s has sound, tags and, where the format allows, a cover',
    async (path, container, title, artist, album, hasCover) => {
      const { format, common, quality } = await parseFile(join(directory, path), { duration: true });
      expect(format).toMatchObject({ container, sampleRate: 44_100, numberOfChannels: 2 });
      expect(format.duration).toBeGreaterThan(2);
      expect(common).toMatchObject({ title, artist, album });
      expect(common.track.no).toBeGreaterThan(0);
      // music-metadata says this of every WAV chunk that is longer than what follows it.
      const warnings = quality.warnings.filter(({ message }) => message !== 'Data chunk size exceeds file size');
      expect(warnings).toEqual([]);
      const cover = common.picture?.[0];
      expect(cover !== undefined).toBe(hasCover);
      if (cover !== undefined) expect(Buffer.from(cover.data.subarray(0, 8)).toString('hex')).toBe(PNG_SIGNATURE);
    },
  );

  it('makes WAV files whose chunks fill them', async () => {
    const wav = await contentOf('Ode to Joy.wav');
    expect(wav.readUInt32LE(4)).toBe(wav.length - 8);
    const chunks: string[] = [];
    let at = 12;
    for (; at < wav.length; at += 8 + wav.readUInt32LE(at + 4)) chunks.push(wav.toString('latin1', at, at + 4));
    expect(chunks).toEqual(['fmt ', 'LIST', 'data']);
    expect(at).toBe(wav.length);
  });

  it('makes a MIDI file whose chunks fill it, with the title as track name', async () => {
    const midi = await contentOf('Canon in D.mid');
    expect(midi.toString('latin1', 0, 4)).toBe('MThd');
    expect(midi.readUInt32BE(4)).toBe(6);
    expect(midi.toString('latin1', 14, 18)).toBe('MTrk');
    expect(midi.readUInt32BE(18)).toBe(midi.length - 22);
    expect(midi.subarray(22, 26)).toEqual(Buffer.from([0, 0xff, 3, 10]));
    expect(midi.toString('utf8', 26, 36)).toBe('Canon in D');
    expect(midi.subarray(-4)).toEqual(Buffer.from([0, 0xff, 0x2f, 0]));
  });

  it('lists the music in the set list', async () => {
    const lines = (await contentOf('Set list.m3u8')).toString().trim().split('\n');
    expect(lines[0]).toBe('#EXTM3U');
    expect(lines.slice(1)).toEqual(files.map(({ path }) => path).filter((path) => /\.(wav|flac|mp3|mid)$/.test(path)));
  });

  it('makes the same music for the same seed, other music for another', async () => {
    const again = await mkdtemp(join(tmpdir(), 'tutti-music-'));
    const other = await mkdtemp(join(tmpdir(), 'tutti-music-'));
    await makeMusic(again, { megabytes: 1, seed: 7 });
    await makeMusic(other, { megabytes: 1, seed: 8 });
    const path = 'Suite No. 1/CD 2/02 Gigue.flac';
    const [first, second] = await Promise.all([again, other].map((folder) => readFile(join(folder, path))));
    await makeMusic(again, { megabytes: 1, seed: 7 });
    expect((await readFile(join(again, path))).equals(first ?? Buffer.alloc(0))).toBe(true);
    expect(second?.equals(first ?? Buffer.alloc(0))).toBe(false);
    await Promise.all([again, other].map((folder) => rm(folder, { recursive: true })));
  });
});
