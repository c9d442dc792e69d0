import { type BrowserWindow, type IpcMainInvokeEvent, ipcMain } from 'electron';
import {
  EVENT_CHANNEL,
  type EventMessage,
  type Outcome,
  type ParsedArgument,
  REQUEST_CHANNEL,
  type RequestAnswer,
  type RequestName,
  requestSchemas,
} from '../../src-shared/ipc/contract';
import { isAppUrl } from './app-pages';
import { text } from './strings';

export type Handlers = {
  readonly [N in RequestName]: (argument: ParsedArgument<N>) => Promise<RequestAnswer<N>> | RequestAnswer<N>;
};

/** Answers the window's requests: the sender is checked, then the name, then the argument's shape. */
export function answerRequests(window: BrowserWindow, handlers: Handlers): void {
  ipcMain.removeHandler(REQUEST_CHANNEL);
  ipcMain.handle(REQUEST_CHANNEL, (event, name: unknown, argument: unknown) =>
    isOurPage(window, event) ? answer(handlers, name, argument) : refused(text.badRequest),
  );
}

export function tell(window: BrowserWindow, message: EventMessage): void {
  if (!window.isDestroyed()) window.webContents.send(EVENT_CHANNEL, message);
}

/** Checks and carries out one request; a failure becomes its sentence. */
export async function answer(handlers: Handlers, name: unknown, argument: unknown): Promise<Outcome<unknown>> {
  if (!isRequestName(name)) return refused(text.badRequest);
  try {
    return await run(handlers, name, argument);
  } catch (error) {
    return refused(error instanceof Error ? error.message : String(error));
  }
}

async function run<N extends RequestName>(handlers: Handlers, name: N, argument: unknown): Promise<Outcome<unknown>> {
  const parsed = requestSchemas[name].safeParse(argument);
  if (!parsed.success) return refused(text.badRequest);
  return { ok: true, value: await handlers[name](parsed.data as ParsedArgument<N>) };
}

function isRequestName(name: unknown): name is RequestName {
  return typeof name === 'string' && Object.hasOwn(requestSchemas, name);
}

/** Only the top frame of our own window, showing our own page. */
function isOurPage(window: BrowserWindow, event: IpcMainInvokeEvent): boolean {
  const frame = event.senderFrame;
  return frame !== null && !window.isDestroyed() && frame === window.webContents.mainFrame && isAppUrl(frame.url);
}

function refused(message: string): Outcome<never> {
  return { ok: false, message };
}
