/** Pictures of the TFTP server for devices, for windows; its events are in `device-events.ts` (docs/tftp.md). */

export type DeviceRole = 'master' | 'member' | 'unicast';

export type DeviceClientState = 'waiting' | 'receiving' | 'complete' | 'failed';

/** One device that fetches a file. */
export interface DeviceClientView {
  /** `address:port` of its request. */
  readonly address: string;
  readonly role: DeviceRole;
  readonly state: DeviceClientState;
  /** 0…1 as far as the server knows: a member that only listens is known when it becomes master or ends. */
  readonly progress: number;
  /** Why it failed, or waits. */
  readonly why?: string;
}

/** One of the flow control techniques, as a session uses it now. */
export interface FlowControlView {
  /** Why block size, timeout and window are what they are, in words. */
  readonly why: string;
  readonly blockBytes: number;
  readonly timeoutSeconds: number;
  readonly windowBlocks: number;
  /** Blocks a second that the session may send at most now; null while no rate holds it back. */
  readonly blocksPerSecond: number | null;
  /** Share of sent blocks that had to be sent again lately, 0…1. */
  readonly loss: number;
}

/** One file on its way to one device, or by multicast to several. */
export interface DeviceSessionView {
  readonly id: string;
  /** Path below the shared folder, with `/` between names. */
  readonly file: string;
  readonly bytes: number;
  /** `address:port` of the group; null for a session of one device. */
  readonly group: string | null;
  /** The device writes the file, which comes into the folder for that. */
  readonly isWrite?: boolean;
  /** `collecting`: waits for more devices before the first block (delayed start). */
  readonly state: 'collecting' | 'sending' | 'done' | 'failed';
  /** 0…1 of the file's blocks that have been sent at least once. */
  readonly progress: number;
  /** Bytes per second over the last second. */
  readonly rate: number;
  readonly sentBlocks: number;
  /** Those of them that had been sent before. */
  readonly resentBlocks: number;
  readonly flow: FlowControlView;
  readonly clients: readonly DeviceClientView[];
  /** ms since 1970. */
  readonly startedAt: number;
}

/** A request that was answered with an ERROR. */
export interface DeviceRefusalView {
  /** `address:port` of the device. */
  readonly address: string;
  /** What it asked for, as it wrote it. */
  readonly file: string;
  readonly why: string;
  /** ms since 1970. */
  readonly at: number;
}

export interface DevicesView {
  readonly state: 'off' | 'on' | 'failed';
  /** Why it failed: one sentence. */
  readonly failure?: string;
  /** The folder that devices may read. */
  readonly folder: string | null;
  /** Where devices ask; null while it is off. */
  readonly address: string | null;
  readonly port: number | null;
  /** Those that run first, then the latest that are over. */
  readonly sessions: readonly DeviceSessionView[];
  /** The latest, newest first: mostly a name that was mistyped on a device. */
  readonly refusals?: readonly DeviceRefusalView[];
}

/** A file that `tutti tftp get` fetches. */
export interface DeviceFetchView {
  readonly file: string;
  /** `address:port` of the server. */
  readonly server: string;
  readonly state: 'asking' | 'receiving' | 'complete' | 'failed';
  readonly role: DeviceRole;
  /** Null where the server does not say. */
  readonly bytes: number | null;
  readonly receivedBytes: number;
  /** `address:port` of the group; null while the file comes by unicast. */
  readonly group: string | null;
  /** Where it is, once it is complete. */
  readonly path: string | null;
  readonly elapsedMs: number;
  /** Why it failed: one sentence. */
  readonly failure?: string;
}
