import type { DeviceServerEvent } from '../../src-shared/ipc/device-events';
import type { Endpoint } from './endpoint';
import type { FlowControl } from './flow-control';

/** What the server asks its driver to do, in order. A session is known by a name that is never used twice. */
export type ServerOutput =
  /** Open a shared file for reading: answer with `fileOpened` or `sessionFailed`. `file` is what the request says: hostile. */
  | { kind: 'openFile'; session: string; file: string }
  /** Create a file in the write folder: answer with `fileCreated` or `sessionFailed` (code 6 where the name is taken). */
  | { kind: 'createFile'; session: string; file: string }
  /** Open a UDP port of the session's own, ready to send to the group where there is one: answer with `portOpened` or `sessionFailed`. */
  | { kind: 'openPort'; session: string; group: Endpoint | null }
  /** Read so many bytes, fewer at the end of the file: answer with `dataRead` or `sessionFailed`. */
  | { kind: 'read'; session: string; offset: number; length: number }
  /** Append to the created file: answer with `written` or `sessionFailed` (code 3 where the disk is full). */
  | { kind: 'write'; session: string; bytes: Uint8Array }
  /** Everything is written: flush and name the file, then answer with `fileFinished` or `sessionFailed`. */
  | { kind: 'finishFile'; session: string }
  /** Send from the session's port, or from the listening port where `session` is null. `to` may be the session's group. */
  | { kind: 'send'; session: string | null; to: Endpoint; bytes: Uint8Array }
  /** Close its port and file after what was sent before has left; discard a created file that is not finished. Nothing about it follows, and what is answered about it is ignored. */
  | { kind: 'closeSession'; session: string }
  | { kind: 'event'; event: DeviceServerEvent };

/** Why a session cannot begin or go on. The reason is shown to the teacher and sent to the clients: one sentence without paths of this machine. */
export interface SessionFailure {
  /** RFC 1350's code: see `ErrorCode`. */
  readonly code: number;
  readonly reason: string;
}

export interface ServerOptions {
  /** Groups that sessions may use, each by one at a time; none: everything goes by unicast. */
  readonly groups: readonly Endpoint[];
  /** Whether what is sent to a group can come to this address: groups leave by one interface, devices ask at any. */
  hearsGroups(address: string): boolean;
  /** C2: how long clients are collected before the first block, ms. */
  readonly delayMs: number;
  readonly flow: FlowControl;
  /** The largest IP packet that the network carries whole, bytes; 1500 on Ethernet. */
  readonly mtu: number;
  /** Bytes that a written file may have; undefined: nothing can be written. */
  readonly writeLimit?: number;
}
