import { type BrowserWindow, dialog, type OpenDialogOptions } from 'electron';
import type { Settings } from './settings';
import { t } from './texts';

/** The system's dialogs; nothing is picked where no window is there to show them over. */
export class Dialogs {
  readonly #window: () => BrowserWindow | undefined;

  constructor(window: () => BrowserWindow | undefined) {
    this.#window = window;
  }

  /** Files or folders to send. */
  pickToSend(kind: 'files' | 'folders'): Promise<readonly string[]> {
    const files = kind === 'files';
    return this.#pick({
      title: files ? t('desktop:dialog.sendFiles') : t('desktop:dialog.sendFolder'),
      buttonLabel: t('desktop:dialog.send'),
      properties: [files ? 'openFile' : 'openDirectory', 'multiSelections'],
    });
  }

  /** A folder for received music. */
  async pickFolder({ folder }: Settings): Promise<string | undefined> {
    const [picked] = await this.#pick({
      title: t('desktop:dialog.receiveFolder'),
      buttonLabel: t('desktop:dialog.choose'),
      defaultPath: folder,
      properties: ['openDirectory', 'createDirectory'],
    });
    return picked;
  }

  /** A folder whose files devices may fetch. */
  async pickDevicesFolder(folder: string | null): Promise<string | undefined> {
    const [picked] = await this.#pick({
      title: t('desktop:dialog.devicesFolder'),
      buttonLabel: t('desktop:dialog.choose'),
      properties: ['openDirectory'],
      ...(folder === null ? {} : { defaultPath: folder }),
    });
    return picked;
  }

  /** A folder to publish as a channel. */
  async pickChannelFolder(): Promise<string | undefined> {
    const [picked] = await this.#pick({
      title: t('desktop:dialog.channelFolder'),
      buttonLabel: t('desktop:dialog.publish'),
      properties: ['openDirectory', 'createDirectory'],
    });
    return picked;
  }

  /** Where the history is to be written. */
  async pickExport(format: 'csv' | 'json'): Promise<string | undefined> {
    const window = this.#window();
    if (window === undefined) return undefined;
    const { canceled, filePath } = await dialog.showSaveDialog(window, {
      title: t('desktop:dialog.export'),
      defaultPath: `${t('desktop:dialog.exportName')}.${format}`,
      filters: [{ name: format === 'csv' ? t('desktop:dialog.csv') : t('desktop:dialog.json'), extensions: [format] }],
    });
    return canceled || filePath === '' ? undefined : filePath;
  }

  async #pick(options: OpenDialogOptions): Promise<readonly string[]> {
    const window = this.#window();
    if (window === undefined) return [];
    const { canceled, filePaths } = await dialog.showOpenDialog(window, options);
    return canceled ? [] : filePaths;
  }
}

/** Asks whether a transfer under way may end with its window. */
export function confirmStop(window: BrowserWindow): boolean {
  const choice = dialog.showMessageBoxSync(window, {
    type: 'warning',
    message: t('desktop:dialog.stopQuestion'),
    detail: t('desktop:dialog.stopDetail'),
    buttons: [t('desktop:dialog.keepSending'), t('desktop:dialog.stopSending')],
    defaultId: 0,
    cancelId: 0,
  });
  return choice === 1;
}
