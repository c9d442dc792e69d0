import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FingerprintError, formatFingerprint, parseFingerprint } from './fingerprint';
import { TrustStore, TrustStoreError } from './trust-store';

const A = 'ab'.repeat(32);
const B = 'cd'.repeat(32);

describe('fingerprints', () => {
  it('reads what it formats, in any case', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
        const hex = Buffer.from(bytes).toString('hex');
        const shown = formatFingerprint(hex);
        for (const text of [hex, hex.toUpperCase(), shown, shown.toLowerCase(), `  ${shown}\n`])
          expect(parseFingerprint(text)).toBe(hex);
      }),
    );
    expect(formatFingerprint(A)).toMatch(/^AB:AB:/);
  });

  it('refuses anything else', () => {
    for (const text of [
      '',
      'ab',
      A.slice(1),
      `${A}0`,
      `:${A}`,
      `g${A.slice(1)}`,
      formatFingerprint(A).replace(':', ''),
    ])
      expect(() => parseFingerprint(text)).toThrow(FingerprintError);
  });
});

describe('TrustStore', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tutti-pins-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('trusts who was pinned, by fingerprint and not by name, also after a restart', async () => {
    const store = await TrustStore.load(folder);
    expect(store.isTrusted(A)).toBe(false);
    await Promise.all([store.pin(formatFingerprint(A), 'Ms Clara'), store.pin(B, 'Ms Clara')]);
    const again = await TrustStore.load(folder);
    expect(again.isTrusted(A) && again.isTrusted(B)).toBe(true);
    expect(again.isTrusted('Ms Clara')).toBe(false);
    expect(again.list()).toEqual([
      { fingerprint: A, name: 'Ms Clara' },
      { fingerprint: B, name: 'Ms Clara' },
    ]);
  });

  it('forgets and renames, also after a restart', async () => {
    const store = await TrustStore.load(folder);
    await store.pin(A, 'Ms Clara');
    await store.pin(B, 'Mr Liszt');
    await Promise.all([store.remove(A), store.rename(B, 'Franz'), store.rename(A, 'nobody')]);
    const again = await TrustStore.load(folder);
    expect([again.isTrusted(A), again.list()]).toEqual([false, [{ fingerprint: B, name: 'Franz' }]]);
  });

  it('knows another device under a known name for a stranger', async () => {
    const store = await TrustStore.load(folder);
    await store.pin(A, 'Ms Clara');
    await store.pin('ef'.repeat(32), '');
    for (const name of ['Ms Clara', ' ms clara ', 'Ms\u200b Clara', 'Ms Ｃlara'])
      expect(store.isImpostor(name, B)).toBe(true);
    for (const name of ['Mr Liszt', '']) expect(store.isImpostor(name, B)).toBe(false);
    expect(store.isImpostor('Ms Clara', A)).toBe(false);
    await store.remove(A);
    expect(store.isImpostor('Ms Clara', B)).toBe(false);
  });

  it('refuses a fingerprint that is none', async () => {
    const store = await TrustStore.load(folder);
    await expect(store.pin('Ms Clara', 'Ms Clara')).rejects.toThrow(FingerprintError);
    expect(store.list()).toEqual([]);
  });

  it('never guesses from a damaged list', async () => {
    for (const content of [
      '',
      '{',
      '[]',
      '{"version":2,"teachers":[]}',
      '{"version":1,"teachers":[{"fingerprint":"x"}]}',
    ]) {
      await writeFile(join(folder, 'pins.json'), content);
      await expect(TrustStore.load(folder)).rejects.toThrow(TrustStoreError);
    }
  });
});
