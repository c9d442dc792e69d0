import { powerMonitor, powerSaveBlocker } from 'electron';

/** Keeps the computer from falling asleep while a transfer runs; the screen may. */
export class Wakefulness {
  #blocker: number | undefined;

  keep(awake: boolean): void {
    if (awake && this.#blocker === undefined) this.#blocker = powerSaveBlocker.start('prevent-app-suspension');
    if (!awake && this.#blocker !== undefined) {
      powerSaveBlocker.stop(this.#blocker);
      this.#blocker = undefined;
    }
  }
}

/** Calls back when the computer wakes up: connections that look alive may be dead. */
export function onWakeUp(callback: () => void): void {
  powerMonitor.on('resume', callback);
  powerMonitor.on('unlock-screen', callback);
}
