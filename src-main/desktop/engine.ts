import type { EngineStatus, Outcome } from '../../src-shared/ipc/contract';
import type { StudentSnapshot, TeacherSnapshot } from '../../src-shared/ipc/snapshots';
import type { StudentNode } from '../transport/student-node';
import type { TeacherRoom } from '../transport/teacher-room';

/** What an engine needs to start; it crosses a thread boundary, so it holds data only. */
export type EngineStart =
  | { readonly role: 'teacher'; readonly options: Omit<Parameters<typeof TeacherRoom.open>[0], 'onEvent'> }
  | { readonly role: 'student'; readonly options: Omit<Parameters<typeof StudentNode.open>[0], 'onEvent'> };

export type EngineCommand =
  | { readonly name: 'send'; readonly paths: readonly string[] }
  | { readonly name: 'pause' | 'resume' | 'cancel'; readonly transfer: string }
  | { readonly name: 'trust'; readonly fingerprint: string }
  | { readonly name: 'close' };

/** What an engine shows: always the whole present picture. */
export type EnginePicture =
  | { readonly role: 'teacher'; readonly snapshot: TeacherSnapshot }
  | { readonly role: 'student'; readonly snapshot: StudentSnapshot };

/** Main thread to worker. */
export interface EngineOrder {
  readonly id: number;
  readonly command: EngineCommand;
}

/** Worker to main thread. */
export type EngineReport =
  | { readonly kind: 'status'; readonly status: EngineStatus }
  | { readonly kind: 'picture'; readonly picture: EnginePicture }
  | { readonly kind: 'answer'; readonly id: number; readonly outcome: Outcome<string> };

export interface EngineListener {
  onStatus(status: EngineStatus): void;
  onPicture(picture: EnginePicture): void;
}

/** A teacher's room or a student's node, wherever it runs. */
export interface Engine {
  /**
   * Carries out a command; a sent transfer's id, otherwise an empty string.
   * @throws Error with one sentence for people.
   */
  command(command: EngineCommand): Promise<string>;
  /** Says goodbye to the peers and ends; never rejects, and takes a bounded time. */
  close(): Promise<void>;
}
