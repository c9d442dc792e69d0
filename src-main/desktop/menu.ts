import { Menu, type MenuItemConstructorOptions } from 'electron';
import type { Role } from '../../src-shared/ipc/contract';
import { text } from './strings';

export interface MenuActions {
  chooseFiles(): void;
  chooseFolder(): void;
  showReceived(): void;
}

/** Puts up the application menu that fits the role; before the role is known it has no actions of its own. */
export function showMenu(role: Role | null, actions: MenuActions): void {
  const own: MenuItemConstructorOptions[] = role === null ? [] : [...itemsOf(role, actions), { type: 'separator' }];
  const isMac = process.platform === 'darwin';
  Menu.setApplicationMenu(
    Menu.buildFromTemplate([
      ...(isMac ? [{ role: 'appMenu' as const }] : []),
      { label: text.file, submenu: [...own, isMac ? { role: 'close' } : { role: 'quit' }] },
      { role: 'editMenu' },
      { role: 'viewMenu' },
      { role: 'windowMenu' },
    ]),
  );
}

function itemsOf(role: Role, actions: MenuActions): MenuItemConstructorOptions[] {
  if (role === 'student') return [{ label: text.showFolder, click: () => actions.showReceived() }];
  return [
    { label: text.openFiles, accelerator: 'CmdOrCtrl+O', click: () => actions.chooseFiles() },
    { label: text.openFolder, accelerator: 'CmdOrCtrl+Shift+O', click: () => actions.chooseFolder() },
  ];
}
