/** Assembles src-main/coding/galois-kernel.wat into galois-kernel.ts, which is in the repository: nobody needs an assembler to build. */
import { readFileSync, writeFileSync } from 'node:fs';
import wabt from 'wabt';

const SOURCE = new URL('../src-main/coding/galois-kernel.wat', import.meta.url);
const TARGET = new URL('../src-main/coding/galois-kernel.ts', import.meta.url);
const COMMENT = '/** galois-kernel.wat as WebAssembly, in base64; made by `npm run assemble`. */';

const { parseWat } = await wabt();
const module = parseWat('galois-kernel.wat', readFileSync(SOURCE, 'utf8'), { simd: true });
module.validate();
const base64 = Buffer.from(module.toBinary({}).buffer).toString('base64');
writeFileSync(TARGET, `${COMMENT}\nexport const GALOIS_KERNEL =\n  '${base64}';\n`);
