// Packs the built app with electron-builder: `npm run package` makes the unpacked app for this system,
// `npm run package -- --linux deb` (or --win, --mac) an installer.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { thirdPartyNotices } from './third-party-notices.mjs';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');

writeFileSync(join(ROOT, 'out/THIRD-PARTY-NOTICES.txt'), thirdPartyNotices(ROOT));
const targets = process.argv.slice(2);
const builder = fileURLToPath(import.meta.resolve('electron-builder/cli.js'));
const args = [builder, '--publish', 'never', ...(targets.length > 0 ? targets : ['--dir']), ...runtime()];
process.exitCode = spawnSync(process.execPath, args, { cwd: ROOT, stdio: 'inherit' }).status ?? 1;

/** Where Electron's own site is out of reach, the runtime is taken from this folder, whatever version it has. */
function runtime() {
  const folder = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  if (!folder) return [];
  const version = readFileSync(join(folder, 'version'), 'utf8').trim();
  return [`--config.electronDist=${folder}`, `--config.electronVersion=${version}`];
}
