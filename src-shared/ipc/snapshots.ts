import type { ChannelsView } from './channel-views';
import type { DevicesView } from './device-views';
import type { DataPath, MemberState, ReceivedFile, TransmissionMode } from './events';

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
  /** For a failed student: the one thing to do about it that helps most. */
  readonly help?: Help;
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

/** What helps after a failure: send again, send over TCP, show the teacher's own files. */
export type Help = 'retry' | 'tcp' | 'show';

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
  /** Bytes that its students missed between them when it was announced: what it takes without parity. */
  readonly unionBytes?: number;
  /** The sum of what each of them missed: what it would have taken to serve each one apart. */
  readonly apartBytes?: number;
}

/** To whom a transfer goes: everyone who is or comes in, a group, or these students by id. */
export type Audience = 'everyone' | { readonly group: string } | { readonly students: readonly string[] };

/** When a queued transfer starts: at once, with so many of its audience in the room, at a time (ms since 1970), or when the teacher says so. */
export type StartRule =
  | { readonly when: 'now' }
  | { readonly when: 'ready'; readonly students: number }
  | { readonly when: 'at'; readonly time: number }
  | { readonly when: 'asked' };

export type TransferPhase = 'queued' | 'announcing' | 'transmitting' | 'reporting' | 'waiting' | 'finished' | 'failed';

export interface TransferView {
  readonly id: string;
  /** When it was handed over, ms since 1970. */
  readonly createdAt: number;
  readonly audience: Audience;
  readonly start: StartRule;
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
  /** What helps against that. */
  readonly help?: Help;
}

export interface RoomView {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly fingerprint: string;
  readonly group: string;
  readonly groupPort: number;
  readonly dataPath: DataPath;
  /** Eight digits that new students type; null while nobody new is let in. */
  readonly code: string | null;
}

/** A student who is paired, or (in a room without pairing) connected. */
export interface StudentView {
  readonly id: string;
  /** What the teacher calls it, or else what it calls itself. */
  readonly name: string;
  /** null while it is not connected. */
  readonly ip: string | null;
  readonly connected: boolean;
  /** Free space where it stores music, as it said last. */
  readonly freeBytes?: number;
}

/** A device that wants in without being paired. */
export interface StrangerView {
  readonly id: string;
  readonly name: string;
  readonly ip: string;
  /** It carries the name of a paired student, yet is another device. */
  readonly sameName: boolean;
}

export interface GroupView {
  readonly name: string;
  /** Ids of paired students. */
  readonly students: readonly string[];
}

/** How one student hears the room's multicast group: what the network doctor found. */
export interface DiagnosisView {
  readonly student: string;
  /** Probes sent and how many of them it received. */
  readonly sent: number;
  readonly received: number;
  readonly verdict: 'good' | 'lossy' | 'none' | 'noAnswer';
  /** The likely cause, where something is wrong. */
  readonly cause?: 'wifi' | 'firewall' | 'isolation' | 'snooping' | 'wrongAdapter' | 'overload' | 'gone';
}

export interface DoctorView {
  readonly state: 'running' | 'done';
  /** ms since 1970. */
  readonly startedAt: number;
  readonly interface: string;
  readonly students: readonly DiagnosisView[];
}

/** A teacher's room, wherever it runs. */
export interface RoomSnapshot {
  readonly room: RoomView | null;
  /** Those who are connected in order of arrival, then those who are not, by name. */
  readonly students: readonly StudentView[];
  readonly strangers: readonly StrangerView[];
  readonly groups: readonly GroupView[];
  /** The last examination of the network. */
  readonly doctor: DoctorView | null;
  /** The running transfer first, then the queue, then what is over, newest first. */
  readonly transfers: readonly TransferView[];
}

/** Everything that the teacher's window shows: the room, and what else its program serves. */
export interface TeacherSnapshot extends RoomSnapshot {
  readonly channels: ChannelsView;
  readonly devices: DevicesView;
}

export interface FoundRoom {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly fingerprint: string;
  readonly paired: boolean;
  /** It carries the name of a room that this student knows, yet its certificate is another one. */
  readonly stranger: boolean;
}

/** A room that this student is paired with. */
export interface KnownRoom {
  readonly name: string;
  readonly fingerprint: string;
}

export type IncomingState = 'receiving' | 'repairing' | 'storing' | 'complete' | 'failed' | 'interrupted';

export interface IncomingView {
  readonly id: string;
  readonly from: string;
  /** When it was announced, ms since 1970. */
  readonly at: number;
  readonly files: readonly FileView[];
  readonly covers: readonly string[];
  readonly totalBytes: number;
  readonly missingBytes: number;
  readonly state: IncomingState;
  readonly transmission: number;
  readonly rate: number;
  /** LOSS_MAP_CELLS values 0…255: how much of each cell is still missing. */
  readonly lossMap: Uint8Array;
  /** Where the files are, once complete, in the teacher's order: one for each of `files`. */
  readonly received: readonly ReceivedFile[];
  readonly failure?: string;
}

/** A student's node, wherever it runs. */
export interface NodeSnapshot {
  /** `unpaired`: a room is there that wants its code. `paused`: receiving is switched off. */
  readonly connection: 'searching' | 'connecting' | 'connected' | 'unpaired' | 'paused';
  readonly room: FoundRoom | null;
  readonly found: readonly FoundRoom[];
  readonly known: readonly KnownRoom[];
  readonly folder: string;
  /** Newest first. */
  readonly transfers: readonly IncomingView[];
}

/** Everything that the student's window shows: what the room sends, and the channels that are followed. */
export interface StudentSnapshot extends NodeSnapshot {
  readonly channels: ChannelsView;
}

/** One student's part in a transfer that is over. */
export interface HistoryMember {
  readonly id: string;
  readonly name: string;
  readonly ip: string;
  readonly state: MemberState;
  readonly missingBytes: number;
  readonly why?: string;
}

/** A transfer that is over, as kept on disk. */
export interface HistoryEntry {
  readonly id: string;
  /** ms since 1970. */
  readonly createdAt: number;
  readonly elapsedMs: number;
  readonly files: readonly { readonly path: string; readonly size: number; readonly title?: string }[];
  readonly contentBytes: number;
  readonly totalBytes: number;
  readonly resentBytes: number;
  readonly filledBytes: number;
  readonly members: readonly HistoryMember[];
  readonly rounds: readonly Omit<RoundView, 'state' | 'progress'>[];
  readonly failure?: string;
}
