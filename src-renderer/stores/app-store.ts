import { create } from 'zustand';
import type { EngineStatus, EventMessage, SettingsView, TrayView } from '../../src-shared/ipc/contract';
import { apply, type SnapshotChange } from '../../src-shared/ipc/snapshot-change';
import type { StudentSnapshot, TeacherSnapshot } from '../../src-shared/ipc/snapshots';
import { listen, RequestError, request } from '../ipc-client';

/** What the main process has told, and the last thing that went wrong. */
export interface AppState {
  readonly settings: SettingsView | null;
  readonly engine: EngineStatus;
  readonly teacher: TeacherSnapshot | null;
  readonly student: StudentSnapshot | null;
  readonly tray: TrayView | null;
  /** One sentence, until the person closes it. */
  readonly problem: string | null;
}

export const initialState: AppState = {
  settings: null,
  engine: { state: 'stopped' },
  teacher: null,
  student: null,
  tray: null,
  problem: null,
};

export const useApp = create<AppState>(() => initialState);

/** The state after one event; parts that did not change keep their identity. */
export function reduce(state: AppState, message: EventMessage): AppState {
  switch (message.name) {
    case 'settings':
      return { ...state, settings: message.value };
    case 'engine':
      // An engine that starts anew has nothing to do with the pictures of the one before.
      return message.value.state === 'starting'
        ? { ...state, engine: message.value, teacher: null, student: null }
        : { ...state, engine: message.value };
    case 'teacher':
      return { ...state, teacher: message.value };
    case 'student':
      return { ...state, student: message.value };
    case 'change':
      return changed(state, message.value);
    case 'tray':
      return { ...state, tray: message.value };
    case 'menu':
      return state;
    case 'problem':
      return { ...state, problem: message.value };
  }
}

/** A change without the picture that it changes says nothing: a whole one is on its way then. */
function changed(state: AppState, { role, patch }: SnapshotChange): AppState {
  if (role === 'teacher') return state.teacher === null ? state : { ...state, teacher: apply(state.teacher, patch) };
  return state.student === null ? state : { ...state, student: apply(state.student, patch) };
}

/** Follows the main process from now on. */
export function follow(): void {
  listen((message) => useApp.setState((state) => reduce(state, message)));
  attempt(request('attach'));
}

/** Lets a request run; its failure is shown to the person. */
export function attempt(asked: Promise<unknown>): void {
  asked.catch((error: unknown) => {
    if (!(error instanceof RequestError)) throw error;
    useApp.setState({ problem: error.message });
  });
}

export function dismissProblem(): void {
  useApp.setState({ problem: null });
}
