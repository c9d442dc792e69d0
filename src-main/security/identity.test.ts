import { createHash, X509Certificate } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { IdentityError, loadIdentity, type Seal } from './identity';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tutti-identity-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('loadIdentity', () => {
  it('makes a self-signed P-256 certificate and names it by its fingerprint', async () => {
    const identity = await loadIdentity(folder);
    const certificate = new X509Certificate(identity.certificatePem);
    expect(identity.fingerprint).toBe(createHash('sha256').update(certificate.raw).digest('hex'));
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.publicKey.asymmetricKeyDetails?.namedCurve).toBe('prime256v1');
    expect(certificate.validTo).toContain('9999');
  });

  it('is made once', async () => {
    const first = await loadIdentity(folder);
    expect(await loadIdentity(folder)).toEqual(first);
    expect((await loadIdentity(join(folder, 'other'))).fingerprint).not.toBe(first.fingerprint);
  });

  it('is readable by its user only and leaves no draft', async () => {
    const state = join(folder, 'state');
    await loadIdentity(state);
    expect(await readdir(state)).toEqual(['identity.pem']);
    if (process.platform === 'win32') return;
    expect((await stat(join(state, 'identity.pem'))).mode & 0o777).toBe(0o600);
    expect((await stat(state)).mode & 0o777).toBe(0o700);
  });

  it('refuses a damaged file and does not replace it', async () => {
    const path = join(folder, 'identity.pem');
    const [mine, other] = [join(folder, 'a'), join(folder, 'b')];
    const certificate = (await loadIdentity(mine)).certificatePem;
    const foreignKey = (await loadIdentity(other)).privateKeyPem;
    for (const content of ['', 'garbage', certificate, `${certificate}${foreignKey}`]) {
      await writeFile(path, content);
      await expect(loadIdentity(folder)).rejects.toThrow(IdentityError);
      await expect(loadIdentity(folder)).rejects.toThrow(/damaged\. Move it away/);
      expect(await readFile(path, 'utf8')).toBe(content);
    }
  });

  it('says where it could not be kept', async () => {
    const blocker = join(folder, 'file');
    await writeFile(blocker, '');
    await expect(loadIdentity(join(blocker, 'state'))).rejects.toThrow(IdentityError);
  });
});

describe('an identity whose key is sealed', () => {
  /** Stands for the system's keychain: opens only what it sealed. */
  const keychain = (key: number): Seal => ({
    seal: (text) => Buffer.concat([Buffer.of(key), Buffer.from(text).map((byte) => byte ^ key)]),
    open: (sealed) => {
      if (sealed[0] !== key) throw new Error('not sealed here');
      return Buffer.from(sealed.subarray(1).map((byte) => byte ^ key)).toString();
    },
  });
  const path = () => join(folder, 'identity.pem');

  it('is not in the file as it is, and the same at every start', async () => {
    const first = await loadIdentity(folder, keychain(7));
    const content = await readFile(path(), 'utf8');
    expect(content).not.toContain('PRIVATE KEY');
    expect(content).toContain('BEGIN TUTTI SEALED KEY');
    expect(await loadIdentity(folder, keychain(7))).toEqual(first);
    expect(await readdir(folder)).toEqual(['identity.pem']);
    if (process.platform !== 'win32') expect((await stat(path())).mode & 0o777).toBe(0o600);
  });

  it('is the plain one that was there before, sealed at the next start', async () => {
    const plain = await loadIdentity(folder);
    expect(await loadIdentity(folder, keychain(7))).toEqual(plain);
    expect(await readFile(path(), 'utf8')).not.toContain('PRIVATE KEY');
    expect(await loadIdentity(folder, keychain(7))).toEqual(plain);
  });

  it('is not replaced when it cannot be opened, and says what to do', async () => {
    await loadIdentity(folder, keychain(7));
    const content = await readFile(path(), 'utf8');
    await expect(loadIdentity(folder, keychain(8))).rejects.toThrow(/password store .* move the file away/);
    await expect(loadIdentity(folder)).rejects.toThrow(
      /password store, which is not available here.*unlock .* on the command line/,
    );
    await expect(loadIdentity(folder, keychain(8))).rejects.toThrow(IdentityError);
    expect(await readFile(path(), 'utf8')).toBe(content);
  });

  it('is damaged when its certificate is of another key', async () => {
    await loadIdentity(folder, keychain(7));
    const other = await loadIdentity(join(folder, 'other'));
    const sealed = (await readFile(path(), 'utf8')).replace(
      /^-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----\n/,
      '',
    );
    await writeFile(path(), other.certificatePem + sealed);
    await expect(loadIdentity(folder, keychain(7))).rejects.toThrow(/damaged/);
  });
});
