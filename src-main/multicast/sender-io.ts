import type { TeacherEvent } from '../../src-shared/ipc/events';
import type { RangeSet } from '../../src-shared/ranges/range-set';
import type { DataHeader } from '../../src-shared/wire/data-datagram';
import type { Offer, TeacherMessage } from '../../src-shared/wire/messages';
import type { RepairPolicy, Way } from './retransmission-planner';

/** What the sender asks its driver to do, in order. */
export type SenderOutput =
  | { kind: 'message'; to: string; message: TeacherMessage; attachment?: Uint8Array }
  /** Open the data channel, then call `dataOpened`; where it cannot be opened, `abort`. */
  | { kind: 'openData'; transmission: number }
  /** Close it once its queue is empty. */
  | { kind: 'closeData' }
  /** Find the trailer's root, then call `rootKnown`. */
  | { kind: 'findRoot' }
  /** Units wait for this student: pull them with `nextFill` while its connection takes them. */
  | { kind: 'fill'; to: string }
  /** The transfer's state changed in a way that a restart must remember. */
  | { kind: 'save' }
  | { kind: 'event'; event: TeacherEvent }
  | { kind: 'done' };

/** What the sender is doing (PROTOCOL.md section 4.2). */
export type SenderPhase =
  /** The class enrolls; `start` has not been called. */
  | 'idle'
  /** Between transmissions; nobody can be served right now. */
  | 'waiting'
  /** The driver opens the data channel. */
  | 'opening'
  /** Announced; students elect and listen for probes. */
  | 'gathering'
  | 'transmitting'
  /** Everything is sent; the driver finds the root. */
  | 'sealing'
  | 'filling'
  | 'reporting'
  | 'finished';

/**
 * Datagrams that may leave now: of consecutive units, or parity units, of one chunk, of the trailer or of one chunk's parity.
 * The payload is a unit's ciphertext, or its parity; a probe, always alone, has none.
 */
export interface DueRun {
  /** Of the first datagram; from each to the next the sequence number goes up by 1, and the offset by `step`. */
  readonly header: DataHeader;
  readonly step: number;
  /** A unit or a parity unit; undefined for a probe. */
  readonly first: number | undefined;
  readonly count: number;
}

/** Units that may go to one student over its control connection now. */
export interface DueFill {
  readonly transmission: number;
  readonly first: number;
  readonly count: number;
}

/** What a transfer found of the network: the next one in the same room begins with it. */
export interface Found {
  /** Bytes per second at its end. */
  readonly rate: number;
  /** 0…1: which share of the datagrams a first pass has to reckon with as lost; 0 where losses came in bursts. */
  readonly loss: number;
}

export interface SenderOptions {
  readonly transfer: string;
  readonly offer: Offer;
  readonly group: string;
  readonly port: number;
  readonly repair: RepairPolicy;
  /** How it travels from the first transmission on; by multicast where nothing is said. */
  readonly by?: Way;
  readonly maxRounds: number;
  /** Bytes per second, or adaptive. */
  readonly rate: 'auto' | number;
  /** What an earlier transfer to this room found. */
  readonly found?: Found | undefined;
  /** How long the transfer waits for a student that was cut off, ms. */
  readonly rejoinGraceMs?: number;
  /** Where a transfer that was interrupted goes on. */
  readonly resumed?: ResumePoint;
}

interface ResumePoint {
  readonly transmission: number;
  readonly sequence: number;
  readonly resentBytes: number;
  readonly filledBytes: number;
  /** How many parity units of each chunk may have been sent. */
  readonly parityUsed?: Uint8Array;
}

/** What the journal keeps of a running transfer, besides its source. */
export interface SenderState extends ResumePoint {
  readonly members: readonly {
    readonly id: string;
    readonly name: string;
    readonly ip: string;
    readonly outcome: 'open' | 'complete' | 'failed';
    readonly missing: RangeSet;
  }[];
}
