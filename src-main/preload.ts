import { contextBridge, type IpcRendererEvent, ipcRenderer, webUtils } from 'electron';
import type { Bridge, EventMessage, RequestName } from '../src-shared/ipc/contract';

// A sandboxed preload loads no modules of ours at run time: types only, and the channel names are repeated in place.
const REQUEST_CHANNEL: typeof import('../src-shared/ipc/contract').REQUEST_CHANNEL = 'tutti:request';
const EVENT_CHANNEL: typeof import('../src-shared/ipc/contract').EVENT_CHANNEL = 'tutti:event';

const bridge: Bridge<File> = {
  request: (name: RequestName, argument: unknown) => ipcRenderer.invoke(REQUEST_CHANNEL, name, argument),
  listen(onEvent) {
    const listener = (_event: IpcRendererEvent, message: EventMessage) => onEvent(message);
    ipcRenderer.on(EVENT_CHANNEL, listener);
    return () => ipcRenderer.off(EVENT_CHANNEL, listener);
  },
  pathsOf: (files) => files.map((file) => webUtils.getPathForFile(file)).filter((path) => path !== ''),
};

contextBridge.exposeInMainWorld('tutti', bridge);
