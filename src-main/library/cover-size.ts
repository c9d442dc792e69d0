import type { Cover, Manifest } from '../../src-shared/wire/messages';

/** What a picture file says of itself in its first bytes: PROTOCOL.md section 10.6. */
export interface PictureHead {
  readonly mime: Cover['mime'];
  /** Pixels; what a program that shows it makes room for. */
  readonly width: number;
  readonly height: number;
}

/** A picture of a few bytes may claim a size that takes all memory; no cover is larger than this on a side. */
const MAX_COVER_PIXELS = 4096;
/** All covers of one manifest, which may be in view at once: a quarter of a gigabyte of memory. */
const MAX_COVERS_AREA = 4 * MAX_COVER_PIXELS ** 2;

/** The head of a PNG, JPEG, WebP or GIF picture; undefined for anything else, and for a head that is damaged. Never throws. */
export function pictureHead(data: Uint8Array): PictureHead | undefined {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.length);
  try {
    return pngHead(bytes) ?? jpegHead(bytes) ?? webpHead(bytes) ?? gifHead(bytes);
  } catch {
    // A RangeError: it ends in the middle of its head.
    return undefined;
  }
}

/** The type of a picture that can be shown without harm; undefined where it is none, or too large. */
export function coverType(data: Uint8Array): Cover['mime'] | undefined {
  const head = pictureHead(data);
  if (head === undefined || Math.min(head.width, head.height) < 1) return undefined;
  return Math.max(head.width, head.height) <= MAX_COVER_PIXELS ? head.mime : undefined;
}

/** A manifest as it may be shown: without covers that are not what they say, or too large (also together), and nothing names them. */
export function withSafeCovers(manifest: Manifest): Manifest {
  const places = new Map<number, number>();
  let area = MAX_COVERS_AREA;
  const covers = manifest.covers.filter((cover, index) => {
    const own = areaOf(cover);
    const isSafe = own !== undefined && own <= area;
    if (isSafe) {
      area -= own;
      places.set(index, places.size);
    }
    return isSafe;
  });
  const files = manifest.files.map((file) => {
    if (file.track?.cover === undefined) return file;
    const { cover, ...track } = file.track;
    const place = places.get(cover);
    return { ...file, track: place === undefined ? track : { ...track, cover: place } };
  });
  return { files, covers };
}

/** Pixels of a cover that can be shown without harm. */
function areaOf({ mime, data }: Cover): number | undefined {
  const bytes = Buffer.from(data, 'base64');
  const head = pictureHead(bytes);
  return head === undefined || coverType(bytes) !== mime ? undefined : head.width * head.height;
}

const PNG = '\x89PNG\r\n\x1a\n';

function pngHead(bytes: Buffer): PictureHead | undefined {
  if (text(bytes, 0, 8) !== PNG || text(bytes, 12, 16) !== 'IHDR') return undefined;
  return { mime: 'image/png', width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
}

/** The size is in the frame header, somewhere behind segments that each say how long they are. */
function jpegHead(bytes: Buffer): PictureHead | undefined {
  if (text(bytes, 0, 3) !== '\xff\xd8\xff') return undefined;
  for (let position = 2; ; position += 2 + bytes.readUInt16BE(position + 2)) {
    while (bytes.readUInt8(position) === 0xff && bytes.readUInt8(position + 1) === 0xff) position++;
    if (bytes.readUInt8(position) !== 0xff) return undefined;
    const marker = bytes.readUInt8(position + 1);
    if (isTable(marker)) continue;
    if (!isFrameHeader(marker)) return undefined;
    return { mime: 'image/jpeg', width: bytes.readUInt16BE(position + 7), height: bytes.readUInt16BE(position + 5) };
  }
}

/**
 * Tables (DHT, DAC, DQT, DRI), APP0 to APP15 and comments. No other segment has a length to every decoder: behind one that
 * does not, a decoder would find another size than this does.
 */
function isTable(marker: number): boolean {
  return (marker >= 0xe0 && marker <= 0xef) || [0xc4, 0xcc, 0xdb, 0xdd, 0xfe].includes(marker);
}

/** SOF0 to SOF15, without the tables DHT, JPG and DAC that stand among them. */
function isFrameHeader(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
}

function webpHead(bytes: Buffer): PictureHead | undefined {
  if (text(bytes, 0, 4) !== 'RIFF' || text(bytes, 8, 12) !== 'WEBP') return undefined;
  const mime = 'image/webp';
  switch (text(bytes, 12, 16)) {
    case 'VP8X':
      return { mime, width: 1 + bytes.readUIntLE(24, 3), height: 1 + bytes.readUIntLE(27, 3) };
    case 'VP8 ':
      return { mime, width: bytes.readUInt16LE(26) & 0x3fff, height: bytes.readUInt16LE(28) & 0x3fff };
    case 'VP8L': {
      const sizes = bytes.readUInt32LE(21);
      return { mime, width: 1 + (sizes & 0x3fff), height: 1 + ((sizes >>> 14) & 0x3fff) };
    }
    default:
      return undefined;
  }
}

/** The screen, or the first picture where that reaches beyond: programs make the screen larger then. */
function gifHead(bytes: Buffer): PictureHead | undefined {
  if (!/^GIF8[79]a$/.test(text(bytes, 0, 6))) return undefined;
  let position = 13 + colorTableBytes(bytes.readUInt8(10));
  while (bytes.readUInt8(position) === 0x21) position = endOfExtension(bytes, position);
  if (bytes.readUInt8(position) !== 0x2c) return undefined;
  const right = bytes.readUInt16LE(position + 1) + bytes.readUInt16LE(position + 5);
  const bottom = bytes.readUInt16LE(position + 3) + bytes.readUInt16LE(position + 7);
  return {
    mime: 'image/gif',
    width: Math.max(bytes.readUInt16LE(6), right),
    height: Math.max(bytes.readUInt16LE(8), bottom),
  };
}

function colorTableBytes(flags: number): number {
  return (flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1);
}

function endOfExtension(bytes: Buffer, start: number): number {
  let position = start + 2;
  for (let length = bytes.readUInt8(position); length > 0; length = bytes.readUInt8(position)) position += 1 + length;
  return position + 1;
}

function text(bytes: Buffer, start: number, end: number): string {
  return bytes.toString('latin1', start, end);
}
