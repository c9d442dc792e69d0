import { type Menu, Notification } from 'electron';
import type { EngineStatus, TrayView } from '../../src-shared/ipc/contract';
import type { StudentSnapshot } from '../../src-shared/ipc/snapshots';
import { type News, newsOf, type Quiet } from './news';
import { t, translator } from './texts';
import { StudentTray, type TrayActions, type TrayMenu } from './tray';
import { trayViewOf } from './tray-state';

export interface StudentShellParts {
  /** Folder of the tray's icons. */
  readonly icons: string;
  readonly actions: TrayActions;
  menu(): Omit<TrayMenu, 'paused'>;
  quiet(): Quiet;
  onView(view: TrayView): void;
  onNews(news: News): void;
}

/** What a student sees of this program outside its window: the tray and the notifications. */
export class StudentShell {
  readonly #parts: StudentShellParts;
  readonly #tray: StudentTray;
  /** Kept while they are shown: a notification that nobody holds forgets what a click on it does. */
  readonly #notifications = new Set<Notification>();
  #status: EngineStatus = { state: 'starting' };
  #snapshot: StudentSnapshot | undefined;
  #view: TrayView | undefined;

  constructor(parts: StudentShellParts) {
    this.#parts = parts;
    this.#tray = new StudentTray(parts.icons, parts.actions);
    this.refresh();
  }

  get view(): TrayView | undefined {
    return this.#view;
  }

  get trayMenu(): Menu | undefined {
    return this.#tray.menu;
  }

  showStatus(status: EngineStatus): void {
    this.#status = status;
    if (status.state === 'starting') this.#snapshot = undefined;
    this.refresh();
  }

  showPicture(snapshot: StudentSnapshot): void {
    for (const news of newsOf(this.#snapshot, snapshot, this.#parts.quiet(), translator)) this.#announce(news);
    this.#snapshot = snapshot;
    this.refresh();
  }

  /** Shows the present state, in the present language. */
  refresh(): void {
    const view = trayViewOf(this.#status, this.#snapshot, t);
    this.#tray.show(view);
    this.#tray.offer({ ...this.#parts.menu(), paused: this.#snapshot?.connection === 'paused' });
    if (JSON.stringify(view) !== JSON.stringify(this.#view)) this.#parts.onView(view);
    this.#view = view;
  }

  destroy(): void {
    this.#tray.destroy();
    for (const notification of this.#notifications) notification.close();
  }

  #announce(news: News): void {
    this.#parts.onNews(news);
    if (!Notification.isSupported()) return;
    const notification = new Notification({ title: news.title, body: news.body });
    this.#notifications.add(notification);
    notification.on('click', () => this.#parts.actions.open());
    notification.on('close', () => this.#notifications.delete(notification));
    notification.show();
  }
}
