import type { DeviceClientState, DeviceRole } from './device-views';

/** Events of `tutti tftp serve --json` and `tutti tftp get --json`: one JSON object a line (docs/tftp.md). */

export type DeviceServerEvent =
  | { event: 'listening'; address: string; port: number; root: string }
  | {
      event: 'session';
      session: string;
      file: string;
      bytes: number;
      /** `address:port`, or null for a session of one device. */
      group: string | null;
      blksize: number;
      /** Seconds. */
      timeout: number;
      windowsize: number;
      /** Why these, in words. */
      why: string;
    }
  | {
      event: 'client';
      session: string;
      address: string;
      role: DeviceRole;
      state: DeviceClientState;
      why?: string;
    }
  /** The most blocks a second that the session sends from now on; null: as many as are acknowledged. */
  | { event: 'rate'; session: string; blocksPerSecond: number | null; why: string }
  | { event: 'resent'; session: string; block: number; why: 'timeout' | 'unexpected' | 'gap' }
  | {
      event: 'done';
      session: string;
      ok: boolean;
      sentBlocks: number;
      /** Those of them that had been sent before. */
      resentBlocks: number;
      clients: number;
      complete: number;
      durationMs: number;
      why?: string;
    }
  /** A request that was answered with an ERROR: who, for what, why. */
  | { event: 'refused'; address: string; file: string; code: number; why: string };

export type DeviceClientEvent =
  | {
      event: 'session';
      file: string;
      bytes: number | null;
      group: string | null;
      blksize: number;
      timeout: number;
      windowsize: number;
    }
  | { event: 'role'; role: DeviceRole }
  | { event: 'progress'; bytes: number }
  | { event: 'done'; path: string; bytes: number; sha256: string; durationMs: number }
  | { event: 'failed'; reason: string };
