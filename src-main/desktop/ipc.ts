import { type BrowserWindow, type IpcMainInvokeEvent, ipcMain } from 'electron';
import { EVENT_CHANNEL, type EventMessage, REQUEST_CHANNEL } from '../../src-shared/ipc/contract';
import { isAppUrl } from './app-pages';
import { answer, type Handlers, refused } from './request-handlers';
import { t } from './texts';

/** Answers the window's requests: the sender is checked, then the name, then the argument's shape. */
export function answerRequests(window: BrowserWindow, handlers: Handlers): void {
  ipcMain.removeHandler(REQUEST_CHANNEL);
  ipcMain.handle(REQUEST_CHANNEL, (event, name: unknown, argument: unknown) =>
    isOurPage(window, event) ? answer(handlers, name, argument) : refused(t('desktop:badRequest')),
  );
}

export function tell(window: BrowserWindow, message: EventMessage): void {
  if (!window.isDestroyed() && !window.webContents.isCrashed()) window.webContents.send(EVENT_CHANNEL, message);
}

/** Only the top frame of our own window, showing our own page. */
function isOurPage(window: BrowserWindow, event: IpcMainInvokeEvent): boolean {
  const frame = event.senderFrame;
  return frame !== null && !window.isDestroyed() && frame === window.webContents.mainFrame && isAppUrl(frame.url);
}
