import type { StudentEvent } from '../../src-shared/ipc/events';
import type { Range, RangeSet } from '../../src-shared/ranges/range-set';
import type { HeaderFault } from '../../src-shared/wire/data-datagram';
import type { Announce, Offer, StudentMessage } from '../../src-shared/wire/messages';
import type { Progress } from '../../src-shared/wire/progress';

/** What the receiver asks its driver to do, in order. */
export type ReceiverOutput =
  | { kind: 'message'; message: StudentMessage; attachment?: Uint8Array }
  | { kind: 'progress'; progress: Progress }
  /** Check names and space, open the partial transfer, then call `prepared` or `storageFailed`. */
  | { kind: 'prepare'; transfer: string; offer: Offer }
  /** Join the group, then call `dataOpened` or `dataFailed`. */
  | { kind: 'openData'; announce: Announce }
  | { kind: 'closeData' }
  /** Units that came over the control connection: write them. */
  | { kind: 'store'; unit: number; payload: Uint8Array }
  /** A parity unit: keep it until its chunk is solved or its parity forgotten. */
  | { kind: 'parity'; chunk: number; index: number; payload: Uint8Array }
  /** Compute these units of a chunk from the parity units of these indices, and write them; its other units are there. */
  | { kind: 'solve'; chunk: number; units: readonly number[]; indices: readonly number[] }
  /** Parity that is of no use any more. */
  | { kind: 'forgetParity'; chunk: number }
  /** Compare every chunk with the trailer, then call `verified`. */
  | { kind: 'verify'; root: string }
  /** Everything is verified: place the files, then call `stored` or `storageFailed`. */
  | { kind: 'finalize' }
  /** The transfer was cancelled: remove what there is of it. */
  | { kind: 'discard' }
  | { kind: 'event'; event: StudentEvent }
  /** The transfer is over for this student. */
  | { kind: 'done'; complete: boolean };

/** What the receiver is doing (PROTOCOL.md section 4.2). */
export type ReceiverPhase =
  /** Between transmissions, or off the data channel by choice. */
  | 'idle'
  | 'preparing'
  | 'opening'
  /** On the data channel, nothing heard yet. */
  | 'listening'
  | 'receiving'
  /** `end` has come; the last datagrams may still be on their way. */
  | 'draining'
  | 'filling'
  | 'verifying'
  | 'storing';

/** Why a datagram was not taken. The counts go into the view; an attack shows there. */
export type DropReason =
  | HeaderFault
  | 'closed'
  | 'source'
  | 'transfer'
  | 'transmission'
  | 'sequence'
  | 'length'
  | 'duplicate';

/** What the partial transfer found when it compared its chunks with the digests. */
export interface Verification {
  /** Units that are missing again: of chunks whose digest was wrong. */
  readonly rejected: RangeSet;
  /** Chunks (and the trailer) that were wrong for the second time. */
  readonly forgedChunks: number;
}

/** What the receiver shows of itself. */
export interface ReceiverView {
  readonly transfer: string | undefined;
  readonly phase: ReceiverPhase;
  readonly transmission: number;
  readonly missing: readonly Range[];
  readonly missingBytes: number;
  readonly paused: boolean;
  readonly drops: Readonly<Record<DropReason, number>>;
}
