import { homedir } from 'node:os';
import { join } from 'node:path';

/** The user's folder for what programs remember, by each platform's rule. */
export function userStateFolder(): string {
  const { APPDATA, XDG_STATE_HOME } = process.env;
  if (process.platform === 'win32') return join(APPDATA ?? join(homedir(), 'AppData', 'Roaming'), 'Tutti');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'Tutti');
  return join(XDG_STATE_HOME ?? join(homedir(), '.local', 'state'), 'tutti');
}
