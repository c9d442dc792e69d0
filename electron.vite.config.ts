import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';
import { nativeLmdb } from './scripts/native-lmdb';

const external = ['electron', /^node:/];

export default defineConfig({
  main: {
    plugins: [nativeLmdb('out/main')],
    build: {
      outDir: 'out/main',
      target: 'node20',
      // Packages are bundled too: what is shipped is out/ alone, and it starts faster than hundreds of small files. Of lmdb,
      // a binary stays beside the bundle.
      externalizeDeps: false,
      rollupOptions: {
        external,
        input: {
          index: 'src-main/index.ts',
          cli: 'src-main/cli.ts',
          'engine-worker': 'src-main/engine-worker.ts',
          'metadata-worker': 'src-main/library/metadata-worker.ts',
        },
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      outDir: 'out/preload',
      // A sandboxed preload cannot be an ES module and cannot require anything but electron.
      rollupOptions: {
        input: { preload: 'src-main/preload.ts' },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: 'src-renderer',
    build: { outDir: 'out/renderer', target: 'chrome130', rollupOptions: { input: 'src-renderer/index.html' } },
    plugins: [react()],
  },
});
