import { readFile } from 'node:fs/promises';
import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Cover, Manifest, Track } from '../../src-shared/wire/messages';
import { coverType, pictureHead, withSafeCovers } from './cover-size';

/** 3 × 5 pixels, each as a browser writes it. */
const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAMAAAAFCAYAAACAcVaiAAAAAXNSR0IArs4c6QAAABJJREFUGFdjZGBg+M8ABYxkcACvVQUB+zw3AwAAAABJRU5ErkJggg==';
const JPEG =
  '/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAFA3PEY8MlBGQUZaVVBfeMiCeG5uePWvuZHI////////////////////////////////////////////////////' +
  '2wBDAVVaWnhpeOuCguv/////////////////////////////////////////////////////////////////////////wAARCAAFAAMDASIAAhEBAxEB/8QAFQAB' +
  'AQAAAAAAAAAAAAAAAAAAAAT/xAAUEAEAAAAAAAAAAAAAAAAAAAAA/8QAFAEBAAAAAAAAAAAAAAAAAAAAAP/EABQRAQAAAAAAAAAAAAAAAAAAAAD/2gAMAwEAAhEDEQA/AIgAf//Z';
const WEBP = 'UklGRiQAAABXRUJQVlA4IBgAAAAwAQCdASoDAAUAAUAmJaQAA3AA/v02aAA=';
const LOSSLESS_WEBP = 'UklGRhoAAABXRUJQVlA4TA4AAAAvAgABAAcQEf0PRET/Aw==';
const EXTENDED_WEBP = 'UklGRgYCAABXRUJQVlA4WAoAAAAgAAAAAgAABAAA';
const GIF = 'R0lGODlhAwAFAIAAAAAAAP///yH5BAEAAAAALAAAAAADAAUAAAIERI6pBQA7';

const bytesOf = (base64: string) => Buffer.from(base64, 'base64');

/**
 * A JPEG of 16,000 × 16,000 behind a marker that has no length to a decoder. Who reads one jumps over the size, to another
 * one that is harmless.
 */
function disguised(marker: readonly number[]): Buffer {
  const frame = (height: number, width: number) => {
    const header = Buffer.from('ffc0000b080000000001011100', 'hex');
    header.writeUInt16BE(height, 5);
    header.writeUInt16BE(width, 7);
    return header;
  };
  const head = Buffer.concat([Buffer.from([0xff, 0xd8, ...marker]), frame(16_000, 16_000)]);
  return Buffer.concat([head, Buffer.alloc(4 + 0xffc0 - head.length), frame(5, 3)]);
}

/** A whole PNG of one colour: tiny on the wire, width × height × 4 bytes once it is shown. */
function bomb(width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([1, 0, 0, 0, 0], 8);
  const rows = deflateSync(Buffer.alloc(64 * 1024));
  return Buffer.concat([bytesOf(PNG).subarray(0, 8), chunk('IHDR', header), chunk('IDAT', rows), chunk('IEND')]);
}

function chunk(type: string, body = Buffer.alloc(0)): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  return Buffer.concat([length, Buffer.from(type), body, Buffer.alloc(4)]);
}

/** The same picture, with a size that it says and has not. */
function resized(base64: string, position: number, bytes: readonly number[]): Buffer {
  const copy = bytesOf(base64);
  copy.set(bytes, position);
  return copy;
}

describe('the head of a picture', () => {
  it.each([
    ['image/png', PNG],
    ['image/jpeg', JPEG],
    ['image/webp', WEBP],
    ['image/webp', LOSSLESS_WEBP],
    ['image/webp', EXTENDED_WEBP],
    ['image/gif', GIF],
  ] as const)('says type and size of %s %#', (mime, base64) => {
    expect(pictureHead(bytesOf(base64))).toEqual({ mime, width: 3, height: 5 });
    expect(coverType(bytesOf(base64))).toBe(mime);
  });

  it('is read from a picture of this project', async () => {
    const head = pictureHead(await readFile(new URL('../../assets/icon.png', import.meta.url)));
    expect(head?.mime).toBe('image/png');
    expect(head?.width).toBe(head?.height);
  });

  it('finds no picture in anything else, and never throws', () => {
    const magics = [PNG, JPEG, WEBP, LOSSLESS_WEBP, EXTENDED_WEBP, GIF].map(bytesOf);
    const cut = fc.record({ from: fc.constantFrom(...magics), at: fc.nat(60), rest: fc.uint8Array({ maxLength: 60 }) });
    fc.assert(
      fc.property(cut, ({ from, at, rest }) => {
        const head = pictureHead(Buffer.concat([from.subarray(0, at), rest]));
        if (head !== undefined) expect([head.width, head.height].every(Number.isInteger)).toBe(true);
      }),
      { numRuns: 5000 },
    );
    expect(pictureHead(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'))).toBeUndefined();
    expect(pictureHead(Buffer.from('<html><script>alert(1)</script>'))).toBeUndefined();
    expect(pictureHead(Buffer.alloc(0))).toBeUndefined();
  });

  it.each([
    ['a PNG of ten thousand million pixels', bomb(100_000, 100_000)],
    ['a PNG wider than 4096', bomb(4097, 1)],
    ['a PNG without pixels', bomb(0, 10)],
    ['a JPEG of 65535 × 65535', resized(JPEG, bytesOf(JPEG).indexOf('ffc0', 'hex') + 5, [255, 255, 255, 255])],
    ['a JPEG that hides its size behind a restart marker', disguised([0xff, 0xd0])],
    ['a JPEG that hides its size behind a temporary marker', disguised([0xff, 0x01])],
    ['a JPEG that hides its size behind no marker', disguised([0xff, 0x00])],
    ['a WebP of 16383 × 5', resized(WEBP, 26, [0xff, 0x3f])],
    ['a lossless WebP of 16384 × 16384', resized(LOSSLESS_WEBP, 21, [0xff, 0xff, 0xff, 0xff])],
    ['a WebP canvas of 2^24 × 5', resized(EXTENDED_WEBP, 24, [0xff, 0xff, 0xff])],
    ['a GIF of 65535 × 5', resized(GIF, 6, [255, 255])],
    [
      'a GIF whose first picture is larger than its screen',
      resized(GIF, bytesOf(GIF).indexOf(0x2c, 20) + 5, [255, 255]),
    ],
  ])('refuses %s', (_name, picture) => {
    expect(coverType(picture)).toBeUndefined();
  });

  it('takes 4096 × 4096', () => {
    expect(coverType(bomb(4096, 4096))).toBe('image/png');
  });
});

describe('a manifest', () => {
  const cover = (mime: Cover['mime'], data: Buffer): Cover => ({ mime, data: data.toString('base64') });
  const file = (name: string, track?: Track): Manifest['files'][number] => ({
    ...{ path: [name], size: 1, modified: 0 },
    ...(track === undefined ? {} : { track }),
  });

  it('loses covers that are harmful, lie about their type or are none, and its files name the others still', () => {
    const manifest: Manifest = {
      covers: [
        cover('image/png', bomb(100_000, 100_000)),
        cover('image/jpeg', bytesOf(JPEG)),
        cover('image/jpeg', bytesOf(PNG)),
        cover('image/gif', Buffer.from('<svg/>')),
        cover('image/gif', bytesOf(GIF)),
      ],
      files: [
        file('bomb', { title: 'Bomb', cover: 0 }),
        file('jpeg', { cover: 1 }),
        file('lie', { cover: 2 }),
        file('none', { title: 'No cover' }),
        file('gif', { cover: 4 }),
        file('nowhere', { cover: 99 }),
        file('plain'),
      ],
    };
    const safe = withSafeCovers(manifest);
    expect(safe.covers).toEqual([manifest.covers[1], manifest.covers[4]]);
    expect(safe.files.map(({ track }) => track)).toEqual([
      { title: 'Bomb' },
      { cover: 0 },
      {},
      { title: 'No cover' },
      { cover: 1 },
      {},
      undefined,
    ]);
  });

  it('loses those that would take all memory together, each harmless by itself', () => {
    const data = bomb(4096, 4096).toString('base64');
    const covers = Array.from({ length: 100 }, (): Cover => ({ mime: 'image/png', data }));
    const files = covers.map((_, cover) => ({ path: [`${cover}.wav`], size: 1, modified: 0, track: { cover } }));
    const safe = withSafeCovers({ files, covers });
    expect(safe.covers).toHaveLength(4);
    expect(safe.files.filter(({ track }) => track?.cover !== undefined)).toHaveLength(4);
  });
});
