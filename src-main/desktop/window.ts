import { app, BrowserWindow, nativeTheme, type Session } from 'electron';
import log from 'electron-log/main';
import type { EventMessage, Role } from '../../src-shared/ipc/contract';
import { MessageBudget } from '../transport/message-budget';
import { APP_URL } from './app-pages';
import { answerRequests, tell } from './ipc';
import type { Handlers } from './request-handlers';
import { t } from './texts';

/** Matches the page's own background, so that nothing flashes before the first paint. */
const BACKGROUND = { light: '#f7f7f5', dark: '#161719' };

const SIZE: Readonly<Record<Role, { width: number; height: number }>> = {
  teacher: { width: 1280, height: 860 },
  student: { width: 520, height: 760 },
};

/** A page that dies of what it shows would do so for ever: it comes back three times at once, then every half a minute. */
const RELOADS = { atOnce: 3, perSecond: 1 / 30 };

interface WindowFiles {
  readonly preload: string;
  readonly icon: string;
}

interface WindowParts {
  readonly files: WindowFiles;
  readonly handlers: Handlers;
  /** What closing the window does: nothing at all, hide it, or close it. */
  onClose(window: BrowserWindow): 'stay' | 'hide' | 'close';
}

/** The program's one window, whether it is open, hidden or not there. */
export class AppWindow {
  readonly #parts: WindowParts;
  #window: BrowserWindow | undefined;
  readonly #reloads = new MessageBudget(RELOADS.perSecond, RELOADS.atOnce, Date.now());

  constructor(parts: WindowParts) {
    this.#parts = parts;
  }

  get open(): BrowserWindow | undefined {
    return this.#window;
  }

  /** Brings the window to the front; opens one that fits the role where there is none. */
  show(role: Role | null): void {
    if (this.#window === undefined) this.#window = this.#create(role ?? 'teacher');
    else {
      if (this.#window.webContents.isCrashed()) this.#window.webContents.reload();
      if (this.#window.isMinimized()) this.#window.restore();
      this.#window.show();
      this.#window.focus();
    }
  }

  tell(message: EventMessage): void {
    if (this.#window !== undefined) tell(this.#window, message);
  }

  #create(role: Role): BrowserWindow {
    const window = openWindow(role, this.#parts.files);
    answerRequests(window, this.#parts.handlers);
    window.on('close', (event) => {
      const answer = this.#parts.onClose(window);
      if (answer !== 'close') event.preventDefault();
      if (answer === 'hide') window.hide();
    });
    window.webContents.on('render-process-gone', (_event, { reason }) => {
      // A window that closes ends its page as well.
      if (reason === 'clean-exit' || window.isDestroyed()) return;
      log.error(`The page of the window has ended: ${reason}.`);
      if (this.#reloads.spend(Date.now())) window.webContents.reload();
    });
    window.on('closed', () => {
      this.#window = undefined;
    });
    return window;
  }
}

/** Opens a window: sandboxed, isolated, on our own page only. */
function openWindow(role: Role, files: WindowFiles): BrowserWindow {
  const window = new BrowserWindow({
    ...SIZE[role],
    minWidth: 360,
    minHeight: 480,
    show: false,
    title: t('common:app'),
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
