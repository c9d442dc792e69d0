import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src-main/transport/seeded-random';
import { encodeFlac } from './flac';
import { BLOCK_SAMPLES } from './flac-frame';
import type { Pcm } from './synthesizer';
import { interleaved } from './wav';

const TAGS = { title: 't', artist: 'a', album: 'b', track: 1, year: 2024, cover: Buffer.from('png') };
const FRAMES_CRC_RESIDUE = 0;

describe('FLAC', () => {
  it('decodes to the samples that went in: silence, full-scale noise, steps, any length', () => {
    const loudness = fc.constantFrom(0, 1, 300, 32_767);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: BLOCK_SAMPLES * 2 + 3 }), loudness, fc.nat(), (length, peak, seed) => {
        const pcm = noise(length, peak, seed);
        expect(decode(encodeFlac(pcm, TAGS))).toEqual(pcm);
      }),
      { numRuns: 60 },
    );
    const steps = Int16Array.from({ length: 5000 }, (_, i) => (i % 2 === 0 ? -32_768 : 32_767));
    expect(decode(encodeFlac({ left: steps, right: steps }, TAGS))).toEqual({ left: steps, right: steps });
  });

  it('carries the number of samples and the MD5 of the sound', () => {
    const pcm = noise(10_000, 1000, 1);
    const file = encodeFlac(pcm, TAGS);
    expect(file.readUInt32BE(22)).toBe(10_000);
    expect(file.subarray(26, 42)).toEqual(createHash('md5').update(interleaved(pcm)).digest());
  });
});

function noise(length: number, peak: number, seed: number): Pcm {
  const random = seededRandom(seed);
  const channel = () => Int16Array.from({ length }, () => Math.round((random() * 2 - 1) * peak));
  return { left: channel(), right: channel() };
}

/** Decodes what this encoder may write (RFC 9639): 44.1 kHz, two channels of 16 bits, fixed predictors, partition order 0. */
function decode(file: Buffer): Pcm {
  let at = 4;
  for (let last = false; !last; ) {
    last = file.readUInt8(at) >= 0x80;
    at += 4 + file.readUIntBE(at + 1, 3);
  }
  const channels: [number[], number[]] = [[], []];
  for (let number = 0; at < file.length; number++) at = decodeFrame(file, at, number, channels);
  return { left: Int16Array.from(channels[0]), right: Int16Array.from(channels[1]) };
}

function decodeFrame(file: Buffer, start: number, number: number, channels: [number[], number[]]): number {
  const bits = new BitReader(file, start);
  expect(bits.read(16)).toBe(0xfff8);
  const blockSize = bits.read(4);
  expect(bits.read(12)).toBe(0b1001_0001_1000);
  expect(bits.read(8)).toBe(number);
  const length = blockSize === 0b1100 ? 4096 : bits.read(16) + 1;
  bits.read(8);
  expect(crc(file.subarray(start, bits.byte), 8, 0x07)).toBe(FRAMES_CRC_RESIDUE);
  for (const channel of channels) channel.push(...decodeSubframe(bits, length));
  bits.align();
  bits.read(16);
  expect(crc(file.subarray(start, bits.byte), 16, 0x8005)).toBe(FRAMES_CRC_RESIDUE);
  return bits.byte;
}

function decodeSubframe(bits: BitReader, length: number): number[] {
  const order = (bits.read(8) >> 1) - 0b001000;
  const samples = Array.from({ length: order }, () => (bits.read(16) << 16) >> 16);
  expect(bits.read(6)).toBe(0);
  const parameter = bits.read(4);
  const weights = [[], [1], [2, -1], [3, -3, 1], [4, -6, 4, -1]][order] ?? [];
  while (samples.length < length) {
    let zeros = 0;
    while (bits.read(1) === 0) zeros++;
    const folded = zeros * 2 ** parameter + bits.read(parameter);
    const residual = folded % 2 === 0 ? folded / 2 : -(folded + 1) / 2;
    const predicted = weights.reduce((sum, weight, i) => sum + weight * (samples[samples.length - 1 - i] ?? 0), 0);
    samples.push(predicted + residual);
  }
  return samples;
}

class BitReader {
  private bit: number;
  constructor(
    private readonly bytes: Buffer,
    start: number,
  ) {
    this.bit = start * 8;
  }
  read(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i++, this.bit++) {
      value = value * 2 + ((this.bytes.readUInt8(this.bit >> 3) >> (7 - (this.bit & 7))) & 1);
    }
    return value;
  }
  align(): void {
    this.bit = Math.ceil(this.bit / 8) * 8;
  }
  get byte(): number {
    return this.bit / 8;
  }
}

/** Bit by bit, from the definition; over a message and its own CRC it is zero. */
function crc(bytes: Uint8Array, width: number, polynomial: number): number {
  let register = 0;
  for (const byte of bytes) {
    for (let i = 7; i >= 0; i--) {
      const top = (register >> (width - 1)) & 1;
      register = (register << 1) & (2 ** width - 1);
      if (top !== ((byte >> i) & 1)) register ^= polynomial;
    }
  }
  return register;
}
