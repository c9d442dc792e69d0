import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
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

const FILE = 'identity.pem';

/**
 * This device's certificate and private key, kept in `stateDir` and made there on first use.
 * @throws IdentityError where the stored file is damaged or the folder cannot be used.
 */
export async function loadIdentity(stateDir: string): Promise<Identity> {
  const path = join(stateDir, FILE);
  const stored = await readStored(path);
  if (stored !== undefined) return parse(stored, path);
  // Loaded only here: the certificate library takes a quarter of a second, and is needed once in a device's life.
  const { createIdentityPem } = await import('./self-signed-certificate');
  const created = await createIdentityPem();
  try {
    await writePrivateFile(path, created);
  } catch (error) {
    throw new IdentityError(`Tutti cannot keep this computer's identity in ${path}: ${messageOf(error)}.`);
  }
  return parse(created, path);
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
        'whoever trusted this computer has to trust it anew.',
    );
  }
}

function block(pem: string, label: string): string {
  return new RegExp(`-----BEGIN ${label}-----[^-]*-----END ${label}-----\n?`).exec(pem)?.[0] ?? '';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
