import type { RequestArgument } from '../../../src-shared/ipc/contract';
import type { Audience } from '../../../src-shared/ipc/snapshots';
import { request } from '../../ipc-client';
import { attempt, useApp } from '../../stores/app-store';
import { presentAudience, startRuleOf, useSendOptions } from './send-options';

/** Sends these files and folders to whom and when the teacher has chosen. */
export function sendPaths(paths: string[]): void {
  if (paths.length > 0) attempt(request('send', { paths, ...chosen() }));
}

/** Lets the teacher pick files or a folder with the system's dialog, and sends them. */
export function choose(kind: 'files' | 'folders'): void {
  attempt(request('choose', { kind, ...chosen() }));
}

function chosen(): Pick<RequestArgument<'send'>, 'audience' | 'start'> {
  const { audience, start } = useSendOptions.getState();
  const { teacher } = useApp.getState();
  const present = teacher === null ? audience : presentAudience(audience, teacher);
  return { audience: asArgument(present), start: startRuleOf(start, new Date()) };
}

function asArgument(audience: Audience): RequestArgument<'send'>['audience'] {
  if (audience === 'everyone' || 'group' in audience) return audience;
  return { students: [...audience.students] };
}
