import { ByteReader, ByteWriter } from '../wire/byte-io';
import { WireError } from '../wire/wire-error';
import type { Range, RangeSet } from './range-set';

// PROTOCOL.md section 4.3: a range set of units travels in whichever of two forms is shorter.
const DELTA = 0;
const BITMAP = 1;

/** Range set -> bytes. */
export function encodeRanges(set: RangeSet): Uint8Array {
  const first = set[0]?.[0] ?? 0;
  const end = set.at(-1)?.[1] ?? 0;
  const bitmapBytes = Math.ceil((end - first) / 8);
  const delta = encodeDelta(set, bitmapBytes + 16);
  return delta ?? encodeBitmap(set, first, end);
}

/**
 * Bytes -> range set within [0, limit).
 * @throws WireError where the bytes are no canonical set, or name an integer at or past `limit`.
 */
export function decodeRanges(bytes: Uint8Array, limit: number): RangeSet {
  const reader = new ByteReader(bytes);
  const form = reader.u8();
  if (form !== DELTA && form !== BITMAP) throw new WireError(`unknown range set form ${form}`);
  const set = form === DELTA ? decodeDelta(reader, limit) : decodeBitmap(reader, limit);
  if ((set.at(-1)?.[1] ?? 0) > limit) throw new WireError('a range lies outside the transfer');
  return set;
}

function encodeDelta(set: RangeSet, giveUpAt: number): Uint8Array | undefined {
  const writer = new ByteWriter();
  writer.u8(DELTA);
  let previousEnd = 0;
  for (const [start, end] of set) {
    writer.varint(start - previousEnd);
    writer.varint(end - start);
    previousEnd = end;
    if (writer.size > giveUpAt) return undefined;
  }
  return writer.result();
}

function encodeBitmap(set: RangeSet, first: number, end: number): Uint8Array {
  const bits = new Uint8Array(Math.ceil((end - first) / 8));
  for (const [from, to] of set) {
    for (let i = from - first; i < to - first; i++) bits[i >> 3] = (bits[i >> 3] ?? 0) | (1 << (i & 7));
  }
  const writer = new ByteWriter();
  writer.u8(BITMAP);
  writer.varint(first);
  writer.bytes(bits);
  return writer.result();
}

function decodeDelta(reader: ByteReader, limit: number): RangeSet {
  const out: Range[] = [];
  let previousEnd = 0;
  while (reader.remaining > 0) {
    const gap = reader.varint();
    const length = reader.varint();
    const start = previousEnd + gap;
    const end = start + length;
    if (length === 0 || (gap === 0 && out.length > 0) || !Number.isSafeInteger(end)) {
      throw new WireError('ranges are not in canonical form');
    }
    // At once, not at the end: a hostile set may name millions.
    if (end > limit) throw new WireError('a range lies outside the transfer');
    out.push([start, end]);
    previousEnd = end;
  }
  return out;
}

function decodeBitmap(reader: ByteReader, limit: number): RangeSet {
  const first = reader.varint();
  if (first + (reader.remaining - 1) * 8 > limit) throw new WireError('a range lies outside the transfer');
  const bits = reader.bytes(reader.remaining);
  const out: [number, number][] = [];
  for (let i = 0; i < bits.length * 8; i++) {
    if (((bits[i >> 3] ?? 0) & (1 << (i & 7))) === 0) continue;
    const value = first + i;
    const last = out.at(-1);
    if (last !== undefined && last[1] === value) last[1]++;
    else out.push([value, value + 1]);
  }
  return out;
}
