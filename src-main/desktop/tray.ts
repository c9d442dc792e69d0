import { Menu, nativeImage, Tray } from 'electron';
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
