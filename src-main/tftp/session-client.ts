import type { DeviceClientState, DeviceRole } from '../../src-shared/ipc/device-views';
import { type Endpoint, nameOf } from './endpoint';
import type { RequestedOptions } from './options';
import type { Mode } from './packets';
import { UNVERIFIED_GROUP_PACKETS, UNVERIFIED_PACKETS } from './params';

/** What a client has asked for. */
export interface TransferRequest {
  readonly file: string;
  readonly mode: Mode;
  readonly asked: RequestedOptions;
}

/** Whether one request is the other once more. */
export function isSameRequest(a: TransferRequest, b: TransferRequest): boolean {
  return JSON.stringify([a.file, a.mode, a.asked]) === JSON.stringify([b.file, b.mode, b.asked]);
}

/** One client of a session, as the server knows it. */
export class SessionClient {
  readonly name: string;
  state: DeviceClientState = 'waiting';
  role: DeviceRole = 'unicast';
  why: string | undefined;
  /** It has answered: its address is no false one. */
  isVerified = false;
  /** Blocks that may be on their way to it. */
  windowBlocks = 1;
  /** The highest block that had been sent when it came: what it misses after that was lost. */
  joinedAfter = 0;
  /** Blocks that it has, as its latest ACK says. */
  acknowledged = 0;
  /** Turns as master that ended in silence. */
  silentTurns = 0;
  /** When it was last told that it is not the master, ms. */
  hushedAt = Number.NEGATIVE_INFINITY;
  private unverifiedPackets = 0;

  constructor(
    readonly endpoint: Endpoint,
    readonly request: TransferRequest,
  ) {
    this.name = nameOf(endpoint);
  }

  get isActive(): boolean {
    return this.state === 'waiting' || this.state === 'receiving';
  }

  /** Counts a packet to it. @returns false where it must not be sent: too many have had no answer. */
  mayAnswer(): boolean {
    if (this.isVerified) return true;
    this.unverifiedPackets++;
    return this.unverifiedPackets <= (this.role === 'unicast' ? UNVERIFIED_PACKETS : UNVERIFIED_GROUP_PACKETS);
  }
}
