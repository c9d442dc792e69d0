import type { DeviceServerEvent } from '../../src-shared/ipc/device-events';
import type { DeviceSessionView } from '../../src-shared/ipc/device-views';
import type { Endpoint } from './endpoint';
import type { LossMeter } from './loss-meter';
import type { ServerOptions, ServerOutput, SessionFailure } from './server-io';
import type { SessionClient, TransferRequest } from './session-client';

/** What a session has of the server it is part of. */
export interface SessionHost {
  readonly options: ServerOptions;
  /** Loss of all sessions lately. */
  readonly loss: LossMeter;
  /** Sessions that run. */
  readonly openSessions: number;
  push(output: ServerOutput): void;
  event(event: DeviceServerEvent): void;
  /** A group that no other session uses; undefined when there is none. */
  claimGroup(): Endpoint | undefined;
  releaseGroup(group: Endpoint): void;
  /** A datagram came to the session's port from somebody who is not in it. */
  stranger(session: string, bytes: Uint8Array, from: Endpoint, now: number): void;
  /** Answers a request with an ERROR from the listening port, and tells of it. */
  refuse(from: Endpoint, request: Pick<TransferRequest, 'file'>, failure: SessionFailure): void;
  /** The client is over. */
  clientEnded(client: SessionClient): void;
}

/** What the server does with a session, whichever way the file goes. */
export interface Session {
  readonly name: string;
  readonly isOver: boolean;
  /** Somebody has answered it: it is no false request. */
  readonly isVerified: boolean;
  readonly deadline: number;
  /** The client has sent its request again. */
  repeated(client: SessionClient, now: number): void;
  /** The client does not go on with what it had begun. Its request once more is a new one: machines that start anew ask from the same port. */
  hasFallenSilent(client: SessionClient): boolean;
  /** The client has turned to something else. */
  abandoned(client: SessionClient, now: number): void;
  datagram(bytes: Uint8Array, from: Endpoint, now: number): void;
  portOpened(now: number): void;
  failed(failure: SessionFailure, now: number): void;
  timeout(now: number): void;
  /** What is shown of it; undefined while there is nothing to show. @param wallNow ms since 1970 */
  view(now: number, wallNow: number): DeviceSessionView | undefined;
}
