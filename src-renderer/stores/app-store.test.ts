import { expect, it } from 'vitest';
import { diff } from '../../src-shared/ipc/snapshot-change';
import type { TeacherSnapshot } from '../../src-shared/ipc/snapshots';
import { type AppState, initialState, reduce } from './app-store';

const snapshot: TeacherSnapshot = {
  room: null,
  students: [{ id: 'a', name: 'Ana', ip: '10.0.0.2', connected: true }],
  strangers: [],
  groups: [{ name: 'Band', students: ['a'] }],
  doctor: null,
  transfers: [],
  channels: { found: [], published: [], subscribed: [] },
  devices: { state: 'off', folder: null, address: null, port: null, sessions: [] },
};

function change(state: AppState, after: TeacherSnapshot): AppState {
  const patch = diff(state.teacher, after);
  return patch === undefined ? state : reduce(state, { name: 'change', value: { role: 'teacher', patch } });
}

it('changes the picture it has, and keeps what the change does not touch', () => {
  const first = reduce(initialState, { name: 'teacher', value: snapshot });
  const second = change(first, structuredClone({ ...snapshot, students: [] }));
  expect(second.teacher).toEqual({ ...snapshot, students: [] });
  expect(second.teacher?.groups).toBe(snapshot.groups);
});

it('waits for a whole picture before it changes one', () => {
  expect(reduce(initialState, { name: 'change', value: { role: 'teacher', patch: { set: { room: null } } } })).toBe(
    initialState,
  );
});

it('forgets the pictures of an engine that is replaced', () => {
  const running = reduce(initialState, { name: 'teacher', value: snapshot });
  expect(reduce(running, { name: 'engine', value: { state: 'starting' } }).teacher).toBeNull();
  expect(reduce(running, { name: 'engine', value: { state: 'running' } }).teacher).toBe(running.teacher);
});

it('shows the last problem, and what the tray shows', () => {
  expect(reduce(initialState, { name: 'problem', value: 'The disk is full.' }).problem).toBe('The disk is full.');
  const tray = { state: 'idle', progress: 0, tooltip: 'Tutti' } as const;
  expect(reduce(initialState, { name: 'tray', value: tray }).tray).toEqual(tray);
});
