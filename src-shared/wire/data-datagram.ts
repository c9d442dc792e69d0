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
  /** Where the payload belongs in the transfer space, in bytes; of a parity unit: 128 times its block, plus its index. */
  readonly offset: number;
}

/** Why a datagram was not a datagram; the receiver counts these. */
export type HeaderFault = 'short' | 'long' | 'version' | 'kind' | 'offset';

/** Splits a transfer id (16 hex digits) into the two integers of the header. */
export function splitTransferId(id: string): { transferHigh: number; transferLow: number } {
  return { transferHigh: Number.parseInt(id.slice(0, 8), 16), transferLow: Number.parseInt(id.slice(8, 16), 16) };
}

/** Writes the header into the first HEADER_BYTES of `target`. */
export function writeHeader(target: DataView, header: DataHeader): void {
  target.setUint8(0, (VERSION << 4) | header.kind);
  target.setUint8(1, 0);
  target.setUint16(2, header.transmission);
  target.setUint32(4, header.transferHigh);
  target.setUint32(8, header.transferLow);
  target.setUint32(12, header.sequence);
  target.setUint32(16, Math.floor(header.offset / 2 ** 32));
  target.setUint32(20, header.offset % 2 ** 32);
}

/** Reads a header, or says why the bytes have none. Never throws: anybody on the group may send anything. */
export function readHeader(bytes: Uint8Array): DataHeader | HeaderFault {
  if (bytes.length < HEADER_BYTES) return 'short';
  if (bytes.length > MAX_DATAGRAM_BYTES) return 'long';
  const view = new DataView(bytes.buffer, bytes.byteOffset, HEADER_BYTES);
  const first = view.getUint8(0);
  if (first >> 4 !== VERSION) return 'version';
  const kind = first & 0x0f;
  if (kind !== DATA && kind !== PROBE && kind !== PARITY) return 'kind';
  const offsetHigh = view.getUint32(16);
  if (offsetHigh >= 2 ** 21) return 'offset';
  return {
    kind,
    transmission: view.getUint16(2),
    transferHigh: view.getUint32(4),
    transferLow: view.getUint32(8),
    sequence: view.getUint32(12),
    offset: offsetHigh * 2 ** 32 + view.getUint32(20),
  };
}
