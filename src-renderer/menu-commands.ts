import type { MenuCommand } from '../src-shared/ipc/contract';
import { choose } from './features/send/send-now';
import { goTo } from './features/shell/navigation';
import { listen } from './ipc-client';

const DEEDS: Readonly<Record<MenuCommand, () => void>> = {
  sendFiles: () => choose('files'),
  sendFolder: () => choose('folders'),
  settings: () => goTo('settings'),
};

/** Carries out what the person picks in the application's menu, from now on. */
export function followMenu(): void {
  listen((message) => {
    if (message.name === 'menu') DEEDS[message.value]();
  });
}
