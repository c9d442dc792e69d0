import { join } from 'node:path';
import { Menu, type MenuItem, type MenuItemConstructorOptions, nativeImage, Tray } from 'electron';
import type { TrayView } from '../../src-shared/ipc/contract';
import { t } from './texts';
import { trayIconOf } from './tray-state';

/** macOS draws templates in the colour of its menu bar, Windows picks a size; elsewhere the picture is as it is. */
const ICON_ENDINGS: Partial<Record<NodeJS.Platform, string>> = { darwin: 'Template.png', win32: '.ico' };

const SEPARATOR: MenuItemConstructorOptions = { type: 'separator' };

export interface TrayActions {
  open(): void;
  pause(paused: boolean): void;
  doNotDisturb(quiet: boolean): void;
  showReceived(): void;
  quit(): void;
}

/** What is ticked in the menu, and whether the program can be left by it. */
export interface TrayMenu {
  readonly paused: boolean;
  readonly doNotDisturb: boolean;
  /** False where the machine's policy says whether this computer disturbs. */
  readonly canDisturb: boolean;
  readonly canQuit: boolean;
}

/** The student's place in the system's tray: receiving goes on while the window is closed. */
export class StudentTray {
  readonly #tray: Tray;
  readonly #icons: string;
  readonly #actions: TrayActions;
  #view: TrayView | undefined;
  #menu: { readonly shape: string; readonly built: Menu } | undefined;

  constructor(icons: string, actions: TrayActions) {
    this.#icons = icons;
    this.#actions = actions;
    this.#tray = new Tray(iconAt(icons, 'tray-searching'));
    this.#tray.on('click', () => actions.open());
  }

  /** The menu as it is shown now. */
  get menu(): Menu | undefined {
    return this.#menu?.built;
  }

  /** Shows another view; what is the same stays untouched. */
  show(view: TrayView): void {
    const icon = trayIconOf(view);
    if (this.#view === undefined || icon !== trayIconOf(this.#view)) this.#tray.setImage(iconAt(this.#icons, icon));
    if (this.#view?.tooltip !== view.tooltip) this.#tray.setToolTip(view.tooltip);
    this.#view = view;
  }

  /** Builds the menu anew where anything in it would be another. */
  offer(menu: TrayMenu): void {
    const items = this.#itemsOf(menu);
    const shape = JSON.stringify(items);
    if (shape === this.#menu?.shape) return;
    this.#menu = { shape, built: Menu.buildFromTemplate(items) };
    this.#tray.setContextMenu(this.#menu.built);
  }

  destroy(): void {
    this.#tray.destroy();
  }

  #itemsOf({ paused, doNotDisturb, canDisturb, canQuit }: TrayMenu): MenuItemConstructorOptions[] {
    const actions = this.#actions;
    return [
      { id: 'open', label: t('desktop:tray.open'), click: () => actions.open() },
      SEPARATOR,
      this.#switch('pause', t('desktop:tray.pause'), paused, (on) => actions.pause(on)),
      {
        ...this.#switch('doNotDisturb', t('desktop:tray.doNotDisturb'), doNotDisturb, (on) => actions.doNotDisturb(on)),
        enabled: canDisturb,
      },
      SEPARATOR,
      { id: 'showReceived', label: t('desktop:menu.showReceived'), click: () => actions.showReceived() },
      ...(canQuit ? [SEPARATOR, { id: 'quit', label: t('desktop:tray.quit'), click: () => actions.quit() }] : []),
    ];
  }

  /** A click ticks the item by itself, whatever comes of it: the menu is built anew from what is then true. */
  #switch(id: string, label: string, checked: boolean, change: (on: boolean) => void): MenuItemConstructorOptions {
    const click = (item: MenuItem) => {
      this.#menu = undefined;
      change(item.checked);
    };
    return { id, label, type: 'checkbox', checked, click };
  }
}

function iconAt(folder: string, name: string): Electron.NativeImage {
  return nativeImage.createFromPath(join(folder, `${name}${ICON_ENDINGS[process.platform] ?? '.png'}`));
}
