import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { seededRandom } from '../../../src-main/transport/seeded-random';
import { encodeFlac } from './flac';
import { encodeMidi } from './midi';
import { encodeMp3 } from './mp3';
import { coverArt } from './png';
import { HARPSICHORD, MUSIC_BOX, ORGAN, PCM_BYTES_PER_SECOND, type Pcm, play, type Voice } from './synthesizer';
import type { Tags } from './tags';
import { AH_VOUS_DIRAI_JE, CANON, FRERE_JACQUES, folia, ODE_TO_JOY, PRELUDE, type Tune } from './tunes';
import { encodeWav } from './wav';

/** A music library out of nothing: real files of several kinds, the same for the same seed. */

export interface MadeFile {
  /** Path below the folder, with `/` between names. */
  readonly path: string;
  readonly size: number;
}

export interface MusicOptions {
  /** About how much in all, in millions of bytes. */
  readonly megabytes: number;
  readonly seed: number;
  /** Called after each file. */
  onFile?(file: MadeFile): void;
}

interface Piece {
  readonly path: string;
  readonly encode: (pcm: Pcm, tags: Tags) => Buffer;
  readonly tune: Tune;
  readonly voice: Voice;
  readonly title: string;
  readonly artist: string;
  readonly album: string;
  readonly track: number;
  readonly year: number;
  /** Of the whole library's bytes. */
  readonly share: number;
}

/** FLAC files of this music are about this share of their samples. */
const FLAC_RATIO = 0.53;
/** The MP3 encoder is slow. */
const MAX_MP3_SECONDS = 12;
const MP3_BYTES_PER_SECOND = 16_000;
const COVER_PIXELS = 320;
const SUITE = 'Suite No. 1';

/**
 * Writes twelve files into the folder: WAV, FLAC, MP3 and MIDI with tags and cover art, pictures, a set list, some in nested
 * folders.
 */
export async function makeMusic(directory: string, { megabytes, seed, onFile }: MusicOptions): Promise<MadeFile[]> {
  const files: MadeFile[] = [];
  const save = async (path: string, content: Buffer) => {
    const target = join(directory, ...path.split('/'));
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, content);
    const file = { path, size: content.length };
    files.push(file);
    onFile?.(file);
  };
  const random = seededRandom(seed);
  const covers = new Map<string, Buffer>();
  for (const piece of pieces(random)) {
    const cover = covers.get(piece.album) ?? coverArt(COVER_PIXELS, random);
    covers.set(piece.album, cover);
    const pcm = play(piece.tune, piece.voice, secondsOf(piece, megabytes * 1e6), random);
    await save(piece.path, piece.encode(pcm, { ...piece, cover }));
  }
  await save('Canon in D.mid', encodeMidi(CANON, 'Canon in D', 56));
  await save('cover.png', coverArt(COVER_PIXELS, random));
  await save(`${SUITE}/cover.png`, covers.get(SUITE) ?? coverArt(COVER_PIXELS, random));
  await save('Set list.m3u8', setList(files));
  return files;
}

function pieces(random: () => number): Piece[] {
  const school = { artist: 'School Orchestra', album: 'Songs for the First Lesson', year: 2024 };
  const suite = { artist: 'Studio Ensemble', album: SUITE, year: 2025 };
  return [
    {
      ...{ path: 'Ode to Joy.wav', title: 'Ode to Joy', ...school, track: 1, share: 0.18 },
      ...{ encode: encodeWav, tune: ODE_TO_JOY, voice: ORGAN },
    },
    {
      ...{ path: 'Frère Jacques.flac', title: 'Frère Jacques', ...school, track: 2, share: 0.14 },
      ...{ encode: encodeFlac, tune: FRERE_JACQUES, voice: MUSIC_BOX },
    },
    {
      ...{ path: 'Ah! vous dirai-je, maman.mp3', title: 'Ah! vous dirai-je, maman', ...school, track: 3, share: 0.02 },
      ...{ encode: encodeMp3, tune: AH_VOUS_DIRAI_JE, voice: MUSIC_BOX },
    },
    {
      ...{ path: `${SUITE}/CD 1/01 Prélude.flac`, title: 'Prélude', ...suite, track: 1, share: 0.16 },
      ...{ encode: encodeFlac, tune: PRELUDE, voice: HARPSICHORD },
    },
    {
      ...{ path: `${SUITE}/CD 1/02 Allemande.flac`, title: 'Allemande', ...suite, track: 2, share: 0.12 },
      ...{ encode: encodeFlac, tune: folia(random), voice: { ...HARPSICHORD, beatsPerMinute: 72 } },
    },
    {
      ...{ path: `${SUITE}/CD 1/03 Courante.wav`, title: 'Courante', ...suite, track: 3, share: 0.14 },
      ...{ encode: encodeWav, tune: folia(random), voice: { ...HARPSICHORD, beatsPerMinute: 126 } },
    },
    {
      ...{ path: `${SUITE}/CD 2/01 Sarabande.wav`, title: 'Sarabande', ...suite, track: 1, share: 0.14 },
      ...{ encode: encodeWav, tune: folia(random), voice: { ...ORGAN, beatsPerMinute: 54 } },
    },
    {
      ...{ path: `${SUITE}/CD 2/02 Gigue.flac`, title: 'Gigue', ...suite, track: 2, share: 0.1 },
      ...{ encode: encodeFlac, tune: folia(random), voice: { ...MUSIC_BOX, beatsPerMinute: 138 } },
    },
  ];
}

function secondsOf({ encode, share }: Piece, totalBytes: number): number {
  const bytes = share * totalBytes;
  if (encode === encodeMp3) return Math.min(MAX_MP3_SECONDS, bytes / MP3_BYTES_PER_SECOND);
  return bytes / (PCM_BYTES_PER_SECOND * (encode === encodeFlac ? FLAC_RATIO : 1));
}

function setList(files: readonly MadeFile[]): Buffer {
  const music = files.filter(({ path }) => /\.(wav|flac|mp3|mid)$/.test(path));
  return Buffer.from(`#EXTM3U\n${music.map(({ path }) => `${path}\n`).join('')}`);
}
