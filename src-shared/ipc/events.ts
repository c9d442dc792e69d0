import type { Range } from '../ranges/range-set';

/**
 * What the engines tell the world: one JSON object a line on the command line (`--json`), and the desktop's raw material.
 * Other programs parse these; names and shapes are a contract (docs/cli.md). Ranges are bytes of the transfer space.
 */

/** How a transmission travels. `coded` is announced by senders that repair with parity. */
export type TransmissionMode = 'plain' | 'coded' | 'tcp';

/** Where one student of the permanent transmission group stands. */
export type MemberState =
  /** Enrolled, no transmission for it is under way. */
  | 'waiting'
  /** On the data channel of the first transmission. */
  | 'receiving'
  /** In a retransmission round. */
  | 'repairing'
  /** Being served over the control connection. */
  | 'filling'
  /** Has every byte, is moving files to their place. */
  | 'storing'
  | 'complete'
  /** Its control connection is gone; it may come back. */
  | 'away'
  | 'failed';

export interface StudentIdentity {
  /** SHA-256 fingerprint of its certificate, 64 hex digits. */
  readonly id: string;
  readonly name: string;
  readonly ip: string;
}

export interface ScorecardEntry {
  readonly id: string;
  readonly state: MemberState;
  readonly missingBytes: number;
  /** Why it is served or placed as it is, in words; absent when there is nothing to say. */
  readonly why?: string;
}

interface FailedStudent {
  readonly id: string;
  readonly reason: string;
}

export interface StudentProgress {
  readonly id: string;
  /** 0…1 of the transfer. */
  readonly progress: number;
  /** Bytes per second. */
  readonly rate: number;
  /** 0…1 of the running transmission's datagrams that it has lost so far. */
  readonly loss: number;
}

/** What carries a transfer's datagrams: node:dgram everywhere, the accelerator where it was built (docs/cli.md). */
export type DataPath = 'dgram' | 'accelerated';

type DataChannelEvent = { event: 'dataChannel'; transmission: number; state: 'open' | 'closed' };

/** Events of `tutti send`. */
export type TeacherEvent =
  | {
      event: 'room';
      address: string;
      port: number;
      fingerprint: string;
      group: string;
      groupPort: number;
      dataPath: DataPath;
      /** Eight digits that new students type; null where nobody needs one, or nobody new is let in. */
      code: string | null;
    }
  /** Another code is valid from now on; null: nobody new is let in. */
  | { event: 'code'; code: string | null }
  /** A student has typed the code: its certificate is pinned. */
  | { event: 'paired'; student: StudentIdentity }
  /** Somebody who is not paired wanted in, and was sent away. */
  | { event: 'stranger'; stranger: StudentIdentity }
  | { event: 'enrolled'; student: StudentIdentity }
  | { event: 'left'; student: string; reason: string }
  | {
      event: 'announced';
      transfer: string;
      transmission: number;
      mode: TransmissionMode;
      ranges: readonly Range[];
      bytes: number;
      students: readonly string[];
      /** The planner's reason for the mode, in words. */
      why: string;
    }
  | { event: 'elected'; student: string; transmission: number; join: boolean; why: string }
  | {
      event: 'report';
      student: string;
      ip: string;
      transmission: number;
      missing: readonly Range[];
      missingBytes: number;
    }
  | {
      event: 'scorecard';
      transfer: string;
      transmission: number;
      permanent: readonly ScorecardEntry[];
      current: readonly string[];
    }
  | {
      event: 'transmitted';
      transmission: number;
      datagrams: number;
      payloadBytes: number;
      /** Of these, parity that the first pass had besides the content. */
      proactiveBytes: number;
      firstSequence: number;
      lastSequence: number;
      durationMs: number;
    }
  /** How far the running transmission is, a few times a second: for displays, nothing depends on it. */
  | {
      event: 'progress';
      transfer: string;
      transmission: number;
      sentBytes: number;
      rate: number;
      students: readonly StudentProgress[];
    }
  | DataChannelEvent
  /** Something does not work that a person should know of; what is sent does not suffer. */
  | { event: 'problem'; reason: string }
  | { event: 'unrecoverable'; student: string; ranges: readonly Range[]; reason: string }
  | {
      event: 'finished';
      transfer: string;
      ok: boolean;
      complete: readonly string[];
      failed: readonly FailedStudent[];
      bytes: number;
      resentBytes: number;
      filledBytes: number;
      transmissions: number;
      durationMs: number;
    };

export interface ReceivedFile {
  /** Path below the destination folder, with `/` between names. */
  readonly path: string;
  readonly size: number;
}

/** Events of `tutti receive`. */
export type StudentEvent =
  /** The teacher has proved that it knows the code: its certificate is pinned. */
  | { event: 'paired'; room: string; fingerprint: string }
  | { event: 'enrolled'; room: string; fingerprint: string; address: string; port: number }
  | { event: 'left'; reason: string }
  | {
      event: 'announced';
      transfer: string;
      transmission: number;
      mode: TransmissionMode;
      ranges: readonly Range[];
      bytes: number;
    }
  | { event: 'elected'; transmission: number; join: boolean; why: string }
  | DataChannelEvent
  | { event: 'report'; transmission: number; missing: readonly Range[]; missingBytes: number }
  | { event: 'complete'; transfer: string; files: readonly ReceivedFile[] }
  /** The transfer is over for the whole class. */
  | { event: 'finished'; transfer: string }
  /** `final`: trying again changes nothing, such as a teacher who is not the trusted one. */
  | { event: 'failed'; transfer?: string; reason: string; final?: boolean };

/** An event as printed: with the time, in ms since 1970. */
export type Stamped<E> = E & { at: number };
