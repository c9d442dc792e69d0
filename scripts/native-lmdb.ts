import { copyFileSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Plugin } from 'vite';

/** Where the bundle finds the binary: beside the program, outside the archive that the program is packed in. */
const FOLDER = 'native';
const FILE = 'lmdb.node';

/**
 * A plugin of the bundler: lmdb is bundled like every package, and its one binary, for this system, is put beside the bundle.
 * lmdb looks for the binary by its package's folder, of which nothing is left in a bundle; so the package that looks is replaced.
 */
export function nativeLmdb(outDir: string): Plugin {
  const name = '\0native-lmdb';
  return {
    name: 'native-lmdb',
    enforce: 'pre',
    resolveId: (source) => (source === 'node-gyp-build-optional-packages' ? name : undefined),
    load: (id) => (id === name ? loader() : undefined),
    writeBundle: () => {
      mkdirSync(join(outDir, FOLDER), { recursive: true });
      copyFileSync(binary(), join(outDir, FOLDER, FILE));
    },
  };
}

/** Code may be in a folder of chunks; the binary is always beside the program. */
function loader(): string {
  return `
    import { existsSync } from 'node:fs';
    import { createRequire } from 'node:module';
    import { fileURLToPath } from 'node:url';
    export default function load() {
      const places = ['./${FOLDER}/${FILE}', '../${FOLDER}/${FILE}'].map((path) => fileURLToPath(new URL(path, import.meta.url)));
      return createRequire(import.meta.url)(places.find((path) => existsSync(path)) ?? places[0]);
    }
  `;
}

/** The one for every Node and every Electron of this system (Node-API). */
function binary(): string {
  const { platform, arch } = process;
  const require = createRequire(import.meta.url);
  const folder = dirname(createRequire(require.resolve('lmdb')).resolve(`@lmdb/lmdb-${platform}-${arch}`));
  return join(folder, platform === 'linux' ? `node.napi.${libc()}.node` : 'node.napi.node');
}

function libc(): string {
  const { header }: { header?: { glibcVersionRuntime?: string } } = process.report.getReport();
  return header?.glibcVersionRuntime === undefined ? 'musl' : 'glibc';
}
