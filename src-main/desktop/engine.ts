import type { EngineStatus, Outcome, ParsedArgument, RequestAnswer, RequestName } from '../../src-shared/ipc/contract';
import type { SnapshotChange } from '../../src-shared/ipc/snapshot-change';
import type { StudentSnapshot, TeacherSnapshot } from '../../src-shared/ipc/snapshots';
import type { StudentNode } from '../transport/student-node';
import type { TeacherRoom } from '../transport/teacher-room';
import type { ChannelPlace, ChannelsWanted } from './channel-sharing';
import type { DevicesWanted } from './device-sharing';

interface ChannelsStart {
  readonly place: Omit<ChannelPlace, 'classList' | 'pins' | 'onArrival' | 'onEvent' | 'onProblem'>;
  readonly wanted: ChannelsWanted;
}

/** What an engine needs to start; it crosses a thread boundary, so it holds data only. */
export type EngineStart =
  | {
      readonly role: 'teacher';
      readonly options: Omit<Parameters<typeof TeacherRoom.open>[0], 'onEvent'>;
      readonly channels: ChannelsStart;
      readonly devices: DevicesWanted;
    }
  | {
      readonly role: 'student';
      readonly options: Omit<Parameters<typeof StudentNode.open>[0], 'onEvent'>;
      readonly channels: ChannelsStart;
    };

/** The window's requests that the engine carries out, each with the request's own argument and answer. */
export type TeacherCommand =
  | 'send'
  | 'startNow'
  | 'pause'
  | 'resume'
  | 'cancel'
  | 'retry'
  | 'letIn'
  | 'newCode'
  | 'renameStudent'
  | 'unpair'
  | 'setGroup'
  | 'renameGroup'
  | 'removeGroup'
  | 'examine'
  | 'history'
  | 'clearHistory';
export type StudentCommand = 'pair' | 'forget' | 'receive';

/** What the main process asks for itself. */
interface OwnCommands {
  /** Where one of the teacher's own files of a transfer is; undefined where that is not known any more. */
  sourceOf: { readonly argument: { readonly transfer: string }; readonly answer: string | undefined };
  /** Publishes and follows what the settings say now; what fails is in the picture. */
  serveChannels: { readonly argument: ChannelsWanted; readonly answer: undefined };
  /** Devices may fetch files as the settings say now; what fails is in the picture. */
  serveDevices: { readonly argument: DevicesWanted; readonly answer: undefined };
  /** Where a received file is; undefined where there is none of that place in the transfer. */
  fileOf: {
    readonly argument: { readonly transfer: string; readonly file: number };
    readonly answer: string | undefined;
  };
  /** The computer slept, or was locked: connections that look alive may be dead. */
  wake: { readonly argument: undefined; readonly answer: undefined };
}
export type OwnTeacherCommand = 'sourceOf' | 'serveChannels' | 'serveDevices';
export type OwnStudentCommand = 'fileOf' | 'serveChannels' | 'wake';

export type EngineCommand = TeacherCommand | StudentCommand | keyof OwnCommands;
export type CommandArgument<N extends EngineCommand> = N extends keyof OwnCommands
  ? OwnCommands[N]['argument']
  : N extends RequestName
    ? ParsedArgument<N>
    : never;
export type CommandAnswer<N extends EngineCommand> = N extends keyof OwnCommands
  ? OwnCommands[N]['answer']
  : N extends RequestName
    ? RequestAnswer<N>
    : never;

/** What an engine shows: always the whole present picture. */
export type EnginePicture =
  | { readonly role: 'teacher'; readonly snapshot: TeacherSnapshot }
  | { readonly role: 'student'; readonly snapshot: StudentSnapshot };

/** Main thread to worker. */
export interface EngineOrder {
  readonly id: number;
  readonly name: EngineCommand | 'close';
  readonly argument: unknown;
}

/** The first picture is whole, each later one is what changed since. */
export type PictureReport =
  | { readonly kind: 'picture'; readonly picture: EnginePicture }
  | { readonly kind: 'change'; readonly change: SnapshotChange };

/** Worker to main thread. */
export type EngineReport =
  | PictureReport
  | { readonly kind: 'status'; readonly status: EngineStatus }
  | { readonly kind: 'problem'; readonly sentence: string }
  | { readonly kind: 'answer'; readonly id: number; readonly outcome: Outcome<unknown> };

export interface EngineListener {
  onStatus(status: EngineStatus): void;
  onPicture(report: PictureReport): void;
  /** Something failed that no command asked for: one sentence for people. */
  onProblem(sentence: string): void;
}

/** A teacher's room or a student's node, wherever it runs. */
export interface Engine {
  /** Carries out a command. @throws Error with one sentence for people. */
  command<N extends EngineCommand>(name: N, argument: CommandArgument<N>): Promise<CommandAnswer<N>>;
  /** Says goodbye to the peers and ends; never rejects, and takes a bounded time. */
  close(): Promise<void>;
}
