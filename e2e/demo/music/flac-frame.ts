import { BitWriter } from './bit-writer';
import type { Pcm } from './synthesizer';

/** FLAC audio frames (RFC 9639 section 9): fixed predictors and one Rice partition for each channel. */

export const BLOCK_SAMPLES = 4096;

const SYNC_FIXED_BLOCKS = 0xfff8;
const BLOCK_SIZE_4096 = 0b1100;
const BLOCK_SIZE_IN_16_BITS = 0b0111;
const RATE_44100 = 0b1001;
const TWO_CHANNELS_16_BIT = 0b0001_100_0;
const FIXED_PREDICTOR = 0b001000;
const SAMPLE_BITS = 16;
const MAX_ORDER = 4;
const MAX_RICE_PARAMETER = 14;

/** All frames of a recording, end to end. */
export function encodeFrames(pcm: Pcm): Buffer {
  const writer = new BitWriter();
  for (let frame = 0; frame * BLOCK_SAMPLES < pcm.left.length; frame++) {
    const from = frame * BLOCK_SAMPLES;
    const to = Math.min(pcm.left.length, from + BLOCK_SAMPLES);
    writeFrame(writer, frame, pcm.left.subarray(from, to), pcm.right.subarray(from, to));
  }
  return Buffer.from(writer.written());
}

function writeFrame(writer: BitWriter, number: number, left: Int16Array, right: Int16Array): void {
  const start = writer.byteLength;
  const whole = left.length === BLOCK_SAMPLES;
  writer.write(SYNC_FIXED_BLOCKS, 16);
  writer.write(whole ? BLOCK_SIZE_4096 : BLOCK_SIZE_IN_16_BITS, 4);
  writer.write(RATE_44100, 4);
  writer.write(TWO_CHANNELS_16_BIT, 8);
  writeFrameNumber(writer, number);
  if (!whole) writer.write(left.length - 1, 16);
  writer.write(crc8(writer.written(start)), 8);
  writeSubframe(writer, left);
  writeSubframe(writer, right);
  writer.align();
  writer.write(crc16(writer.written(start)), 16);
}

/** Coded as UTF-8 codes a character (RFC 9639 section 9.1.5). */
function writeFrameNumber(writer: BitWriter, number: number): void {
  for (const byte of Buffer.from(String.fromCodePoint(number))) writer.write(byte, 8);
}

function writeSubframe(writer: BitWriter, samples: Int16Array): void {
  const { order, residual } = bestPrediction(samples);
  writer.write((FIXED_PREDICTOR | order) << 1, 8);
  for (let i = 0; i < order; i++) writer.write(samples[i] ?? 0, SAMPLE_BITS);
  writeResidual(writer, residual);
}

/** The fixed predictor of order n leaves the n-th difference of the samples (RFC 9639 section 9.2.5). */
function bestPrediction(samples: Int16Array): { order: number; residual: Int32Array } {
  let difference = new Int32Array(samples);
  let best = { order: 0, residual: difference };
  let least = absoluteSum(difference);
  for (let order = 1; order <= Math.min(MAX_ORDER, samples.length - 1); order++) {
    difference = differencesOf(difference);
    const sum = absoluteSum(difference);
    if (sum < least) {
      least = sum;
      best = { order, residual: difference };
    }
  }
  return best;
}

function differencesOf(values: Int32Array): Int32Array<ArrayBuffer> {
  const out = new Int32Array(values.length - 1);
  for (let i = 0; i < out.length; i++) out[i] = (values[i + 1] ?? 0) - (values[i] ?? 0);
  return out;
}

function absoluteSum(values: Int32Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += Math.abs(values[i] ?? 0);
  return sum;
}

/** RFC 9639 section 9.2.7: four-bit parameters, partition order 0. */
function writeResidual(writer: BitWriter, residual: Int32Array): void {
  const mean = (2 * absoluteSum(residual)) / Math.max(1, residual.length);
  const parameter = Math.min(MAX_RICE_PARAMETER, Math.max(0, Math.floor(Math.log2(mean + 1))));
  writer.write(0, 6);
  writer.write(parameter, 4);
  for (let i = 0; i < residual.length; i++) {
    const value = residual[i] ?? 0;
    writer.writeRice(value < 0 ? -2 * value - 1 : 2 * value, parameter);
  }
}

const CRC8_TABLE = crcTable(8, 0x07);
const CRC16_TABLE = crcTable(16, 0x8005);

function crc8(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) crc = CRC8_TABLE[crc ^ byte] ?? 0;
  return crc;
}

function crc16(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) crc = ((crc << 8) & 0xffff) ^ (CRC16_TABLE[(crc >> 8) ^ byte] ?? 0);
  return crc;
}

function crcTable(bits: number, polynomial: number): Uint16Array {
  const top = 1 << (bits - 1);
  const mask = (1 << bits) - 1;
  return Uint16Array.from({ length: 256 }, (_, byte) => {
    let crc = byte << (bits - 8);
    for (let i = 0; i < 8; i++) crc = crc & top ? ((crc << 1) ^ polynomial) & mask : crc << 1;
    return crc & mask;
  });
}
