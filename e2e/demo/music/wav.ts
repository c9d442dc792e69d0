import { CHANNELS, PCM_BYTES_PER_SECOND, type Pcm, SAMPLE_RATE } from './synthesizer';
import type { Tags } from './tags';

/** RIFF WAVE, 16-bit PCM, with a LIST/INFO chunk of tags. The format has no place for cover art. */

const FORMAT_PCM = 1;

/** @returns A whole WAV file. */
export function encodeWav(pcm: Pcm, tags: Tags): Buffer {
  const chunks = [chunk('fmt ', formatChunk()), chunk('LIST', infoList(tags)), chunk('data', interleaved(pcm))];
  return chunk('RIFF', Buffer.concat([Buffer.from('WAVE'), ...chunks]));
}

/** The samples as CDs and WAV files hold them: left and right in turn, little-endian. */
export function interleaved({ left, right }: Pcm): Buffer {
  const both = new Int16Array(left.length * CHANNELS);
  for (let i = 0; i < left.length; i++) {
    both[i * 2] = left[i] ?? 0;
    both[i * 2 + 1] = right[i] ?? 0;
  }
  // A typed array has the machine's byte order, and every machine that Node runs this on is little-endian.
  return Buffer.from(both.buffer);
}

function formatChunk(): Buffer {
  const format = Buffer.alloc(16);
  format.writeUInt16LE(FORMAT_PCM, 0);
  format.writeUInt16LE(CHANNELS, 2);
  format.writeUInt32LE(SAMPLE_RATE, 4);
  format.writeUInt32LE(PCM_BYTES_PER_SECOND, 8);
  format.writeUInt16LE(CHANNELS * 2, 12);
  format.writeUInt16LE(16, 14);
  return format;
}

function infoList({ title, artist, album, track, year }: Tags): Buffer {
  const fields = { INAM: title, IART: artist, IPRD: album, ITRK: String(track), ICRD: String(year) };
  const chunks = Object.entries(fields).map(([id, text]) => chunk(id, Buffer.from(`${text}\0`)));
  return Buffer.concat([Buffer.from('INFO'), ...chunks]);
}

/** Chunks of odd length are followed by a zero byte that their length does not count. */
function chunk(id: string, data: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.write(id, 'latin1');
  head.writeUInt32LE(data.length, 4);
  return Buffer.concat([head, data, Buffer.alloc(data.length % 2)]);
}
