import { create } from 'zustand';
import type { EngineStatus, EventMessage, SettingsView } from '../../src-shared/ipc/contract';
import type { StudentSnapshot, TeacherSnapshot } from '../../src-shared/ipc/snapshots';
import { listen, RequestError, request } from '../ipc-client';
import { share } from './share';

/** What the main process has told, and the last thing that went wrong. */
export interface AppState {
  readonly settings: SettingsView | null;
  readonly engine: EngineStatus;
  readonly teacher: TeacherSnapshot | null;
  readonly student: StudentSnapshot | null;
  /** One sentence, until the person closes it. */
  readonly problem: string | null;
}

export const initialState: AppState = {
  settings: null,
  engine: { state: 'stopped' },
  teacher: null,
  student: null,
  problem: null,
};

export const useApp = create<AppState>(() => initialState);

/** The state after one event; parts that did not change keep their identity. */
export function reduce(state: AppState, message: EventMessage): AppState {
  switch (message.name) {
    case 'settings':
      return { ...state, settings: share(state.settings, message.value) };
    case 'engine':
      // An engine that starts anew has nothing to do with the pictures of the one before.
      return message.value.state === 'starting'
        ? { ...state, engine: message.value, teacher: null, student: null }
        : { ...state, engine: message.value };
    case 'teacher':
      return { ...state, teacher: share(state.teacher, message.value) };
    case 'student':
      return { ...state, student: share(state.student, message.value) };
    case 'problem':
      return { ...state, problem: message.value };
  }
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
