/** The data datagram's fixed header: PROTOCOL.md section 5. Big-endian. */
export const HEADER_BYTES = 24;
/** IPv4 and UDP headers leave this much of an Ethernet frame: never fragment (PROTOCOL.md section 5.2). */
export const MAX_DATAGRAM_BYTES = 1472;
export const DEFAULT_PAYLOAD_BYTES = MAX_DATAGRAM_BYTES - HEADER_BYTES;

const VERSION = 1;
export const DATA = 0;
export const PROBE = 1;
export const PARITY = 2;
type DatagramKind = typeof DATA | typeof PROBE | typeof PARITY;

export interface DataHeader {
  readonly kind: DatagramKind;
  /** 0 is the first pass, 1…n are the retransmission rounds. */
  readonly transmission: number;
  /** The transfer id's two halves, as unsigned 32-bit integers. */
  readonly transferHigh: number;
  readonly transferLow: number;
  /** Unique and ordered per transfer (RFC 1982 order). */
  readonly sequence: number;
  /** Where the payload belongs in the transfer space, in bytes; of a parity unit: 128 times its chunk, plus its index. */
  readonly offset: number;
}

/** Why a datagram was not a datagram; the receiver counts these. */
export type HeaderFault = 'short' | 'long' | 'version' | 'kind' | 'offset';

/** Splits a transfer id (16 hex digits) into the two integers of the header. */
export function splitTransferId(id: string): { transferHigh: number; transferLow: number } {
  return { transferHigh: Number.parseInt(id.slice(0, 8), 16), transferLow: Number.parseInt(id.slice(8, 16), 16) };
}

/** How the datagrams of a run follow one another. */
export interface RunShape {
  /** How many they are. */
  readonly count: number;
  /** Bytes from the start of each to the start of the next. */
  readonly stride: number;
  /** From the offset of each to that of the next. */
  readonly step: number;
}

/** Writes the header into the first HEADER_BYTES of `target`. */
export function writeHeader(target: Uint8Array, header: DataHeader): void {
  writeHeaderAt(target, 0, header, header.sequence, header.offset);
}

/** Writes the header of each datagram of a run, whose sequence numbers go up by 1 from that of `header`, the first one. */
export function writeHeaders(target: Uint8Array, header: DataHeader, { count, stride, step }: RunShape): void {
  const { sequence, offset } = header;
  for (let i = 0; i < count; i++) writeHeaderAt(target, i * stride, header, sequence + i, offset + i * step);
}

function writeHeaderAt(target: Uint8Array, at: number, header: DataHeader, sequence: number, offset: number): void {
  target[at] = (VERSION << 4) | header.kind;
  target[at + 1] = 0;
  target[at + 2] = header.transmission >>> 8;
  target[at + 3] = header.transmission;
  writeUint32(target, at + 4, header.transferHigh);
  writeUint32(target, at + 8, header.transferLow);
  writeUint32(target, at + 12, sequence);
  writeUint32(target, at + 16, Math.floor(offset / 2 ** 32));
  writeUint32(target, at + 20, offset % 2 ** 32);
}

/** Reads a header, or says why the bytes have none. Never throws: anybody on the group may send anything. */
export function readHeader(bytes: Uint8Array): DataHeader | HeaderFault {
  if (bytes.length < HEADER_BYTES) return 'short';
  if (bytes.length > MAX_DATAGRAM_BYTES) return 'long';
  const first = bytes[0] ?? 0;
  if (first >> 4 !== VERSION) return 'version';
  const kind = first & 0x0f;
  if (kind !== DATA && kind !== PROBE && kind !== PARITY) return 'kind';
  const offsetHigh = readUint32(bytes, 16);
  if (offsetHigh >= 2 ** 21) return 'offset';
  return {
    kind,
    transmission: readUint32(bytes, 0) & 0xffff,
    transferHigh: readUint32(bytes, 4),
    transferLow: readUint32(bytes, 8),
    sequence: readUint32(bytes, 12),
    offset: offsetHigh * 2 ** 32 + readUint32(bytes, 20),
  };
}

// By hand: a DataView for each datagram costs more than everything else here.

function readUint32(bytes: Uint8Array, at: number): number {
  const low = ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
  return (bytes[at] ?? 0) * 2 ** 24 + low;
}

function writeUint32(target: Uint8Array, at: number, value: number): void {
  target[at] = value >>> 24;
  target[at + 1] = value >>> 16;
  target[at + 2] = value >>> 8;
  target[at + 3] = value;
}
