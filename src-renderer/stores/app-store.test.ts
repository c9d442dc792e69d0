import { expect, it } from 'vitest';
import type { TeacherSnapshot } from '../../src-shared/ipc/snapshots';
import { initialState, reduce } from './app-store';

const snapshot: TeacherSnapshot = {
  room: null,
  students: [{ id: 'a', name: 'Ana', ip: '10.0.0.2' }],
  transfers: [],
};

it('keeps an unchanged snapshot as it is', () => {
  const first = reduce(initialState, { name: 'teacher', value: snapshot });
  const second = reduce(first, { name: 'teacher', value: structuredClone(snapshot) });
  expect(second.teacher).toBe(first.teacher);
});

it('forgets the pictures of an engine that is replaced', () => {
  const running = reduce(initialState, { name: 'teacher', value: snapshot });
  expect(reduce(running, { name: 'engine', value: { state: 'starting' } }).teacher).toBeNull();
  expect(reduce(running, { name: 'engine', value: { state: 'running' } }).teacher).toBe(running.teacher);
});

it('shows the last problem', () => {
  expect(reduce(initialState, { name: 'problem', value: 'The disk is full.' }).problem).toBe('The disk is full.');
});
