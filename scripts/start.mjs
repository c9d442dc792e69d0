// Opens the desktop app that setup.mjs has built.
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ELECTRON_CLI, ELECTRON_FLAGS, electronProblem } from './electron-runtime.mjs';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');

const problem = electronProblem();
if (problem !== undefined) {
  console.error(`The window cannot be opened: ${problem}. Try again with a connection to the internet, or set`);
  console.error(
    'ELECTRON_OVERRIDE_DIST_PATH to a folder that holds Electron. The command line (npm run demo) works without.',
  );
  process.exit(1);
}
const args = [ELECTRON_CLI, '.', ...ELECTRON_FLAGS, ...process.argv.slice(2)];
spawn(process.execPath, args, { cwd: ROOT, stdio: 'inherit' }).on('exit', (code) => {
  process.exitCode = code ?? 1;
});
