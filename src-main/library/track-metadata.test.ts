import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MAX_COVER_BYTES, MAX_COVERS_BYTES } from '../../src-shared/wire/limits';
import { manifestSchema } from '../../src-shared/wire/messages';
import { buildManifest, scan } from './manifest';
import { midiTrackName } from './midi-name';
import { TrackReader } from './track-metadata';

let directory: string;
let reader: TrackReader;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tutti-tracks-'));
  reader = new TrackReader(undefined);
});
afterEach(async () => {
  await reader.close();
  await rm(directory, { recursive: true });
});

const u32 = (value: number) => Buffer.from([value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255]);
const lengthPrefixed = (text: string) => {
  const bytes = Buffer.from(text);
  return Buffer.concat([u32(bytes.length).reverse(), bytes]);
};

/** A FLAC file of 10 s at 44.1 kHz without a single frame: STREAMINFO, Vorbis comments, perhaps a picture. */
function flac(comments: readonly string[], picture?: Buffer): Buffer {
  const info = Buffer.alloc(34);
  info.writeUInt16BE(4096, 0);
  info.writeUInt16BE(4096, 2);
  info.writeBigUInt64BE((44100n << 44n) | (1n << 41n) | (15n << 36n) | 441000n, 10);
  const vorbis = Buffer.concat([
    lengthPrefixed('test'),
    u32(comments.length).reverse(),
    ...comments.map(lengthPrefixed),
  ]);
  const blocks: (readonly [number, Buffer])[] = [
    [0, info],
    [4, vorbis],
  ];
  if (picture !== undefined) blocks.push([6, pictureBlock(picture)]);
  const written = blocks.map(([type, body], index) => {
    const last = index === blocks.length - 1 ? 0x80 : 0;
    return Buffer.concat([Buffer.from([type | last]), u32(body.length).subarray(1), body]);
  });
  return Buffer.concat([Buffer.from('fLaC'), ...written]);
}

function pictureBlock(data: Buffer): Buffer {
  const mime = Buffer.from('image/png');
  return Buffer.concat([u32(3), u32(mime.length), mime, u32(0), Buffer.alloc(16), u32(data.length), data]);
}

/** The head of a square picture, and so many bytes in all. */
const png = (size: number, fill: number, pixels = 600) =>
  Buffer.concat([
    ...[Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), u32(13), Buffer.from('IHDR'), u32(pixels), u32(pixels)],
    Buffer.alloc(size - 24, fill),
  ]);

function midi(name: Buffer): Buffer {
  const events = Buffer.concat([Buffer.from([0, 0xff, 0x58, 4, 4, 2, 24, 8, 0, 0xff, 3, name.length]), name]);
  return Buffer.concat([Buffer.from('MThd\0\0\0\x06\0\x01\0\x01\0\x60MTrk', 'latin1'), u32(events.length), events]);
}

async function listOf(files: Record<string, Buffer>, use = reader) {
  for (const [name, content] of Object.entries(files)) await writeFile(join(directory, name), content);
  const scanned = await scan(Object.keys(files).map((name) => join(directory, name)));
  const list = await use.read(scanned);
  const { manifest } = buildManifest(scanned, list);
  expect(manifestSchema.parse(JSON.parse(JSON.stringify(manifest)))).toEqual(manifest);
  return list;
}

describe('tags', () => {
  it('travel with the manifest, the same cover once', async () => {
    const list = await listOf({
      'a.flac': flac(['TITLE=Überraschung', 'ARTIST=Anna', 'ALBUM=Class', 'TRACKNUMBER=3'], png(1000, 1)),
      'b.flac': flac(['TITLE=Two'], png(1000, 1)),
      'c.flac': flac([], png(1000, 2)),
      'notes.txt': Buffer.from('no music'),
      'd.mid': midi(Buffer.from('Étude')),
      'e.mid': midi(Buffer.from('Étude', 'latin1')),
    });
    expect(list.tracks).toEqual([
      {
        ...{ title: 'Überraschung', artist: 'Anna', album: 'Class', track: 3 },
        ...{ duration: 10, sampleRate: 44100, format: 'FLAC', cover: 0 },
      },
      { title: 'Two', duration: 10, sampleRate: 44100, format: 'FLAC', cover: 0 },
      { duration: 10, sampleRate: 44100, format: 'FLAC', cover: 1 },
      undefined,
      { title: 'Étude', format: 'MIDI' },
      { title: 'Étude', format: 'MIDI' },
    ]);
    expect(list.covers).toHaveLength(2);
  });

  it('are cut to length and cleaned', async () => {
    const list = await listOf({
      'a.flac': flac([`TITLE=${'x'.repeat(10_000)}`, 'ARTIST=\x1b[2J\u202eevil\n', 'ALBUM=\0\0']),
      'b.flac': flac([`TITLE=${'x'.repeat(499)}🎻`]),
    });
    expect(list.tracks[0]).toMatchObject({ title: 'x'.repeat(500), artist: '[2Jevil' });
    expect(list.tracks[0]).not.toHaveProperty('album');
    expect(list.tracks[1]?.title).toBe('x'.repeat(499));
  });

  it('leave out covers that are too large, no picture, or too many', async () => {
    const large = MAX_COVER_BYTES - 1;
    const many = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`${i}.flac`, flac([], png(large, i))]));
    const list = await listOf({
      ...many,
      'large.flac': flac([], png(MAX_COVER_BYTES + 1, 1)),
      'script.flac': flac([], Buffer.from('<svg onload="x()">')),
    });
    expect(list.covers).toHaveLength(Math.floor(MAX_COVERS_BYTES / MAX_COVER_BYTES) - 1);
    expect(list.tracks.at(-1)).not.toHaveProperty('cover');
    expect(list.tracks.at(-2)).not.toHaveProperty('cover');
  });

  it('leave out a cover that would take all memory once it is shown', async () => {
    const list = await listOf({ 'a.flac': flac(['TITLE=Bomb'], png(1000, 1, 100_000)) });
    expect(list.covers).toEqual([]);
    expect(list.tracks).toMatchObject([{ title: 'Bomb' }]);
  });

  it('that are broken stop nothing', async () => {
    const whole = flac(['TITLE=Whole', 'ARTIST=Anna'], png(1000, 1));
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length), fc.nat(whole.length - 1), fc.nat(255), async (cut, at, value) => {
        const broken = Buffer.from(whole);
        broken[at] = value;
        const list = await listOf({
          'a.flac': broken.subarray(0, cut),
          'a.mp3': broken,
          'a.m4a': broken,
          'z.flac': whole,
        });
        expect(list.tracks).toHaveLength(4);
        expect(list.tracks[3]?.title).toBe('Whole');
      }),
      { numRuns: 40 },
    );
  });

  it('of a MIDI file may be any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const name = midiTrackName(Buffer.concat([midi(Buffer.alloc(0)).subarray(0, 22), bytes]));
        expect(name === undefined || typeof name === 'string').toBe(true);
      }),
    );
  });
});

describe('the worker', () => {
  /** A worker that answers "good.flac", and does what `otherwise` says with any other path. */
  const worker = (otherwise: string) =>
    new URL(
      `data:text/javascript,${encodeURIComponent(`
        import { parentPort } from 'node:worker_threads';
        parentPort.on('message', (path) => {
          if (path.endsWith('good.flac')) parentPort.postMessage({ track: { title: 'Good' } });
          else { ${otherwise} }
        });`)}`,
    );
  const limits = { file: 1000, total: 30_000 };
  const files = { 'bad.flac': Buffer.alloc(1), 'good.flac': Buffer.alloc(1) };

  it.each([
    ['hangs', 'for (;;);'],
    ['crashes', 'throw new Error("broken")'],
    ['exits', 'process.exit(1)'],
    ['finds nothing', 'parentPort.postMessage(null)'],
  ])('is replaced when it %s', async (_how, otherwise) => {
    const using = new TrackReader(worker(otherwise), limits);
    expect((await listOf(files, using)).tracks).toEqual([undefined, { title: 'Good' }]);
    await using.close();
  });

  it('reads the files of one transfer after the other, and ends when it has been idle for long enough', async () => {
    const counting = new URL(
      `data:text/javascript,${encodeURIComponent(`
        import { parentPort } from 'node:worker_threads';
        let files = 0;
        parentPort.on('message', () => parentPort.postMessage({ track: { title: String(++files) } }));`)}`,
    );
    const titles = async (using: TrackReader) =>
      (await listOf({ 'a.flac': Buffer.alloc(1), 'b.flac': Buffer.alloc(1) }, using)).tracks.map(
        (track) => track?.title,
      );
    const kept = new TrackReader(counting, limits);
    expect([await titles(kept), await titles(kept)]).toEqual([
      ['1', '2'],
      ['3', '4'],
    ]);
    await kept.close();
    const idle = new TrackReader(counting, limits, 1);
    await titles(idle);
    await vi.waitFor(async () => expect(await titles(idle)).toEqual(['1', '2']));
    await idle.close();
  });

  it('gets no more files when the time for all is over', async () => {
    const using = new TrackReader(worker('for (;;);'), { file: 60_000, total: 200 });
    expect((await listOf(files, using)).tracks).toEqual([undefined, undefined]);
    await using.close();
  });
});
