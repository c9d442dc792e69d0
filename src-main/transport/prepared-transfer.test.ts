import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { prepareTransfer } from './prepared-transfer';

it('refuses names that together are longer than an announcement may be, before anybody is told of them', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tutti-names-'));
  try {
    const deep = join(folder, ...Array.from({ length: 14 }, () => 'x'.repeat(250)));
    await mkdir(deep, { recursive: true });
    const names = Array.from({ length: 4_500 }, (_, i) => `${i}`.padStart(250, '0'));
    await Promise.all(names.map((name) => writeFile(join(deep, name), '')));
    const preparing = prepareTransfer([folder], join(folder, 'journals'), '239.255.1.1');
    await expect(preparing).rejects.toThrow(/too many for one transfer: send them in several parts/);
  } finally {
    await rm(folder, { recursive: true });
  }
});
