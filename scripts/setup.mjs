// Makes a fresh clone ready to run: installs the packages and builds the app, each only where that is needed.
// Plain Node, because nothing else is there yet.
import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildAccelerator } from './build-accelerator.mjs';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const OLDEST_NODE = [20, 19];
const SOURCES = ['src-main', 'src-renderer', 'src-shared', 'assets', 'electron.vite.config.ts', 'package-lock.json'];

checkNode();
install();
build();
// Where it cannot be built Tutti does without; `npm run build:accelerator` says why.
await buildAccelerator();

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) return;
  fail(
    `Tutti needs Node ${OLDEST_NODE.join('.')} or newer; this is ${process.versions.node}. Get it from https://nodejs.org.`,
  );
}

function install() {
  if (changedAt('node_modules/.package-lock.json') >= changedAt('package-lock.json')) return;
  // Not `npm ci`: it refuses to run where the registry that wrote the lock file, a mirror for instance, did not carry the
  // optional packages of other platforms. This takes the same versions from the lock file and leaves it as it is.
  step(
    'Installing packages (the first time takes a minute) …',
    'npm',
    ['install', '--no-save', '--no-audit', '--no-fund'],
    {
      ifItFails: 'The packages could not be installed. Is the npm registry reachable?',
    },
  );
}

function build() {
  const newestSource = Math.max(...SOURCES.map(newestBelow));
  if (Math.min(changedAt('out/main/cli.js'), changedAt('out/renderer/index.html')) >= newestSource) return;
  step('Building …', process.execPath, [join('node_modules', 'electron-vite', 'bin', 'electron-vite.js'), 'build'], {
    ifItFails: 'The app could not be built.',
  });
}

/** Runs a command that shows one line while all is well, and everything it printed where it is not. */
function step(line, command, args, { ifItFails }) {
  console.log(line);
  // On Windows npm is a script, which only a shell starts.
  const shell = process.platform === 'win32' && command === 'npm';
  const { status, error, stdout, stderr } = spawnSync(command, args, { cwd: ROOT, encoding: 'utf8', shell });
  if (status === 0) return;
  fail([stdout, stderr, error?.message, ifItFails].filter(Boolean).join('\n'));
}

/** When a file last changed, in ms since 1970; 0 where there is none. */
function changedAt(path) {
  return statSync(join(ROOT, path), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** When anything in a folder last changed; a folder itself changes when a file in it goes or comes. */
function newestBelow(path) {
  const entries = statSync(join(ROOT, path)).isDirectory() ? readdirSync(join(ROOT, path)) : [];
  return Math.max(changedAt(path), ...entries.map((entry) => newestBelow(join(path, entry))));
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
