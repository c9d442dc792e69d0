import { Menu, nativeImage, Tray } from 'electron';
import type { IncomingView, StudentSnapshot } from '../../src-shared/ipc/snapshots';
import { text } from './strings';

/** The student's place in the system's tray: receiving goes on while the window is closed. */
export class StudentTray {
  readonly #tray: Tray;
  #shown = '';

  constructor(icon: string, actions: { open(): void; quit(): void }) {
    this.#tray = new Tray(nativeImage.createFromPath(icon));
    this.#tray.setContextMenu(
      Menu.buildFromTemplate([
        { label: text.open, click: () => actions.open() },
        { type: 'separator' },
        { label: text.quit, click: () => actions.quit() },
      ]),
    );
    this.#tray.on('click', () => actions.open());
    this.say(text.tray.searching);
  }

  /** Shows a sentence when the pointer rests on the icon. */
  say(sentence: string): void {
    if (sentence === this.#shown) return;
    this.#shown = sentence;
    this.#tray.setToolTip(sentence);
  }

  destroy(): void {
    this.#tray.destroy();
  }
}

/** The student's state in one short sentence. */
export function trayStateOf(snapshot: StudentSnapshot): string {
  const incoming = snapshot.transfers.find(
    (transfer) => transfer.state === 'receiving' || transfer.state === 'repairing',
  );
  if (incoming !== undefined) return text.tray.receiving(incoming.from, percentOf(incoming));
  if (snapshot.connection === 'connected') return text.tray.connected(snapshot.room?.name ?? text.appName);
  return text.tray[snapshot.connection];
}

function percentOf({ totalBytes, missingBytes }: IncomingView): number {
  return totalBytes === 0 ? 100 : Math.floor((100 * (totalBytes - missingBytes)) / totalBytes);
}
