import { createHash } from 'node:crypto';
import { BitWriter } from './bit-writer';
import { BLOCK_SAMPLES, encodeFrames } from './flac-frame';
import { CHANNELS, type Pcm, SAMPLE_RATE } from './synthesizer';
import type { Tags } from './tags';
import { interleaved } from './wav';

/** FLAC files (RFC 9639): stream information, tags, cover art, frames. */

const STREAMINFO = 0;
const VORBIS_COMMENT = 4;
const PICTURE = 6;
const LAST_BLOCK = 0x80;
const FRONT_COVER = 3;

/** @returns A whole FLAC file. */
export function encodeFlac(pcm: Pcm, tags: Tags): Buffer {
  return Buffer.concat([
    Buffer.from('fLaC'),
    metadataBlock(STREAMINFO, streamInfo(pcm)),
    metadataBlock(VORBIS_COMMENT, vorbisComment(tags)),
    metadataBlock(PICTURE | LAST_BLOCK, picture(tags.cover)),
    encodeFrames(pcm),
  ]);
}

function metadataBlock(type: number, data: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt8(type, 0);
  head.writeUIntBE(data.length, 1, 3);
  return Buffer.concat([head, data]);
}

function streamInfo(pcm: Pcm): Buffer {
  const writer = new BitWriter();
  writer.write(BLOCK_SAMPLES, 16);
  writer.write(BLOCK_SAMPLES, 16);
  // Smallest and largest frame in bytes: not known.
  writer.write(0, 24);
  writer.write(0, 24);
  writer.write(SAMPLE_RATE, 20);
  writer.write(CHANNELS - 1, 3);
  writer.write(16 - 1, 5);
  writer.write(Math.floor(pcm.left.length / 2 ** 18), 18);
  writer.write(pcm.left.length % 2 ** 18, 18);
  const digest = createHash('md5').update(interleaved(pcm)).digest();
  return Buffer.concat([writer.written(), digest]);
}

function vorbisComment({ title, artist, album, track, year }: Tags): Buffer {
  const fields = { TITLE: title, ARTIST: artist, ALBUM: album, TRACKNUMBER: track, DATE: year };
  const comments = Object.entries(fields).map(([name, value]) => withLengthLE(`${name}=${value}`));
  const count = Buffer.alloc(4);
  count.writeUInt32LE(comments.length, 0);
  return Buffer.concat([withLengthLE('Tutti demo'), count, ...comments]);
}

function picture(png: Buffer): Buffer {
  // The picture's width and height stand in its own header; here zero means "not said".
  const sizeAndColours = Buffer.alloc(16);
  const type = Buffer.alloc(4);
  type.writeUInt32BE(FRONT_COVER, 0);
  const noDescription = Buffer.alloc(0);
  const parts = [type, withLengthBE(Buffer.from('image/png')), withLengthBE(noDescription), sizeAndColours];
  return Buffer.concat([...parts, withLengthBE(png)]);
}

function withLengthLE(text: string): Buffer {
  const data = Buffer.from(text);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(data.length, 0);
  return Buffer.concat([length, data]);
}

function withLengthBE(data: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length, 0);
  return Buffer.concat([length, data]);
}
