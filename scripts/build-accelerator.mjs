// Compiles the accelerator (src-main/accelerator) for this system, where there is a C compiler: `npm run build:accelerator`.
// Node-API is the same in Node 20 and in Electron, so that one binary serves both; its headers are a package.
// Neither node-gyp nor Python nor a download is needed. The binary lies where node-gyp-build and prebuildify put it.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const SOURCES = join('src-main', 'accelerator');
const PLACE = join('out', 'prebuilds', `${process.platform}-${process.arch}`);
const BINARY = join(PLACE, 'tutti.napi.node');
const PATIENCE_MS = 10_000;

const FLAGS = [
  ...['-std=gnu11', '-O2', '-shared', '-fPIC', '-pthread', '-DNAPI_VERSION=8'],
  ...['-Wall', '-Wextra', '-Wconversion', '-fvisibility=hidden', '-fno-common'],
  ...['-fstack-protector-strong', '-D_FORTIFY_SOURCE=2', '-Wl,-z,relro,-z,now'],
];

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const problem = await buildAccelerator();
  console.log(problem ?? `${BINARY} is up to date.`);
  process.exitCode = problem === undefined ? 0 : 1;
}

/** Brings the binary up to date. Gives what was in the way, and then there is none: Tutti does without. */
export async function buildAccelerator() {
  if (process.platform !== 'linux') return 'The accelerator is for Linux; elsewhere node:dgram does its work.';
  if (
    changedAt(BINARY) >= Math.max(...readdirSync(join(ROOT, SOURCES)).map((file) => changedAt(join(SOURCES, file))))
  ) {
    return undefined;
  }
  // One that was built of other sources must not be used.
  rmSync(join(ROOT, BINARY), { force: true });
  return compile();
}

async function compile() {
  // Installed by the time that this is called, not when this file is loaded.
  const { default: headers } = await import('node-api-headers');
  mkdirSync(join(ROOT, PLACE), { recursive: true });
  const unfinished = `${BINARY}.${process.pid}`;
  const sources = readdirSync(join(ROOT, SOURCES)).filter((file) => file.endsWith('.c'));
  const args = [...FLAGS, `-I${headers.include_dir}`, ...sources.map((file) => join(SOURCES, file)), '-o', unfinished];
  const options = { cwd: ROOT, encoding: 'utf8', timeout: PATIENCE_MS };
  const { status, error, stderr } = spawnSync(process.env.CC ?? 'cc', args, options);
  if (status === 0) return renameSync(join(ROOT, unfinished), join(ROOT, BINARY));
  rmSync(join(ROOT, unfinished), { force: true });
  return `The accelerator could not be compiled; node:dgram does its work.\n${error?.message ?? stderr}`.trim();
}

/** When a file last changed, in ms since 1970; 0 where there is none. */
function changedAt(path) {
  return statSync(join(ROOT, path), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
