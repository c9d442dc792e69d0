import { MAX_DATAGRAM_BYTES } from './data-datagram';

/** Datagrams of channels: PROTOCOL.md section 14. Big-endian. */

export const CHANNEL_HEADER_BYTES = 24;
/** Whole AES blocks, so that packet after packet goes on in one key stream (section 14.2). */
export const PACKET_BYTES = 1440;
export const PACKET = 2;
export const SEAL = 3;

/** The first half of a SHA-256: nobody finds another packet with the same, which is all that a seal needs. */
export const DIGEST_BYTES = 16;
/** Raw ECDSA on P-256: r and s (IEEE P1363). */
export const SIGNATURE_BYTES = 64;
/** A kilobyte of digests: a fortieth of a microsecond-costly signature a packet, and still one datagram. */
export const MAX_SEALED = 64;

const VERSION = 1;
const CHANNEL_ID_BYTES = 8;
const ENDED = 1;

export interface ChannelHeader {
  readonly kind: typeof PACKET | typeof SEAL;
  /** On a seal: this was the channel's last packet. */
  readonly ended: boolean;
  /** ms since 1970, by the publisher's clock. */
  readonly time: number;
  /** 16 hex digits. */
  readonly channel: string;
  readonly epoch: number;
  /** A packet's number; of a seal, the first that it seals, or the last so far where it seals none. */
  readonly sequence: number;
}

/** Writes the header into the first CHANNEL_HEADER_BYTES of `target`. */
export function writeChannelHeader(target: Uint8Array, header: ChannelHeader): void {
  const view = new DataView(target.buffer, target.byteOffset, CHANNEL_HEADER_BYTES);
  view.setUint8(0, (VERSION << 4) | header.kind);
  view.setUint8(1, header.ended ? ENDED : 0);
  view.setUint16(2, Math.floor(header.time / 2 ** 32));
  view.setUint32(4, header.time % 2 ** 32);
  view.setUint32(8, Number.parseInt(header.channel.slice(0, 8), 16));
  view.setUint32(12, Number.parseInt(header.channel.slice(8), 16));
  view.setUint32(16, header.epoch);
  view.setUint32(20, header.sequence);
}

/** PACKET or SEAL where the bytes may be such a datagram of this channel; `undefined` for all else that anybody may send. */
export function kindOfDatagram(bytes: Uint8Array, channel: Uint8Array): typeof PACKET | typeof SEAL | undefined {
  const { length } = bytes;
  if (length < CHANNEL_HEADER_BYTES || length > MAX_DATAGRAM_BYTES) return undefined;
  const first = bytes[0] ?? 0;
  if (first >> 4 !== VERSION) return undefined;
  for (let i = 0; i < CHANNEL_ID_BYTES; i++) if (bytes[8 + i] !== channel[i]) return undefined;
  const kind = first & 0x0f;
  if (kind === PACKET) return length <= CHANNEL_HEADER_BYTES + PACKET_BYTES ? PACKET : undefined;
  return kind === SEAL && isSealLength(length) ? SEAL : undefined;
}

function isSealLength(length: number): boolean {
  const digests = length - CHANNEL_HEADER_BYTES - SIGNATURE_BYTES;
  return digests >= 0 && digests % DIGEST_BYTES === 0 && digests <= MAX_SEALED * DIGEST_BYTES;
}

/** Of a datagram that has a kind. */
export function epochOf(bytes: Uint8Array): number {
  return u32(bytes, 16);
}

/** Of a datagram that has a kind. */
export function sequenceOf(bytes: Uint8Array): number {
  return u32(bytes, 20);
}

/** Of a datagram that has a kind; ms since 1970. */
export function timeOf(bytes: Uint8Array): number {
  return (u32(bytes, 0) & 0xffff) * 2 ** 32 + u32(bytes, 4);
}

/** A packet's ciphertext. */
export function payloadOf(packet: Uint8Array): Uint8Array {
  return packet.subarray(CHANNEL_HEADER_BYTES);
}

/** How many packets a seal seals. */
export function sealedBy(seal: Uint8Array): number {
  return (seal.length - CHANNEL_HEADER_BYTES - SIGNATURE_BYTES) / DIGEST_BYTES;
}

/** Whether the digest that a seal has for its packet number `index` (from 0) begins with these bytes. */
export function sealHas(seal: Uint8Array, index: number, digest: Uint8Array): boolean {
  const start = CHANNEL_HEADER_BYTES + index * DIGEST_BYTES;
  for (let i = 0; i < DIGEST_BYTES; i++) if (seal[start + i] !== digest[i]) return false;
  return true;
}

/** What a seal's signature is over, but for the label before it: header and digests. */
export function signedPartOf(seal: Uint8Array): Uint8Array {
  return seal.subarray(0, seal.length - SIGNATURE_BYTES);
}

export function signatureOf(seal: Uint8Array): Uint8Array {
  return seal.subarray(seal.length - SIGNATURE_BYTES);
}

/** Whether a seal says that nothing follows it. */
export function saysEnded(seal: Uint8Array): boolean {
  return ((seal[1] ?? 0) & ENDED) !== 0;
}

/** 16 hex digits as the eight bytes of the header. */
export function channelIdBytes(channel: string): Uint8Array {
  return Uint8Array.from({ length: CHANNEL_ID_BYTES }, (_, i) => Number.parseInt(channel.slice(2 * i, 2 * i + 2), 16));
}

function u32(bytes: Uint8Array, at: number): number {
  return (
    (((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)) >>> 0
  );
}
