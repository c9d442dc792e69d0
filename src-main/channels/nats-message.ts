import { createHash, createPrivateKey, type KeyObject, sign, verify, X509Certificate } from 'node:crypto';
import { headers, type MsgHdrs } from '@nats-io/transport-node';
import { PACKET_BYTES } from '../../src-shared/wire/channel-datagram';
import { type PacketNumber, SEQUENCE_END } from '../archive/packet';
import { parseFingerprint } from '../security/fingerprint';
import type { Identity } from '../security/identity';

/**
 * How a channel's packets travel over NATS (PROTOCOL.md section 19): consecutive packets of an epoch in one
 * message, as many as there are at the moment, with their numbers in its headers and the publisher's signature over all of it.
 */
export interface Bundle {
  readonly epoch: number;
  /** The first packet's number. */
  readonly first: number;
  /** ms since 1970, by the publisher's clock. */
  readonly time: number;
  /** None in the message that ends a channel. */
  readonly payloads: readonly Uint8Array[];
  readonly ended: boolean;
}

/** A bundle whose signature is right, and whose it is. */
export interface SignedBundle extends Bundle {
  readonly fingerprint: string;
}

/** What is published, and what is kept until the server has it. */
export interface NatsMessage {
  readonly fields: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** Far below what a server takes by default (1 MB), and enough to make a signature's cost small. */
export const BUNDLE_PACKETS = 64;
const MAX_CERTIFICATE_CHARS = 4_096;
/** 192 bits of a signature. */
const MESSAGE_ID_CHARS = 32;
const LENGTH_BYTES = 2;
const FIELDS = {
  epoch: 'Tutti-Epoch',
  first: 'Tutti-First',
  count: 'Tutti-Count',
  time: 'Tutti-Time',
  ended: 'Tutti-Ended',
};
const CERTIFICATE = 'Tutti-Certificate';
const SIGNATURE = 'Tutti-Signature';

/** The number after a bundle's last packet. */
export function endOf({ first, payloads }: Bundle): number {
  return first + payloads.length;
}

/**
 * By which JetStream itself knows a message that comes twice. Nobody can guess it: whoever used it first would have the server
 * take ours for the second.
 */
export function messageIdOf({ fields }: NatsMessage): string {
  return (fields[SIGNATURE] ?? '').slice(0, MESSAGE_ID_CHARS);
}

/** Signs a publisher's bundles. */
export class BundleSigner {
  private readonly key: KeyObject;
  private readonly certificate: string;

  constructor(
    { privateKeyPem, certificatePem }: Identity,
    private readonly subject: string,
  ) {
    this.key = createPrivateKey(privateKeyPem);
    this.certificate = new X509Certificate(certificatePem).raw.toString('base64');
  }

  sign(bundle: Bundle): NatsMessage {
    const { epoch, first, payloads, time, ended } = bundle;
    const body = bodyOf(payloads);
    const fields = {
      [FIELDS.epoch]: String(epoch),
      [FIELDS.first]: String(first),
      [FIELDS.count]: String(payloads.length),
      [FIELDS.time]: String(time),
      [FIELDS.ended]: ended ? '1' : '0',
    };
    const digest = signedBytes(this.subject, fields, body);
    const signature = sign('sha256', digest, { key: this.key, dsaEncoding: 'ieee-p1363' }).toString('base64');
    return { fields: { ...fields, [CERTIFICATE]: this.certificate, [SIGNATURE]: signature }, body };
  }
}

/** Checks bundles of one subject: everything in a message is as hostile as the network that it came by. */
export class BundleVerifier {
  /** Certificates that were read, by their text: a channel shows the same one all the time. */
  private readonly signers = new Map<string, Signer>();

  constructor(private readonly subject: string) {}

  /** @returns undefined where the message is no bundle, or is not what its certificate's owner signed. */
  open(message: NatsMessage): SignedBundle | undefined {
    const { fields, body } = message;
    const certificate = fields[CERTIFICATE] ?? '';
    const signer = this.signers.get(certificate) ?? signerOf(certificate);
    if (signer === undefined) return undefined;
    const signature = Buffer.from(fields[SIGNATURE] ?? '', 'base64');
    const digest = signedBytes(this.subject, fields, body);
    if (!verify('sha256', digest, { key: signer.key, dsaEncoding: 'ieee-p1363' }, signature)) return undefined;
    if (this.signers.size < MAX_SIGNERS) this.signers.set(certificate, signer);
    const bundle = bundleOf(message);
    return bundle && { ...bundle, fingerprint: signer.fingerprint };
  }
}

/** What a message says, whoever made it; undefined where it is no bundle. */
export function bundleOf({ fields, body }: NatsMessage): Bundle | undefined {
  const payloads = payloadsOf(body, numberIn(fields, FIELDS.count, BUNDLE_PACKETS));
  const epoch = numberIn(fields, FIELDS.epoch, SEQUENCE_END - 1);
  const first = numberIn(fields, FIELDS.first, SEQUENCE_END);
  const time = numberIn(fields, FIELDS.time, MAX_TIME);
  if (payloads === undefined || epoch === undefined || first === undefined || time === undefined) return undefined;
  if (first + payloads.length > SEQUENCE_END) return undefined;
  return { epoch, first, time, payloads, ended: fields[FIELDS.ended] === '1' };
}

interface Signer {
  readonly key: KeyObject;
  readonly fingerprint: string;
}

const MAX_SIGNERS = 16;
const MAX_TIME = 2 ** 48;

function signerOf(certificate: string): Signer | undefined {
  if (certificate.length > MAX_CERTIFICATE_CHARS) return undefined;
  try {
    const { publicKey, fingerprint256 } = new X509Certificate(Buffer.from(certificate, 'base64'));
    // The only kind of identity there is (PROTOCOL.md section 4.1).
    if (publicKey.asymmetricKeyDetails?.namedCurve !== 'prime256v1') return undefined;
    return { key: publicKey, fingerprint: parseFingerprint(fingerprint256) };
  } catch {
    return undefined;
  }
}

function signedBytes(subject: string, fields: NatsMessage['fields'], body: Uint8Array): Buffer {
  const named = Object.values(FIELDS).map((name) => fields[name] ?? '');
  // No field holds a line break: what is signed reads in one way only.
  const head = ['tutti channel over NATS, 1', subject, ...named, ''].join('\n');
  return createHash('sha256').update(head).update(body).digest();
}

function bodyOf(payloads: readonly Uint8Array[]): Uint8Array {
  const body = Buffer.allocUnsafe(payloads.reduce((sum, { length }) => sum + LENGTH_BYTES + length, 0));
  let at = 0;
  for (const payload of payloads) {
    at = body.writeUInt16BE(payload.length, at);
    body.set(payload, at);
    at += payload.length;
  }
  return body;
}

function payloadsOf(bytes: Uint8Array, count: number | undefined): Uint8Array[] | undefined {
  const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const payloads: Uint8Array[] = [];
  let at = 0;
  while (at + LENGTH_BYTES <= body.length) {
    const length = body.readUInt16BE(at);
    at += LENGTH_BYTES;
    if (length > PACKET_BYTES || at + length > body.length) return undefined;
    payloads.push(body.subarray(at, at + length));
    at += length;
  }
  return at === body.length && payloads.length === count ? payloads : undefined;
}

function numberIn(fields: NatsMessage['fields'], name: string, max: number): number | undefined {
  const text = fields[name] ?? '';
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  return value <= max ? value : undefined;
}

/** A message's headers as a record: those of ours, the first of each. */
export function fieldsOf(message: MsgHdrs | undefined): Record<string, string> {
  const names = [...Object.values(FIELDS), CERTIFICATE, SIGNATURE];
  return Object.fromEntries(names.map((name) => [name, message?.get(name) ?? '']));
}

export function headersOf({ fields }: NatsMessage): MsgHdrs {
  const message = headers();
  for (const [name, value] of Object.entries(fields)) message.set(name, value);
  return message;
}

/** A message as bytes, for the disk. */
export function encodeMessage({ fields, body }: NatsMessage): Uint8Array {
  const head = Buffer.from(JSON.stringify(fields));
  const bytes = Buffer.allocUnsafe(4 + head.length + body.length);
  bytes.writeUInt32BE(head.length, 0);
  bytes.set(head, 4);
  bytes.set(body, 4 + head.length);
  return bytes;
}

/** The message that `encodeMessage` made these bytes of. */
export function decodeMessage(bytes: Uint8Array): NatsMessage {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = 4 + view.readUInt32BE(0);
  const fields: Record<string, string> = JSON.parse(view.subarray(4, end).toString());
  return { fields, body: view.subarray(end) };
}

/** Whether a bundle is one of a channel's that ends before a number. */
export function isBefore(bundle: Bundle, { epoch, sequence }: PacketNumber): boolean {
  return bundle.epoch < epoch || (bundle.epoch === epoch && endOf(bundle) <= sequence);
}
