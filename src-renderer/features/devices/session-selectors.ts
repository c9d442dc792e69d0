import type { DeviceClientView, DeviceSessionView } from '../../../src-shared/ipc/device-views';

/** What the page reads out of the sessions; pure, so that a component draws and nothing else. */

/** Those under way, and those that are over, each in the order that they came in. */
export function splitSessions(sessions: readonly DeviceSessionView[]): {
  readonly running: readonly DeviceSessionView[];
  readonly over: readonly DeviceSessionView[];
} {
  return {
    running: sessions.filter((session) => !isOver(session)),
    over: sessions.filter(isOver),
  };
}

function isOver({ state }: DeviceSessionView): boolean {
  return state === 'done' || state === 'failed';
}

/** How many of its devices have the file. */
export function completeCount({ clients }: DeviceSessionView): number {
  return clients.filter(({ state }) => state === 'complete').length;
}

/** The master first, who decides what is sent; then those who need a look, then the others as they came. */
export function clientsInOrder(clients: readonly DeviceClientView[]): DeviceClientView[] {
  return [0, 1, 2].flatMap((rank) => clients.filter((client) => rankOf(client) === rank));
}

function rankOf({ role, state }: DeviceClientView): number {
  if (role === 'master' && state !== 'complete' && state !== 'failed') return 0;
  return state === 'failed' ? 1 : 2;
}

/** What a member has is not known before it leads or ends (RFC 2090): nothing is shown then. */
export function knownProgress({ role, state, progress }: DeviceClientView): number | undefined {
  if (state === 'complete') return 1;
  return role === 'member' && progress === 0 ? undefined : progress;
}
