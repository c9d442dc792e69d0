import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { app } from 'electron';
import { loginEntry } from './login-entry';

/** Starts without a window: a student's program belongs in the tray then. */
export const HIDDEN_SWITCH = '--hidden';

/** Starts this program hidden when the person logs in, or does not any more. @throws the file system's error */
export function startAtLogin(on: boolean): void {
  if (process.platform === 'linux') return changeEntry(on);
  app.setLoginItemSettings({ openAtLogin: on, args: [HIDDEN_SWITCH] });
}

/** True where the system has started this program at login. */
export function isHiddenStart(argv: readonly string[]): boolean {
  if (argv.includes(HIDDEN_SWITCH)) return true;
  return process.platform === 'darwin' && app.getLoginItemSettings().wasOpenedAtLogin;
}

function changeEntry(on: boolean): void {
  const path = join(process.env.XDG_CONFIG_HOME || join(homedir(), '.config'), 'autostart', 'tutti.desktop');
  if (!on) return rmSync(path, { force: true });
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.new`;
  writeFileSync(draft, loginEntry(app.getName(), command()));
  renameSync(draft, path);
}

/** An AppImage runs from a place that is another one at each start. */
function command(): string[] {
  const program = process.env.APPIMAGE ?? process.execPath;
  return [program, ...(app.isPackaged ? [] : [app.getAppPath()]), HIDDEN_SWITCH];
}
