import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ELECTRON = join(dirname(fileURLToPath(import.meta.url)), '..', 'node_modules', 'electron');
const DOWNLOAD_MS = 300_000;

/** The program that starts Electron, as `electron` on the command line would. */
export const ELECTRON_CLI = join(ELECTRON, 'cli.js');

/**
 * Makes sure that there is an Electron runtime: the one in ELECTRON_OVERRIDE_DIST_PATH, the one downloaded before, or one
 * downloaded now. Gives the reason in words where there is none.
 */
export function electronProblem() {
  const folder = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  if (folder) {
    const program = join(folder, process.platform === 'win32' ? 'electron.exe' : 'electron');
    const exists = existsSync(program) || existsSync(join(folder, 'Electron.app'));
    return exists ? undefined : `there is no Electron in ELECTRON_OVERRIDE_DIST_PATH (${folder})`;
  }
  const { status } = spawnSync(process.execPath, [join(ELECTRON, 'install.js')], {
    stdio: 'ignore',
    timeout: DOWNLOAD_MS,
  });
  return status === 0 ? undefined : 'the Electron runtime could not be downloaded from github.com';
}

/** Chromium's sandbox does not work for root. */
export const ELECTRON_FLAGS = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
