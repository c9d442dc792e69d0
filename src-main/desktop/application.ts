import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { isAbsolute, join, relative } from 'node:path';
import { app, type BrowserWindow, dialog, session, shell } from 'electron';
import {
  type Address,
  addressSchema,
  type EngineStatus,
  type EventMessage,
  type Events,
  type Role,
} from '../../src-shared/ipc/contract';
import { hostAndPort } from '../../src-shared/text/host-and-port';
import { serveApp } from './app-pages';
import type { Engine, EngineCommand, EngineListener, EnginePicture, EngineStart } from './engine';
import type { Environment } from './environment';
import { answerRequests, tell } from './ipc';
import { showMenu } from './menu';
import type { Handlers } from './request-handlers';
import type { Settings, SettingsFile } from './settings';
import { text } from './strings';
import { StudentTray } from './tray';
import { trayStateOf } from './tray-state';
import { confineContents, openWindow } from './window';

export interface AppFiles {
  readonly renderer: string;
  readonly preload: string;
  readonly icon: string;
  readonly trayIcon: string;
}

/** The desktop program: one window, one engine for the role, a tray for a student. */
export class DesktopApplication {
  readonly #environment: Environment;
  readonly #file: SettingsFile;
  readonly #files: AppFiles;
  readonly #startEngine: (start: EngineStart, listener: EngineListener) => Engine;
  #window: BrowserWindow | undefined;
  #engine: Engine | undefined;
  #tray: StudentTray | undefined;
  #status: EngineStatus = { state: 'stopped' };
  #picture: EnginePicture | undefined;
  #quitting = false;

  constructor(parts: {
    environment: Environment;
    settings: SettingsFile;
    files: AppFiles;
    startEngine: (start: EngineStart, listener: EngineListener) => Engine;
  }) {
    this.#environment = parts.environment;
    this.#file = parts.settings;
    this.#files = parts.files;
    this.#startEngine = parts.startEngine;
  }

  /** Runs once the app is ready. */
  start(): void {
    serveApp(session.defaultSession, this.#files.renderer);
    confineContents(session.defaultSession);
    this.#takeRole();
    this.showWindow();
  }

  showWindow(): void {
    if (this.#window !== undefined) {
      this.#window.show();
      this.#window.focus();
      return;
    }
    const window = openWindow(this.#settings.role ?? 'teacher', this.#files);
    this.#window = window;
    answerRequests(window, this.#handlers);
    window.on('close', (event) => this.#onClose(window, event));
    window.on('closed', () => {
      this.#window = undefined;
    });
  }

  /** Says goodbye to the peers; the program may end after it. */
  async stop(): Promise<void> {
    this.#quitting = true;
    await this.#engine?.close();
    this.#engine = undefined;
  }

  get #settings(): Settings {
    return this.#file.settings;
  }

  readonly #handlers: Handlers = {
    attach: () => this.#tellEverything(),
    introduce: ({ role, name }) => this.#change({ role, name }),
    restart: () => this.#restart(),
    send: async ({ paths }) => ({ transfer: await this.#command({ name: 'send', paths }) }),
    choose: ({ kind }) => this.#choose(kind),
    pause: ({ transfer }) => this.#order({ name: 'pause', transfer }),
    resume: ({ transfer }) => this.#order({ name: 'resume', transfer }),
    cancel: ({ transfer }) => this.#order({ name: 'cancel', transfer }),
    trust: ({ fingerprint }) => this.#order({ name: 'trust', fingerprint }),
    connect: ({ address }) =>
      this.#change({ address: address === null ? null : hostAndPort(address.host, address.port) }),
    chooseFolder: () => this.#chooseFolder(),
    show: ({ transfer }) => this.#show(transfer),
  };

  async #change(changes: Partial<Settings>): Promise<undefined> {
    try {
      this.#file.change(changes);
    } catch (error) {
      this.#tell({ name: 'problem', value: text.settingsNotSaved(error instanceof Error ? error.message : '') });
    }
    await this.#restart();
  }

  async #restart(): Promise<undefined> {
    await this.#engine?.close();
    this.#engine = undefined;
    this.#takeRole();
    this.#tellEverything();
  }

  /** Starts what the role needs: an engine, a menu, a tray. */
  #takeRole(): void {
    const { role } = this.#settings;
    showMenu(role, {
      chooseFiles: () => this.#attempt(this.#choose('files')),
      chooseFolder: () => this.#attempt(this.#choose('folders')),
      showReceived: () => this.#attempt(this.#show(undefined)),
    });
    this.#takeTray(role);
    this.#picture = undefined;
    this.#status = { state: role === null ? 'stopped' : 'starting' };
    if (role !== null) this.#engine = this.#startEngine(this.#engineStart(role), this.#listener);
  }

  #takeTray(role: Role | null): void {
    this.#tray?.destroy();
    this.#tray = undefined;
    if (role !== 'student') return;
    this.#tray = new StudentTray(this.#files.trayIcon, { open: () => this.showWindow(), quit: () => app.quit() });
  }

  #engineStart(role: Role): EngineStart {
    const { name, folder } = this.#settings;
    const address = this.#environment.interface;
    const common = {
      name,
      stateDir: join(app.getPath('userData'), role),
      ...(address === undefined ? {} : { interface: address }),
    };
    if (role === 'student') {
      const connect = this.#environment.connect ?? parseAddress(this.#settings.address);
      const joining = connect === null ? {} : { connect };
      return { role, options: { ...common, ...joining, directory: folder, trust: { firstUse: false } } };
    }
    const { listen } = this.#environment;
    return {
      role,
      options: {
        ...common,
        ...(listen === undefined ? {} : { listen }),
        // Packets for this machine alone must not leave it.
        ...(isLoopback(address) ? { ttl: 0 } : {}),
        rate: 'auto',
        repair: 'auto',
      },
    };
  }

  readonly #listener: EngineListener = {
    onStatus: (status) => {
      this.#status = status;
      this.#tell({ name: 'engine', value: status });
      if (status.state === 'failed') this.#tray?.say(text.tray.failed);
    },
    onPicture: (picture) => {
      this.#picture = picture;
      this.#tellPicture(picture);
      if (picture.role === 'student') this.#tray?.say(trayStateOf(picture.snapshot));
    },
  };

  #tell(message: EventMessage): void {
    if (this.#window !== undefined) tell(this.#window, message);
  }

  #tellPicture(picture: EnginePicture): void {
    if (picture.role === 'teacher') this.#tell({ name: 'teacher', value: picture.snapshot });
    else this.#tell({ name: 'student', value: picture.snapshot });
  }

  #tellEverything(): undefined {
    const settings: Events['settings'] = this.#settings;
    this.#tell({ name: 'settings', value: settings });
    this.#tell({ name: 'engine', value: this.#status });
    if (this.#picture !== undefined) this.#tellPicture(this.#picture);
  }

  async #command(command: EngineCommand): Promise<string> {
    if (this.#engine === undefined) throw new Error(text.notRunning);
    return this.#engine.command(command);
  }

  async #order(command: EngineCommand): Promise<undefined> {
    await this.#command(command);
  }

  /** What a menu item started has no page to answer to: a failure is told as an event. */
  #attempt(action: Promise<unknown>): void {
    action.catch((error: unknown) => {
      this.#tell({ name: 'problem', value: error instanceof Error ? error.message : String(error) });
    });
  }

  async #choose(kind: 'files' | 'folders'): Promise<undefined> {
    const files = kind === 'files';
    const paths = await this.#pick({
      title: files ? text.sendFilesTitle : text.sendFolderTitle,
      buttonLabel: text.send,
      properties: [files ? 'openFile' : 'openDirectory', 'multiSelections'],
    });
    if (paths.length > 0) await this.#command({ name: 'send', paths });
  }

  async #chooseFolder(): Promise<undefined> {
    const [folder] = await this.#pick({
      title: text.receiveFolderTitle,
      buttonLabel: text.choose,
      defaultPath: this.#settings.folder,
      properties: ['openDirectory', 'createDirectory'],
    });
    if (folder !== undefined) await this.#change({ folder });
  }

  async #pick(options: Electron.OpenDialogOptions): Promise<readonly string[]> {
    if (this.#window === undefined) return [];
    const { canceled, filePaths } = await dialog.showOpenDialog(this.#window, options);
    return canceled ? [] : filePaths;
  }

  async #show(transfer: string | undefined): Promise<undefined> {
    const { folder } = this.#settings;
    if (transfer === undefined) return showFolder(folder);
    const incoming = this.#picture?.role === 'student' ? this.#picture.snapshot.transfers : [];
    const path = incoming.find(({ id }) => id === transfer)?.received[0]?.path;
    const place = path === undefined ? undefined : join(folder, ...path.split('/'));
    if (place === undefined || !isInside(folder, place) || !existsSync(place)) throw new Error(text.nothingReceived);
    shell.showItemInFolder(place);
  }

  #onClose(window: BrowserWindow, event: Electron.Event): void {
    if (this.#quitting) return;
    if (this.#settings.role === 'student') {
      event.preventDefault();
      window.hide();
    } else if (this.#isSending() && !confirmStop(window)) event.preventDefault();
  }

  #isSending(): boolean {
    if (this.#picture?.role !== 'teacher') return false;
    return this.#picture.snapshot.transfers.some(({ phase }) => phase !== 'finished' && phase !== 'failed');
  }

  /** From here on a closing window really closes. */
  prepareToQuit(): void {
    this.#quitting = true;
  }
}

function confirmStop(window: BrowserWindow): boolean {
  const choice = dialog.showMessageBoxSync(window, {
    type: 'warning',
    message: text.stopSendingQuestion,
    detail: text.stopSendingDetail,
    buttons: [text.keepSending, text.stopSending],
    defaultId: 0,
    cancelId: 0,
  });
  return choice === 1;
}

async function showFolder(folder: string): Promise<undefined> {
  await mkdir(folder, { recursive: true });
  const failure = await shell.openPath(folder);
  if (failure !== '') throw new Error(text.cannotShow(folder, failure));
}

function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '' && !way.startsWith('..') && !isAbsolute(way);
}

function isLoopback(address: string | undefined): boolean {
  return address !== undefined && (address.startsWith('127.') || address === '::1');
}

function parseAddress(address: string | null): Address | null {
  return addressSchema.safeParse(address).data ?? null;
}
