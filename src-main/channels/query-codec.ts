import { decodeRanges, encodeRanges } from '../../src-shared/ranges/range-codec';
import type { RangeSet } from '../../src-shared/ranges/range-set';
import { MAX_DATAGRAM_BYTES } from '../../src-shared/wire/data-datagram';
import { WireError } from '../../src-shared/wire/wire-error';
import { SEQUENCE_END } from '../archive/packet';
import type { Missing } from '../archive/sealed-intake';

/** Attachments of the channels' messages: PROTOCOL.md section 15. */

/** Numbers of one query take less, however they lie. */
const MAX_QUERY_BYTES = 16 * 1024;
/** Numbers of one acknowledgement: some thousand ranges. */
const MAX_NUMBERS_BYTES = 64 * 1024;
/** So many ranges surely fit. */
const RANGES_OF_MESSAGE = 4_096;

const LENGTH_BYTES = 4;
const DATAGRAM_LENGTH_BYTES = 2;

/** The attachment of a query. */
export function encodeQuery({ packets, seals }: Missing): Uint8Array {
  const first = encodeRanges(packets);
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32BE(first.length);
  return Buffer.concat([length, first, encodeRanges(seals)]);
}

/** @throws WireError */
export function decodeQuery(attachment: Uint8Array): Missing {
  if (attachment.length > MAX_QUERY_BYTES) throw new WireError('a query names too much');
  if (attachment.length < LENGTH_BYTES) throw new WireError('a query is truncated');
  const end = LENGTH_BYTES + new DataView(attachment.buffer, attachment.byteOffset).getUint32(0);
  if (end > attachment.length) throw new WireError('a query is truncated');
  return {
    packets: decodeNumbers(attachment.subarray(LENGTH_BYTES, end)),
    seals: decodeNumbers(attachment.subarray(end)),
  };
}

/** Sets of sequence numbers, each short enough for a message. */
export function* encodeNumbers(numbers: RangeSet): Generator<Uint8Array, void, undefined> {
  for (let from = 0; from < numbers.length; from += RANGES_OF_MESSAGE)
    yield encodeRanges(numbers.slice(from, from + RANGES_OF_MESSAGE));
}

/** A set of sequence numbers; one of millions of ranges is refused before it is unpacked. @throws WireError */
export function decodeNumbers(bytes: Uint8Array): RangeSet {
  if (bytes.length > MAX_NUMBERS_BYTES) throw new WireError('a message names too many numbers');
  return decodeRanges(bytes, SEQUENCE_END);
}

/** Datagrams one after the other, each after its length. */
export function encodeDatagrams(datagrams: readonly Uint8Array[]): Buffer {
  const size = datagrams.reduce((sum, { length }) => sum + DATAGRAM_LENGTH_BYTES + length, 0);
  const bytes = Buffer.allocUnsafe(size);
  let position = 0;
  for (const datagram of datagrams) {
    position = bytes.writeUInt16BE(datagram.length, position);
    bytes.set(datagram, position);
    position += datagram.length;
  }
  return bytes;
}

/** @throws WireError */
export function* decodeDatagrams(bytes: Uint8Array): Generator<Uint8Array, void, undefined> {
  for (let position = 0; position < bytes.length; ) {
    const start = position + DATAGRAM_LENGTH_BYTES;
    const length = ((bytes[position] ?? 0) << 8) | (bytes[position + 1] ?? 0);
    if (length > MAX_DATAGRAM_BYTES || start + length > bytes.length) throw new WireError('a datagram is truncated');
    yield bytes.subarray(start, start + length);
    position = start + length;
  }
}
