import { app, Menu, type MenuItemConstructorOptions } from 'electron';
import type { MenuCommand, Role } from '../../src-shared/ipc/contract';
import { t } from './texts';

export interface MenuActions {
  /** The page carries it out. */
  pick(command: MenuCommand): void;
  showReceived(): void;
  quit(): void;
}

export interface MenuShape {
  readonly role: Role | null;
  /** False where the machine's policy keeps the program running. */
  readonly canQuit: boolean;
}

type Items = MenuItemConstructorOptions[];
const isMac = process.platform === 'darwin';
const separator: MenuItemConstructorOptions = { type: 'separator' };

/** Puts up the application menu that fits the role; before the role is known it has no actions of its own. */
export function showMenu(shape: MenuShape, actions: MenuActions): void {
  app.setAboutPanelOptions({ applicationName: t('common:app'), applicationVersion: app.getVersion() });
  Menu.setApplicationMenu(
    Menu.buildFromTemplate([
      ...(isMac ? [{ label: t('common:app'), submenu: programMenu(shape, actions) }] : []),
      { label: t('desktop:menu.file'), submenu: fileMenu(shape, actions) },
      { label: t('desktop:menu.edit'), submenu: editMenu() },
      { label: t('desktop:menu.view'), submenu: viewMenu() },
      { label: t('desktop:menu.window'), role: 'window', submenu: windowMenu() },
      { label: t('desktop:menu.help'), role: 'help', submenu: isMac ? [] : [about()] },
    ]),
  );
}

/** The first menu on macOS. */
function programMenu(shape: MenuShape, actions: MenuActions): Items {
  return [
    about(),
    separator,
    ...settingsItem(shape, actions),
    { label: t('desktop:menu.hide'), role: 'hide' },
    { label: t('desktop:menu.hideOthers'), role: 'hideOthers' },
    { label: t('desktop:menu.showAll'), role: 'unhide' },
    ...quitItem(shape, actions),
  ];
}

function fileMenu(shape: MenuShape, actions: MenuActions): Items {
  const close: MenuItemConstructorOptions = { label: t('desktop:menu.close'), role: 'close' };
  if (isMac) return [...ownItems(shape, actions), close];
  return [...ownItems(shape, actions), ...settingsItem(shape, actions), close, ...quitItem(shape, actions)];
}

function ownItems({ role }: MenuShape, actions: MenuActions): Items {
  if (role === null) return [];
  if (role === 'student') {
    return [{ label: t('desktop:menu.showReceived'), click: () => actions.showReceived() }, separator];
  }
  return [
    { label: t('desktop:menu.sendFiles'), accelerator: 'CmdOrCtrl+O', click: () => actions.pick('sendFiles') },
    { label: t('desktop:menu.sendFolder'), accelerator: 'CmdOrCtrl+Shift+O', click: () => actions.pick('sendFolder') },
    separator,
  ];
}

function settingsItem({ role }: MenuShape, actions: MenuActions): Items {
  if (role === null) return [];
  const item = { label: t('desktop:menu.settings'), accelerator: 'CmdOrCtrl+,', click: () => actions.pick('settings') };
  return [item, separator];
}

function quitItem({ canQuit }: MenuShape, actions: MenuActions): Items {
  const item = { id: 'quit', label: t('desktop:menu.quit'), accelerator: 'CmdOrCtrl+Q', click: () => actions.quit() };
  return canQuit ? [separator, item] : [];
}

function editMenu(): Items {
  return [
    { label: t('desktop:menu.undo'), role: 'undo' },
    { label: t('desktop:menu.redo'), role: 'redo' },
    separator,
    { label: t('desktop:menu.cut'), role: 'cut' },
    { label: t('desktop:menu.copy'), role: 'copy' },
    { label: t('desktop:menu.paste'), role: 'paste' },
    { label: t('desktop:menu.selectAll'), role: 'selectAll' },
  ];
}

function viewMenu(): Items {
  return [
    { label: t('desktop:menu.actualSize'), role: 'resetZoom' },
    { label: t('desktop:menu.zoomIn'), role: 'zoomIn' },
    { label: t('desktop:menu.zoomOut'), role: 'zoomOut' },
    separator,
    { label: t('desktop:menu.fullScreen'), role: 'togglefullscreen' },
  ];
}

function windowMenu(): Items {
  const minimize: MenuItemConstructorOptions = { label: t('desktop:menu.minimize'), role: 'minimize' };
  return isMac ? [minimize, { label: t('desktop:menu.zoom'), role: 'zoom' }] : [minimize];
}

function about(): MenuItemConstructorOptions {
  return { label: t('desktop:menu.about'), click: () => app.showAboutPanel() };
}
