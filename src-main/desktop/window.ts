import { app, BrowserWindow, nativeTheme, type Session } from 'electron';
import type { Role } from '../../src-shared/ipc/contract';
import { APP_URL } from './app-pages';
import { text } from './strings';

/** Matches the page's own background, so that nothing flashes before the first paint. */
const BACKGROUND = { light: '#f7f7f5', dark: '#161719' };

const SIZE: Readonly<Record<Role, { width: number; height: number }>> = {
  teacher: { width: 1280, height: 860 },
  student: { width: 520, height: 760 },
};

export interface WindowFiles {
  readonly preload: string;
  readonly icon: string;
}

/** Opens the one window: sandboxed, isolated, on our own page only. */
export function openWindow(role: Role, files: WindowFiles): BrowserWindow {
  const window = new BrowserWindow({
    ...SIZE[role],
    minWidth: 360,
    minHeight: 480,
    show: false,
    title: text.appName,
    icon: files.icon,
    autoHideMenuBar: true,
    backgroundColor: nativeTheme.shouldUseDarkColors ? BACKGROUND.dark : BACKGROUND.light,
    webPreferences: { preload: files.preload, contextIsolation: true, sandbox: true, nodeIntegration: false },
  });
  window.once('ready-to-show', () => window.show());
  void window.loadURL(APP_URL);
  return window;
}

/** Denies every page of this program what none of them needs: leaving, opening windows, embedding, permissions. */
export function confineContents(session: Session): void {
  session.setPermissionRequestHandler((_contents, _permission, callback) => callback(false));
  session.setPermissionCheckHandler(() => false);
  app.on('web-contents-created', (_event, contents) => {
    contents.on('will-navigate', (event) => event.preventDefault());
    contents.on('will-attach-webview', (event) => event.preventDefault());
    contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  });
}
