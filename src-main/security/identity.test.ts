import { createHash, X509Certificate } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { IdentityError, loadIdentity } from './identity';

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
