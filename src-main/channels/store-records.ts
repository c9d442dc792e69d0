import { decodeRanges, encodeRanges } from '../../src-shared/ranges/range-codec';
import { EMPTY, type RangeSet } from '../../src-shared/ranges/range-set';
import { ByteReader, ByteWriter } from '../../src-shared/wire/byte-io';
import type { PacketNumber } from '../archive/packet';

/** How packets lie in a store. Keys are big-endian, so that their order is the order of the packets. */

/** A channel is known by eight bytes. */
export const CHANNEL_ID_BYTES = 8;
const SEQUENCES = 2 ** 32;

/** What a store has of one epoch of a channel. */
export interface EpochRecord {
  readonly bytes: number;
  readonly held: RangeSet;
}

export const NOTHING_HELD: EpochRecord = { bytes: 0, held: EMPTY };

/** A packet as it is stored: `bytes` is what whoever asks for it gets, and nothing that the store reads. */
export interface StoredPacket extends PacketNumber {
  /** ms since 1970. */
  readonly time: number;
  readonly bytes: Uint8Array;
}

/** What vouches for the packets `first` to `last` of an epoch. */
export interface StoredSeal {
  readonly epoch: number;
  readonly first: number;
  readonly last: number;
  readonly bytes: Uint8Array;
}

export function packetKey(channel: Uint8Array, { epoch, sequence }: PacketNumber): Buffer {
  const key = Buffer.allocUnsafe(CHANNEL_ID_BYTES + 8);
  key.set(channel, 0);
  key.writeUInt32BE(epoch, CHANNEL_ID_BYTES);
  key.writeUInt32BE(sequence, CHANNEL_ID_BYTES + 4);
  return key;
}

export function numberOfKey(key: Buffer): PacketNumber {
  return { epoch: key.readUInt32BE(CHANNEL_ID_BYTES), sequence: key.readUInt32BE(CHANNEL_ID_BYTES + 4) };
}

export function epochKey(channel: Uint8Array, epoch: number): Buffer {
  return packetKey(channel, { epoch, sequence: 0 }).subarray(0, CHANNEL_ID_BYTES + 4);
}

/** 48 bits of milliseconds last until the year 10889. */
const TIME_BYTES = 6;
export const PACKET_OVERHEAD = TIME_BYTES;

export function packetValue({ time, bytes }: StoredPacket): Buffer {
  const value = Buffer.allocUnsafe(TIME_BYTES + bytes.length);
  value.writeUIntBE(Math.max(0, Math.floor(time)), 0, TIME_BYTES);
  value.set(bytes, TIME_BYTES);
  return value;
}

export function timeOf(value: Buffer): number {
  return value.readUIntBE(0, TIME_BYTES);
}

export function bytesOf(value: Buffer): Buffer {
  return value.subarray(TIME_BYTES);
}

export function sealValue({ last, bytes }: StoredSeal): Buffer {
  const value = Buffer.allocUnsafe(4 + bytes.length);
  value.writeUInt32BE(last, 0);
  value.set(bytes, 4);
  return value;
}

export function sealOfValue(key: Buffer, value: Buffer): StoredSeal {
  const { epoch, sequence } = numberOfKey(key);
  return { epoch, first: sequence, last: value.readUInt32BE(0), bytes: value.subarray(4) };
}

export function recordValue({ bytes, held }: EpochRecord): Uint8Array {
  const writer = new ByteWriter();
  writer.varint(bytes);
  writer.bytes(encodeRanges(held));
  return writer.result();
}

/** @throws WireError where it is no record: the file is damaged. */
export function recordOfValue(value: Uint8Array): EpochRecord {
  const reader = new ByteReader(value);
  const bytes = reader.varint();
  return { bytes, held: decodeRanges(reader.bytes(reader.remaining), SEQUENCES) };
}
