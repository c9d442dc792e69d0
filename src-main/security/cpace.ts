import { createHash, createHmac } from 'node:crypto';
import { ristretto255, ristretto255_hasher } from '@noble/curves/ed25519.js';

/**
 * CPace, a password-authenticated key exchange: draft-irtf-cfrg-cpace, cipher suite CPACE-RISTR255-SHA512, with initiator (A)
 * and responder (B), and explicit key confirmation. Names in parentheses are the draft's.
 */

/** A share that no honest peer sends: not canonical, not of the group, or its neutral element. */
export class CpaceError extends Error {
  override readonly name = 'CpaceError';
}

export interface CpaceInputs {
  /** The shared secret of low entropy (PRS). */
  readonly password: Uint8Array;
  /** Who talks to whom (CI). */
  readonly channel: Uint8Array;
  /** Unique to this run, and known to both (sid). */
  readonly session: Uint8Array;
}

/** One party's public share and associated data, as the transcript has them. */
export interface CpaceMessage {
  /** Y: an encoded group element, 32 bytes. */
  readonly share: Uint8Array;
  /** AD. */
  readonly data: Uint8Array;
}

type Element = InstanceType<typeof ristretto255.Point>;

const ascii = (text: string) => new TextEncoder().encode(text);
const DSI = ascii('CPaceRistretto255');
const DSI_ISK = ascii('CPaceRistretto255_ISK');
const MAC_LABEL = ascii('CPaceMac');
/** SHA-512's input block (s_in_bytes). */
const HASH_BLOCK_BYTES = 128;
const SCALAR_BYTES = 32;
/** Scalars have 252 bits: of the last byte four are used. */
const TOP_BYTE_MASK = 0x0f;

/** Each part with its length before it, in LEB128 (lv_cat). */
export function lengthValues(...parts: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(parts.flatMap((part) => [leb128(part.length), part]));
}

function leb128(value: number): Uint8Array {
  const bytes: number[] = [];
  let left = value;
  for (; left >= 0x80; left >>>= 7) bytes.push((left & 0x7f) | 0x80);
  return Uint8Array.from([...bytes, left]);
}

/** What the generator is hashed from; zeros fill the first block, so that the password's length does not show (generator_string). */
export function generatorString({ password, channel, session }: CpaceInputs): Uint8Array {
  const used = 1 + lengthValues(password).length + lengthValues(DSI).length;
  const zeros = new Uint8Array(Math.max(0, HASH_BLOCK_BYTES - used));
  return lengthValues(DSI, password, zeros, channel, session);
}

/** The generator that both get from the same inputs (calculate_generator), encoded. */
export function generatorOf(inputs: CpaceInputs): Uint8Array {
  const { deriveToCurve } = ristretto255_hasher;
  if (deriveToCurve === undefined) throw new Error('the library derives no elements');
  return deriveToCurve(sha512(generatorString(inputs))).toBytes();
}

/** A secret scalar from 32 random bytes (sample_scalar). */
export function scalarFrom(random: Uint8Array): Uint8Array {
  if (random.length !== SCALAR_BYTES) throw new RangeError('a scalar takes 32 random bytes');
  const scalar = Uint8Array.from(random);
  scalar[SCALAR_BYTES - 1] = (scalar[SCALAR_BYTES - 1] ?? 0) & TOP_BYTE_MASK;
  return scalar;
}

/**
 * A scalar times an encoded element (scalar_mult_vfy).
 * @throws CpaceError where the draft has a party abort: for what does not decode, and for the neutral element.
 */
export function multiply(scalar: Uint8Array, encoded: Uint8Array): Uint8Array {
  const product = decodeElement(encoded).multiply(ristretto255.Point.Fn.fromBytes(scalar));
  if (product.is0()) throw neutral();
  return product.toBytes();
}

/** @throws CpaceError for anything but a canonical encoding of an element other than the neutral one. */
export function requireShare(encoded: Uint8Array): void {
  decodeElement(encoded);
}

function decodeElement(encoded: Uint8Array): Element {
  let element: Element;
  try {
    element = ristretto255.Point.fromBytes(encoded);
  } catch {
    throw new CpaceError('The share is not an element of the group.');
  }
  if (element.is0()) throw neutral();
  return element;
}

function neutral(): CpaceError {
  return new CpaceError('The share is the neutral element.');
}

/**
 * The key that both have after an exchange with the same inputs (ISK), from the secret element (K) of `multiply`.
 * @param initiator what A sent
 * @param responder what B sent
 */
export function sessionKey(
  session: Uint8Array,
  element: Uint8Array,
  initiator: CpaceMessage,
  responder: CpaceMessage,
): Uint8Array {
  return sha512(lengthValues(DSI_ISK, session, element), transcript(initiator, responder));
}

/** What both sides have sent, in the order of their roles (transcript_ir). */
export function transcript(initiator: CpaceMessage, responder: CpaceMessage): Uint8Array {
  return Buffer.concat([encodeCpaceMessage(initiator), encodeCpaceMessage(responder)]);
}

/** The proof of a party that sent this message to know the key: 64 bytes (Ta, Tb; section “Key confirmation”). */
export function confirmationTag(session: Uint8Array, key: Uint8Array, sent: CpaceMessage): Uint8Array {
  return createHmac('sha512', sha512(MAC_LABEL, session, key))
    .update(encodeCpaceMessage(sent))
    .digest();
}

function encodeCpaceMessage({ share, data }: CpaceMessage): Uint8Array {
  return lengthValues(share, data);
}

function sha512(...parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHash('sha512');
  for (const part of parts) hash.update(part);
  return hash.digest();
}
