import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../../src-shared/text/message-of';
import { parseFingerprint } from './fingerprint';
import { isMissingFile, writePrivateFile } from './private-file';

/** What a device proves in every TLS handshake (PROTOCOL.md section 4.1). */
export interface Identity {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
  /** SHA-256 of the certificate's DER form, 64 lower-case hex digits. */
  readonly fingerprint: string;
}

/** The stored identity cannot be used; the message says what to do. */
export class IdentityError extends Error {
  override readonly name = 'IdentityError';
}

/** Keeps a secret where only this user's session on this computer can open it, such as the system's keychain. */
export interface Seal {
  seal(text: string): Buffer;
  /** Throws where it was sealed by somebody else, or damaged. */
  open(sealed: Buffer): string;
}

const FILE = 'identity.pem';
/** Both forms begin with the certificate; a file whose key is sealed has this in place of the key. */
const SEALED = 'TUTTI SEALED KEY';
const BASE64_LINE = /.{1,64}/g;

/**
 * This device's certificate and private key, kept in `stateDir` and made there on first use, in a file that only this user
 * may read. With a seal the key is sealed in it, too; a key that is there without one is sealed now.
 * @throws IdentityError where the stored file is damaged, cannot be opened, or the folder cannot be used.
 */
export async function loadIdentity(stateDir: string, seal?: Seal): Promise<Identity> {
  const path = join(stateDir, FILE);
  const stored = await readStored(path);
  if (stored === undefined) return create(path, seal);
  const sealedKey = block(stored, SEALED);
  if (sealedKey !== '') return parse(block(stored, 'CERTIFICATE') + openKey(sealedKey, path, seal), path);
  const identity = parse(stored, path);
  if (seal !== undefined) await store(path, sealedForm(identity, seal));
  return identity;
}

async function create(path: string, seal: Seal | undefined): Promise<Identity> {
  // Loaded only here: the certificate library takes a quarter of a second, and is needed once in a device's life.
  const { createIdentityPem } = await import('./self-signed-certificate');
  const pem = await createIdentityPem();
  const identity = parse(pem, path);
  await store(path, seal === undefined ? pem : sealedForm(identity, seal));
  return identity;
}

async function store(path: string, content: string): Promise<void> {
  try {
    await writePrivateFile(path, content);
  } catch (error) {
    throw new IdentityError(`Tutti cannot keep this computer's identity in ${path}: ${messageOf(error)}.`);
  }
}

function sealedForm({ certificatePem, privateKeyPem }: Identity, seal: Seal): string {
  const lines = seal.seal(privateKeyPem).toString('base64').match(BASE64_LINE) ?? [];
  return `${certificatePem}-----BEGIN ${SEALED}-----\n${lines.join('\n')}\n-----END ${SEALED}-----\n`;
}

function openKey(sealedKey: string, path: string, seal: Seal | undefined): string {
  if (seal === undefined)
    throw new IdentityError(
      `The key in ${path} is sealed with the system's password store, which is not available here. ` +
        "Sign in to the desktop, unlock the password store and start Tutti's window again; on the command line use another folder.",
    );
  try {
    return seal.open(Buffer.from(sealedKey.replace(/-----[^-]*-----/g, ''), 'base64'));
  } catch {
    throw new IdentityError(
      `The system's password store does not open the key in ${path}. Sign in as the user who made it, or move the file ` +
        'away and start again to get a new identity; whoever is paired with this computer has to be paired anew.',
    );
  }
}

async function readStored(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isMissingFile(error)) return undefined;
    throw new IdentityError(`Tutti cannot read this computer's identity in ${path}: ${messageOf(error)}.`);
  }
}

function parse(pem: string, path: string): Identity {
  const certificatePem = block(pem, 'CERTIFICATE');
  const privateKeyPem = block(pem, 'PRIVATE KEY');
  try {
    const certificate = new X509Certificate(certificatePem);
    if (!certificate.checkPrivateKey(createPrivateKey(privateKeyPem)))
      throw new Error('the key is of another certificate');
    return { certificatePem, privateKeyPem, fingerprint: parseFingerprint(certificate.fingerprint256) };
  } catch {
    throw new IdentityError(
      `The identity file ${path} is damaged. Move it away and start again to get a new identity; ` +
        'whoever is paired with this computer has to be paired anew.',
    );
  }
}

function block(pem: string, label: string): string {
  return new RegExp(`-----BEGIN ${label}-----[^-]*-----END ${label}-----\n?`).exec(pem)?.[0] ?? '';
}
