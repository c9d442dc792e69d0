import type { DeviceClientEvent } from '../../src-shared/ipc/device-events';
import type { Endpoint } from './endpoint';
import type { Mode } from './packets';

/** What the client asks its driver to do, in order. */
export type ClientOutput =
  /** Send from the client's one UDP port. */
  | { kind: 'send'; to: Endpoint; bytes: Uint8Array }
  /** Listen to the group: answer with `groupJoined` or `groupFailed`. */
  | { kind: 'joinGroup'; group: Endpoint }
  | { kind: 'leaveGroup' }
  /** Put the bytes at this place of the file, and call `written` when they are there. By multicast they come in any order. */
  | { kind: 'write'; offset: number; bytes: Uint8Array }
  /** What was written before is not wanted: the transfer begins anew. */
  | { kind: 'truncate' }
  /** Every byte has been handed over by `write`: the file may be placed. `done` comes later. */
  | { kind: 'complete'; bytes: number }
  /** It did not work: one sentence. `done` follows. */
  | { kind: 'failed'; reason: string }
  | { kind: 'event'; event: Exclude<DeviceClientEvent, { event: 'done' | 'failed' }> }
  /** Nothing more will be sent or is expected: close the port. */
  | { kind: 'done' };

export interface ClientOptions {
  /** Where the request goes. */
  readonly server: Endpoint;
  readonly file: string;
  readonly mode: Mode;
  /** RFC 2090; in netascii there is none. Falls back to unicast where the server or the network has no multicast. */
  readonly multicast: boolean;
  /** RFC 2348, bytes. */
  readonly blksize?: number;
  /** RFC 7440, blocks. */
  readonly windowsize?: number;
  /** RFC 2349, seconds. */
  readonly timeout?: number;
}
