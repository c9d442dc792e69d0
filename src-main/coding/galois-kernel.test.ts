import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import wabt from 'wabt';
import { GALOIS_KERNEL } from './galois-kernel';

it('is what galois-kernel.wat says: after a change there, npm run assemble', async () => {
  const { parseWat } = await wabt();
  const source = readFileSync(join(import.meta.dirname, 'galois-kernel.wat'), 'utf8');
  const module = parseWat('galois-kernel.wat', source, { simd: true });
  expect(Buffer.from(module.toBinary({}).buffer).toString('base64')).toBe(GALOIS_KERNEL);
});
