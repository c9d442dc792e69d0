import { createHash, createHmac } from 'node:crypto';
import {
  CHANNEL_HEADER_BYTES,
  channelIdBytes,
  epochOf,
  PACKET,
  sequenceOf,
  signatureOf,
  signedPartOf,
  writeChannelHeader,
} from '../../src-shared/wire/channel-datagram';
import type { PacketNumber } from '../archive/packet';
import type { ChannelSigner } from '../archive/seal-maker';
import type { ChannelProof } from '../archive/sealed-intake';

export const CHANNEL = '0123456789abcdef';
export const CHANNEL_ID = channelIdBytes(CHANNEL);

/** The publisher's signature: one that costs little. */
export const signer: ChannelSigner = {
  digest: (packet) => createHash('sha256').update(packet).digest(),
  sign: (part) => createHmac('sha512', 'the publisher').update(part).digest(),
};

/** What a subscriber and the archive know of that signature. */
export const proof: ChannelProof = {
  digest: signer.digest,
  isSigned: (seal) => Buffer.compare(signer.sign(signedPartOf(seal)), signatureOf(seal)) === 0,
};

/** A packet, and the number that the source put into it. */
export interface NumberedPayload extends PacketNumber {
  readonly payload: number;
}

/** A packet as the publisher makes one of what the source appends. @param time ms since 1970 */
export function writePacket({ epoch, sequence, payload }: NumberedPayload, time: number): Uint8Array {
  const packet = new Uint8Array(CHANNEL_HEADER_BYTES + 8);
  writeChannelHeader(packet, { kind: PACKET, ended: false, time, channel: CHANNEL, epoch, sequence });
  new DataView(packet.buffer).setUint32(CHANNEL_HEADER_BYTES, payload);
  return packet;
}

/** The number that the source put into a packet. */
export function payloadOf(packet: Uint8Array): number {
  return new DataView(packet.buffer, packet.byteOffset + CHANNEL_HEADER_BYTES).getUint32(0);
}

/** The epoch and the number of a packet, or of a seal's first packet, as the key of a map. */
export function keyOf(datagram: Uint8Array): string {
  return `${epochOf(datagram)} ${sequenceOf(datagram)}`;
}

/** What anybody could make of a packet or a seal: a right header and a wrong end. */
export function forgedFrom(datagram: Uint8Array): Uint8Array {
  const forged = Uint8Array.from(datagram);
  const last = forged.length - 1;
  forged[last] = (forged[last] ?? 0) ^ 0xff;
  return forged;
}
