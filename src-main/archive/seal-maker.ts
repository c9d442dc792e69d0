import {
  CHANNEL_HEADER_BYTES,
  DIGEST_BYTES,
  MAX_SEALED,
  SEAL,
  SIGNATURE_BYTES,
  sequenceOf,
  signedPartOf,
  writeChannelHeader,
} from '../../src-shared/wire/channel-datagram';

/** What only a driver can do with bytes. */
export interface ChannelSigner {
  /** The first 16 bytes, or more, of the SHA-256 of a packet's datagram. */
  digest(packet: Uint8Array): Uint8Array;
  /** The publisher's signature over a seal's signed part: 64 bytes. */
  sign(signedPart: Uint8Array): Uint8Array;
}

export interface SealContext {
  /** 16 hex digits. */
  readonly channel: string;
  readonly epoch: number;
  readonly signer: ChannelSigner;
}

/** Seals up to 64 consecutive packets (PROTOCOL.md section 14.3). @param time ms since 1970 */
export function sealOver(packets: readonly Uint8Array[], time: number, context: SealContext): Uint8Array {
  const [first] = packets;
  if (first === undefined || packets.length > MAX_SEALED)
    throw new Error(`a seal is not over ${packets.length} packets`);
  const seal = emptySeal(packets.length, sequenceOf(first), time, false, context);
  packets.forEach((packet, index) => {
    const digest = context.signer.digest(packet).subarray(0, DIGEST_BYTES);
    seal.set(digest, CHANNEL_HEADER_BYTES + index * DIGEST_BYTES);
  });
  return signed(seal, context);
}

/** Says how far the channel is: a seal of no packets (PROTOCOL.md section 14.4). @param last the last number given */
export function heartbeat(last: number, time: number, ended: boolean, context: SealContext): Uint8Array {
  return signed(emptySeal(0, last, time, ended, context), context);
}

function emptySeal(count: number, sequence: number, time: number, ended: boolean, context: SealContext): Uint8Array {
  const seal = new Uint8Array(CHANNEL_HEADER_BYTES + count * DIGEST_BYTES + SIGNATURE_BYTES);
  const { channel, epoch } = context;
  writeChannelHeader(seal, { kind: SEAL, ended, time, channel, epoch, sequence });
  return seal;
}

function signed(seal: Uint8Array, { signer }: SealContext): Uint8Array {
  seal.set(signer.sign(signedPartOf(seal)), seal.length - SIGNATURE_BYTES);
  return seal;
}
