import type { MemberState, ReceivedFile, TransmissionMode } from './events';

/** Immutable pictures of the engines' state, made at most ten times a second, for windows and terminals to draw. */

/** Number of cells in every loss map: the transfer space cut into equal parts. */
export const LOSS_MAP_CELLS = 512;

export interface TrackView {
  readonly title?: string;
  readonly artist?: string;
  readonly album?: string;
  /** Seconds. */
  readonly duration?: number;
  readonly sampleRate?: number;
  readonly format?: string;
  /** Index into the snapshot's covers. */
  readonly cover?: number;
}

export interface FileView {
  /** Path with `/` between names. */
  readonly path: string;
  readonly size: number;
  /** Where the file starts in the transfer space. */
  readonly start: number;
  readonly track?: TrackView;
}

export interface MemberView {
  readonly id: string;
  readonly name: string;
  readonly ip: string;
  readonly state: MemberState;
  readonly why?: string;
  readonly current: boolean;
  readonly missingBytes: number;
  /** 0…1 of the transfer, as far as is known: by report, else by position. */
  readonly progress: number;
  /** Bytes per second over the last second. */
  readonly rate: number;
  /** 0…1 of the running transmission's datagrams that it has lost so far. */
  readonly loss: number;
  /** LOSS_MAP_CELLS values 0…255: how much of each cell it is known to miss. */
  readonly lossMap: Uint8Array;
}

export interface RoundView {
  readonly transmission: number;
  readonly mode: TransmissionMode;
  readonly why: string;
  readonly bytes: number;
  /** Ids of the students it is for. */
  readonly students: readonly string[];
  readonly state: 'announced' | 'running' | 'reporting' | 'done';
  /** 0…1 of its bytes that have been sent. */
  readonly progress: number;
  readonly durationMs: number;
}

export type TransferPhase = 'queued' | 'announcing' | 'transmitting' | 'reporting' | 'waiting' | 'finished' | 'failed';

export interface TransferView {
  readonly id: string;
  readonly files: readonly FileView[];
  /** `data:` URLs of cover thumbnails. */
  readonly covers: readonly string[];
  /** Size of the transfer space, trailer included. */
  readonly totalBytes: number;
  readonly contentBytes: number;
  readonly phase: TransferPhase;
  readonly paused: boolean;
  /** Bytes per second at which the teacher is sending now. */
  readonly rate: number;
  readonly rounds: readonly RoundView[];
  readonly permanent: readonly MemberView[];
  /** LOSS_MAP_CELLS counts: how many students of the current group miss something in each cell. */
  readonly lossMap: Uint16Array;
  /** Transfer space position of the first transmission: what lies beyond has not been sent. */
  readonly sentBytes: number;
  readonly resentBytes: number;
  readonly filledBytes: number;
  readonly elapsedMs: number;
  /** Why the transfer as a whole stopped. */
  readonly failure?: string;
}

export interface RoomView {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly fingerprint: string;
  readonly group: string;
  readonly groupPort: number;
}

export interface TeacherSnapshot {
  readonly room: RoomView | null;
  /** Everybody with a control connection, in order of arrival. */
  readonly students: readonly { readonly id: string; readonly name: string; readonly ip: string }[];
  /** The running transfer first, then the queue, then what is over, newest first. */
  readonly transfers: readonly TransferView[];
}

export interface FoundRoom {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly fingerprint: string;
  readonly trusted: boolean;
}

export type IncomingState = 'receiving' | 'repairing' | 'storing' | 'complete' | 'failed' | 'interrupted';

export interface IncomingView {
  readonly id: string;
  readonly from: string;
  readonly files: readonly FileView[];
  readonly covers: readonly string[];
  readonly totalBytes: number;
  readonly missingBytes: number;
  readonly state: IncomingState;
  readonly transmission: number;
  readonly rate: number;
  /** LOSS_MAP_CELLS values 0…255: how much of each cell is still missing. */
  readonly lossMap: Uint8Array;
  /** Where the files are, once complete. */
  readonly received: readonly ReceivedFile[];
  readonly failure?: string;
}

export interface StudentSnapshot {
  readonly connection: 'searching' | 'connecting' | 'connected' | 'untrusted';
  readonly room: FoundRoom | null;
  readonly found: readonly FoundRoom[];
  readonly folder: string;
  /** Newest first. */
  readonly transfers: readonly IncomingView[];
}
