import { app, type BrowserWindow, type Menu, nativeTheme, session, shell } from 'electron';
import type { EngineStatus, EventMessage, TrayView } from '../../src-shared/ipc/contract';
import { messageOf } from '../../src-shared/text/message-of';
import { serveApp } from './app-pages';
import { confirmStop, Dialogs } from './dialogs';
import type { Engine, EngineListener, EnginePicture, EngineStart, PictureReport } from './engine';
import { EngineHost } from './engine-host';
import { engineStart, pinTeachers, stateFolder } from './engine-start';
import type { Environment } from './environment';
import { createHandlers } from './handlers';
import { startAtLogin } from './login-item';
import { showMenu } from './menu';
import type { News } from './news';
import { isBusy, isTransferring } from './picture-state';
import { ReceivedFiles } from './received-files';
import { loadSealedIdentity } from './sealed-identity';
import type { Settings } from './settings';
import { SettingsChanges } from './settings-changes';
import type { SettingsKeeper } from './settings-keeper';
import { StudentShell } from './student-shell';
import { speak, t } from './texts';
import { onWakeUp, Wakefulness } from './wakefulness';
import { AppWindow, confineContents } from './window';

interface AppFiles {
  readonly renderer: string;
  readonly preload: string;
  readonly icon: string;
  /** Folder of the tray's icons. */
  readonly trayIcons: string;
}

interface DesktopParts {
  readonly environment: Environment;
  readonly keeper: SettingsKeeper;
  readonly files: AppFiles;
  startEngine(start: EngineStart, listener: EngineListener): Engine;
  /** For whoever watches: every notification that is shown. */
  onNews(news: News): void;
}

const RECOVERY_MS = 60_000;

/** The desktop program: one window, one engine for the role, a tray for a student. */
export class DesktopApplication {
  readonly #parts: DesktopParts;
  readonly #keeper: SettingsKeeper;
  readonly #host: EngineHost;
  readonly #window: AppWindow;
  readonly #received: ReceivedFiles;
  readonly #changes: SettingsChanges;
  readonly #wakefulness = new Wakefulness();
  #student: StudentShell | undefined;
  /** The student has switched receiving off; an engine that starts anew has to be told. */
  #paused = false;
  /** The last problem of a time without a window. */
  #untold: string | undefined;
  #quitting = false;

  constructor(parts: DesktopParts) {
    this.#parts = parts;
    this.#keeper = parts.keeper;
    this.#host = new EngineHost({
      prepare: () => this.#prepare(),
      start: (start, listener) => parts.startEngine(start, listener),
      onStatus: (status) => this.#onStatus(status),
      onPicture: (report, picture) => this.#onPicture(report, picture),
      onProblem: (sentence) => this.#tellProblem(sentence),
    });
    this.#received = new ReceivedFiles({
      placeOf: (file) => this.#host.command('fileOf', file),
      folder: () => this.#settings.folder,
      system: shell,
    });
    this.#changes = new SettingsChanges({
      keeper: this.#keeper,
      host: this.#host,
      startAtLogin,
      onChange: () => this.#adopt(),
      onProblem: (sentence) => this.#tellProblem(sentence),
    });
    this.#window = new AppWindow({
      files: parts.files,
      handlers: this.#createHandlers(),
      onClose: (window) => this.#onClose(window),
    });
  }

  /** Runs once the system is ready for it. `hidden`: a student's window stays closed. */
  start({ hidden }: { readonly hidden: boolean }): void {
    serveApp(session.defaultSession, this.#parts.files.renderer, this.#received.find);
    confineContents(session.defaultSession);
    onWakeUp(() => this.#wake());
    this.#adopt();
    if (app.isPackaged || this.#settings.startAtLogin) this.#attempt(async () => this.#changes.adoptLogin());
    void this.#host.restart();
    if (!hidden || this.#settings.role !== 'student') this.showWindow();
  }

  showWindow(): void {
    this.#window.show(this.#settings.role);
  }

  /** The student's tray menu as it is shown now. */
  get trayMenu(): Menu | undefined {
    return this.#student?.trayMenu;
  }

  /** From here on a closing window really closes. */
  prepareToQuit(): void {
    this.#quitting = true;
  }

  /** Says goodbye to the peers; the program may end after it. */
  async stop(): Promise<void> {
    this.prepareToQuit();
    await this.#host.close();
  }

  get #settings(): Settings {
    return this.#keeper.settings;
  }

  #createHandlers() {
    return createHandlers({
      host: this.#host,
      dialogs: new Dialogs(() => this.#window.open),
      received: this.#received,
      system: shell,
      settings: () => this.#settings,
      tellEverything: () => this.#tellEverything(),
      changes: this.#changes,
    });
  }

  // --- Settings ---

  /** Makes the program look and speak as the settings say. */
  #adopt(): void {
    const { role, appearance } = this.#settings;
    speak(this.#keeper.language);
    nativeTheme.themeSource = appearance;
    showMenu(
      { role, canQuit: !this.#keeper.receivesOnly },
      {
        pick: (value) => this.#window.tell({ name: 'menu', value }),
        showReceived: () => this.#attempt(() => this.#received.show(undefined)),
        quit: () => this.#quit(),
      },
    );
    this.#takeTray();
    this.#window.tell({ name: 'settings', value: this.#keeper.view });
  }

  #takeTray(): void {
    const { role } = this.#settings;
    if (role !== 'student') {
      this.#student?.destroy();
      this.#student = undefined;
    } else if (this.#student === undefined) this.#student = this.#createStudentShell();
    else this.#student.refresh();
  }

  // --- The engine ---

  async #prepare(): Promise<EngineStart | null> {
    const { role } = this.#settings;
    if (role === null) return null;
    const stateDir = stateFolder(app.getPath('userData'), role);
    const identity = await loadSealedIdentity(stateDir);
    if (role === 'student') await pinTeachers(stateDir, this.#keeper.policy?.teachers ?? []);
    return engineStart(role, {
      settings: this.#settings,
      environment: this.#parts.environment,
      stateDir,
      identity,
    });
  }

  #onStatus(status: EngineStatus): void {
    this.#window.tell({ name: 'engine', value: status });
    this.#student?.showStatus(status);
    if (status.state === 'failed') setTimeout(() => this.#recover(), RECOVERY_MS).unref();
    if (status.state !== 'running') this.#wakefulness.keep(false);
    else if (this.#paused) this.#attempt(() => this.#host.command('receive', { on: false }));
  }

  #onPicture(report: PictureReport, picture: EnginePicture): void {
    if (report.kind === 'change') this.#window.tell({ name: 'change', value: report.change });
    else this.#tellPicture(picture);
    this.#wakefulness.keep(isTransferring(picture));
    if (picture.role !== 'student') return;
    this.#paused = picture.snapshot.connection === 'paused';
    this.#student?.showPicture(picture.snapshot);
  }

  /** Nobody looks at a receiver in the tray, so it tries again by itself; who has the window open has a button. */
  #recover(): void {
    const isSeen = this.#window.open?.isVisible() ?? false;
    if (this.#student !== undefined && !isSeen && this.#host.status.state === 'failed') void this.#host.restart();
  }

  #wake(): void {
    if (this.#host.status.state === 'failed') void this.#host.restart();
    else if (this.#settings.role === 'student') void this.#host.command('wake', undefined).catch(() => {});
  }

  // --- The window and the tray ---

  #createStudentShell(): StudentShell {
    return new StudentShell({
      icons: this.#parts.files.trayIcons,
      menu: () => ({
        doNotDisturb: this.#settings.doNotDisturb,
        canDisturb: !this.#keeper.isFixed('doNotDisturb'),
        canQuit: !this.#keeper.receivesOnly,
      }),
      quiet: () => ({
        doNotDisturb: this.#settings.doNotDisturb,
        windowFocused: this.#window.open?.isFocused() ?? false,
      }),
      onView: (view) => this.#showProgress(view),
      onNews: (news) => this.#parts.onNews(news),
      actions: {
        open: () => this.showWindow(),
        pause: (paused) => this.#attempt(() => this.#host.command('receive', { on: !paused })),
        doNotDisturb: (quiet) => this.#attempt(() => this.#changes.prefer({ doNotDisturb: quiet })),
        showReceived: () => this.#attempt(() => this.#received.show(undefined)),
        quit: () => app.quit(),
      },
    });
  }

  #showProgress(view: TrayView): void {
    this.#window.tell({ name: 'tray', value: view });
    this.#window.open?.setProgressBar(view.state === 'receiving' ? view.progress : -1);
  }

  #tellEverything(): void {
    this.#window.tell({ name: 'settings', value: this.#keeper.view });
    this.#window.tell({ name: 'engine', value: this.#host.status });
    if (this.#host.picture !== undefined) this.#tellPicture(this.#host.picture);
    if (this.#student?.view !== undefined) this.#window.tell({ name: 'tray', value: this.#student.view });
    if (this.#untold !== undefined) this.#tellProblem(this.#untold);
    this.#untold = undefined;
    const broken = this.#keeper.policy?.broken;
    if (broken !== undefined) this.#tellProblem(t('desktop:policyBroken', broken));
  }

  #tellPicture(picture: EnginePicture): void {
    const message: EventMessage =
      picture.role === 'teacher'
        ? { name: 'teacher', value: picture.snapshot }
        : { name: 'student', value: picture.snapshot };
    this.#window.tell(message);
  }

  #onClose(window: BrowserWindow): 'stay' | 'hide' | 'close' {
    if (this.#quitting) return 'close';
    if (this.#settings.role === 'student') return 'hide';
    return this.#mayEnd(window) ? 'close' : 'stay';
  }

  #quit(): void {
    const window = this.#window.open;
    if (window === undefined || this.#settings.role === 'student' || this.#mayEnd(window)) app.quit();
  }

  /** A teacher's transfer ends with the program: that is asked first. */
  #mayEnd(window: BrowserWindow): boolean {
    return !isBusy(this.#host.picture) || confirmStop(window);
  }

  /** What a menu item started has no page to answer to: a failure is told as an event. */
  #attempt(action: () => Promise<unknown>): void {
    action().catch((error: unknown) => {
      this.#tellProblem(messageOf(error));
      this.#student?.refresh();
    });
  }

  #tellProblem(sentence: string): void {
    if (this.#window.open === undefined) this.#untold = sentence;
    this.#window.tell({ name: 'problem', value: sentence });
  }
}
