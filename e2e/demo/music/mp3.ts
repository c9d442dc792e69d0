import { Mp3Encoder } from '@breezystack/lamejs';
import { CHANNELS, type Pcm, SAMPLE_RATE } from './synthesizer';
import type { Tags } from './tags';

/** MP3 (MPEG-1 Layer III) behind an ID3v2.3 tag with cover art. */

const KILOBITS_PER_SECOND = 128;
const UTF_16_WITH_BOM = 1;
const LATIN_1 = 0;
const FRONT_COVER = 3;

/** @returns A whole MP3 file. The encoder takes about a second for ten seconds of music. */
export function encodeMp3(pcm: Pcm, tags: Tags): Buffer {
  const encoder = new Mp3Encoder(CHANNELS, SAMPLE_RATE, KILOBITS_PER_SECOND);
  const frames = Buffer.from(encoder.encodeBuffer(pcm.left, pcm.right));
  return Buffer.concat([id3(tags), frames, Buffer.from(encoder.flush())]);
}

function id3({ title, artist, album, track, year, cover }: Tags): Buffer {
  const frames = Buffer.concat([
    textFrame('TIT2', title),
    textFrame('TPE1', artist),
    textFrame('TALB', album),
    textFrame('TRCK', String(track)),
    textFrame('TYER', String(year)),
    pictureFrame(cover),
  ]);
  const head = Buffer.from([0x49, 0x44, 0x33, 3, 0, 0, ...sevenBitBytes(frames.length)]);
  return Buffer.concat([head, frames]);
}

function textFrame(id: string, text: string): Buffer {
  return frame(id, Buffer.concat([Buffer.from([UTF_16_WITH_BOM]), Buffer.from(`\ufeff${text}`, 'utf16le')]));
}

function pictureFrame(png: Buffer): Buffer {
  const noDescription = 0;
  const head = Buffer.concat([
    Buffer.from([LATIN_1]),
    Buffer.from('image/png\0'),
    Buffer.from([FRONT_COVER, noDescription]),
  ]);
  return frame('APIC', Buffer.concat([head, png]));
}

function frame(id: string, data: Buffer): Buffer {
  const head = Buffer.alloc(10);
  head.write(id, 'latin1');
  head.writeUInt32BE(data.length, 4);
  return Buffer.concat([head, data]);
}

/** A tag's length has 28 bits in four bytes whose top bits are clear, so that no decoder takes it for a frame sync. */
function sevenBitBytes(value: number): number[] {
  return [21, 14, 7, 0].map((shift) => (value >> shift) & 0x7f);
}
