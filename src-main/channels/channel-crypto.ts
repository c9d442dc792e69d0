import {
  type Cipher,
  createCipheriv,
  createHash,
  createPrivateKey,
  hash,
  hkdfSync,
  type KeyObject,
  sign,
  verify,
  X509Certificate,
} from 'node:crypto';
import { PACKET_BYTES, signatureOf, signedPartOf } from '../../src-shared/wire/channel-datagram';
import type { ChannelSigner } from '../archive/seal-maker';
import type { ChannelProof } from '../archive/sealed-intake';
import { parseFingerprint } from '../security/fingerprint';
import type { Identity } from '../security/identity';

/** The bytes behind channels: ids, keys, seals (PROTOCOL.md sections 14.1 to 14.3). */

const LABEL = 'Tutti-Channel';
/** Before what is signed: no signature of this key means anything else. */
const SEAL_LABEL = Buffer.from('Tutti-Channel-Seal');
const AES_BLOCK = 16;
const BLOCKS_OF_PACKET = PACKET_BYTES / AES_BLOCK;

/** A channel is one publisher's subject: 16 hex digits that both give. */
export function channelIdOf(fingerprint: string, subject: string): string {
  return createHash('sha256').update(`${LABEL}\n${fingerprint}\n${subject}`).digest('hex').slice(0, 16);
}

/** The administratively scoped group (RFC 2365 section 6.1) of a channel: its subject's own, most likely. */
export function channelGroupOf(channel: string): string {
  const bytes = Buffer.from(channel, 'hex');
  return `239.255.${bytes.readUInt8(0)}.${1 + (bytes.readUInt8(1) % 254)}`;
}

/** What lets members into an archive. */
export function ticketOf(secret: Uint8Array, channel: string): string {
  return derive(secret, `archive ${channel}`).toString('hex');
}

/**
 * Encrypts an epoch's packets, or decrypts them: AES-256-CTR is its own inverse. Packet n begins at counter block
 * 90 n, so whole packets in a row are one stream, and no block is used twice under an epoch's key.
 */
export class PacketCipher {
  private readonly key: Buffer;
  private stream: Cipher | undefined;
  private nextSequence = -1;

  constructor(secret: Uint8Array, channel: string, epoch: number) {
    this.key = derive(secret, `epoch ${channel} ${epoch}`);
  }

  cipher(sequence: number, payload: Uint8Array): Buffer {
    const stream =
      this.stream !== undefined && sequence === this.nextSequence ? this.stream : this.streamFrom(sequence);
    // A short packet leaves the stream in the middle of the next one's blocks.
    this.stream = payload.length === PACKET_BYTES ? stream : undefined;
    this.nextSequence = sequence + 1;
    return stream.update(payload);
  }

  private streamFrom(sequence: number): Cipher {
    const counter = Buffer.alloc(AES_BLOCK);
    counter.writeBigUInt64BE(BigInt(sequence) * BigInt(BLOCKS_OF_PACKET), AES_BLOCK / 2);
    return createCipheriv('aes-256-ctr', this.key, counter);
  }
}

/** Seals in a publisher's name. */
export function signerOf({ privateKeyPem }: Identity): ChannelSigner {
  const key = createPrivateKey(privateKeyPem);
  return {
    digest,
    sign: (part) => sign('sha256', Buffer.concat([SEAL_LABEL, part]), { key, dsaEncoding: 'ieee-p1363' }),
  };
}

/** Whose certificate this is, and the key that its seals are checked with; undefined where it is none. */
export function publisherOf(certificate: string): { fingerprint: string; proof: ChannelProof } | undefined {
  try {
    const parsed = new X509Certificate(Buffer.from(certificate, 'base64'));
    return { fingerprint: parseFingerprint(parsed.fingerprint256), proof: proofOf(parsed.publicKey) };
  } catch {
    return undefined;
  }
}

/** A certificate as `channel` messages carry it. */
export function certificateOf({ certificatePem }: Identity): string {
  return new X509Certificate(certificatePem).raw.toString('base64');
}

function proofOf(key: KeyObject): ChannelProof {
  return {
    digest,
    isSigned: (seal) =>
      verify(
        'sha256',
        Buffer.concat([SEAL_LABEL, signedPartOf(seal)]),
        { key, dsaEncoding: 'ieee-p1363' },
        signatureOf(seal),
      ),
  };
}

function digest(packet: Uint8Array): Uint8Array {
  return hash('sha256', packet, 'buffer');
}

function derive(secret: Uint8Array, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', `${LABEL} ${purpose}`, 32));
}
