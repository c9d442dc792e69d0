import { ErrorCode, TftpError } from './tftp-error';

/** The packets of RFC 1350 section 5 and RFC 2347. All of them begin with a 16-bit opcode; integers are big-endian. */
export type Packet =
  | { readonly kind: 'read' | 'write'; readonly file: string; readonly mode: Mode; readonly options: OptionList }
  /** `block` is the number on the wire, 0…65535. The payload is a view of the datagram. */
  | { readonly kind: 'data'; readonly block: number; readonly payload: Uint8Array }
  | { readonly kind: 'ack'; readonly block: number }
  | { readonly kind: 'error'; readonly code: number; readonly message: string }
  | { readonly kind: 'oack'; readonly options: OptionList };

export type Mode = 'octet' | 'netascii';

/** Options as they stand in a packet, names in small letters (RFC 2347: case does not count). */
export type OptionList = readonly (readonly [name: string, value: string])[];

/** RFC 2347: the most that a request may be long. */
export const MAX_REQUEST_BYTES = 512;
/** Opcode and block number of DATA. */
const DATA_HEADER_BYTES = 4;
/** An ERROR's text is shown to people: one line of it is enough. */
const MAX_MESSAGE_BYTES = 200;

const READ = 1;
const WRITE = 2;
const DATA = 3;
const ACK = 4;
const ERROR = 5;
const OACK = 6;

/**
 * Reads any datagram.
 * @throws TftpError with the code that RFC 1350 has for what is wrong; nothing else, whatever the bytes are.
 */
export function readPacket(bytes: Uint8Array): Packet {
  if (bytes.length < 2) throw illegal('A TFTP packet has at least two bytes');
  const body = bytes.subarray(2);
  switch (u16(bytes, 0)) {
    case READ:
      return readRequest('read', bytes);
    case WRITE:
      return readRequest('write', bytes);
    case DATA:
      return { kind: 'data', block: numberOf(bytes), payload: bytes.subarray(DATA_HEADER_BYTES) };
    case ACK:
      return { kind: 'ack', block: numberOf(bytes) };
    case ERROR:
      return { kind: 'error', code: numberOf(bytes), message: messageOf(bytes.subarray(4)) };
    case OACK:
      return { kind: 'oack', options: pairsOf(fieldsOf(body)) };
    default:
      // RFC 1350 section 5 and RFC 2347 know six operations.
      throw illegal('There is no such TFTP operation');
  }
}

/** A read request (RFC 1350 section 5, options as in RFC 2347). @throws TftpError where it would be too long. */
export function writeReadRequest(file: string, mode: Mode, options: OptionList): Uint8Array {
  const bytes = writeFields(READ, [file, mode, ...options.flat()]);
  if (bytes.length > MAX_REQUEST_BYTES)
    throw new TftpError(ErrorCode.illegalOperation, 'The name is too long for a TFTP request');
  return bytes;
}

/** An option acknowledgement (RFC 2347). */
export function writeOptionAck(options: OptionList): Uint8Array {
  return writeFields(OACK, options.flat());
}

/** @param block any block index; its lowest 16 bits are its number on the wire, so that 0 follows 65535. */
export function writeData(block: number, payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(DATA_HEADER_BYTES + payload.length);
  writeHead(bytes, DATA, block);
  bytes.set(payload, DATA_HEADER_BYTES);
  return bytes;
}

/** @param block as for `writeData` */
export function writeAck(block: number): Uint8Array {
  return writeHead(new Uint8Array(4), ACK, block);
}

export function writeError(code: number, message: string): Uint8Array {
  const text = utf8(message).subarray(0, MAX_MESSAGE_BYTES);
  const bytes = new Uint8Array(4 + text.length + 1);
  writeHead(bytes, ERROR, code);
  bytes.set(text, 4);
  return bytes;
}

function readRequest(kind: 'read' | 'write', bytes: Uint8Array): Packet {
  if (bytes.length > MAX_REQUEST_BYTES) throw illegal('A TFTP request has at most 512 bytes');
  const [file, mode, ...options] = fieldsOf(bytes.subarray(2));
  if (file === undefined || mode === undefined) throw illegal('A TFTP request has a file name and a mode');
  if (file === '') throw illegal('The file name is empty');
  return { kind, file, mode: modeOf(mode), options: pairsOf(options) };
}

function modeOf(text: string): Mode {
  const mode = text.toLowerCase();
  // RFC 1350 section 1: mail is obsolete and should not be implemented.
  if (mode !== 'octet' && mode !== 'netascii') throw illegal('The mode is neither octet nor netascii');
  return mode;
}

function pairsOf(fields: readonly string[]): OptionList {
  // RFC 2347: each option has a value, even where that is empty.
  if (fields.length % 2 !== 0) throw illegal('An option has no value');
  const pairs: [string, string][] = [];
  for (let i = 0; i < fields.length; i += 2) pairs.push([(fields[i] ?? '').toLowerCase(), fields[i + 1] ?? '']);
  return pairs;
}

/** The zero-terminated texts of a request or OACK. */
function fieldsOf(bytes: Uint8Array): string[] {
  if (bytes.length > 0 && bytes.at(-1) !== 0) throw illegal('The last text of the packet has no end');
  const fields: string[] = [];
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(0, start);
    fields.push(textOf(bytes.subarray(start, end)));
    start = end + 1;
  }
  return fields;
}

/** What an ERROR says; a terminator that is missing, or bytes that are no text, do not make it less of an error. */
function messageOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  const text = bytes.subarray(0, Math.min(end < 0 ? bytes.length : end, MAX_MESSAGE_BYTES));
  return String.fromCharCode(...text.map((byte) => (byte < 0x20 || byte > 0x7e ? 0x3f : byte)));
}

/** RFC 1350 names are netascii; UTF-8 is what systems make of it today. */
function textOf(bytes: Uint8Array): string {
  try {
    return decodeURIComponent([...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''));
  } catch {
    throw illegal('A text of the packet is not UTF-8');
  }
}

function utf8(text: string): Uint8Array {
  const escaped = encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\ufffd'));
  const bytes: number[] = [];
  for (let i = 0; i < escaped.length; i++) {
    if (escaped[i] !== '%') bytes.push(escaped.charCodeAt(i));
    else {
      bytes.push(Number.parseInt(escaped.slice(i + 1, i + 3), 16));
      i += 2;
    }
  }
  return Uint8Array.from(bytes);
}

function writeFields(opcode: number, fields: readonly string[]): Uint8Array {
  const texts = fields.map(utf8);
  const bytes = new Uint8Array(2 + texts.reduce((sum, text) => sum + text.length + 1, 0));
  bytes[1] = opcode;
  let at = 2;
  for (const text of texts) {
    bytes.set(text, at);
    at += text.length + 1;
  }
  return bytes;
}

function writeHead(bytes: Uint8Array, opcode: number, value: number): Uint8Array {
  const view = new DataView(bytes.buffer);
  view.setUint16(0, opcode);
  view.setUint16(2, value & 0xffff);
  return bytes;
}

function numberOf(bytes: Uint8Array): number {
  if (bytes.length < 4) throw illegal('The packet ends before its number');
  return u16(bytes, 2);
}

function u16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

/** RFC 1350, appendix: code 4 is an illegal operation. */
function illegal(message: string): TftpError {
  return new TftpError(ErrorCode.illegalOperation, message);
}
