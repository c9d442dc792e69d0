import { expect, it } from 'vitest';
import type { StudentView } from '../../../src-shared/ipc/snapshots';
import { countGroup, findStudents, groupsByStudent } from './student-selectors';

const student = (id: string, name: string, connected = true): StudentView => ({ id, name, ip: null, connected });
const students = [
  student('a', 'Ana Lima'),
  student('z', 'Zoé Lambert', false),
  student('m', '李 明'),
  student('e', 'Elif Yılmaz'),
];

it('finds students by any part of their name, without case and accents', () => {
  const found = (typed: string) => findStudents(students, typed).map(({ id }) => id);
  expect(found('ZOE')).toEqual(['z']);
  expect(found('la')).toEqual(['z']);
  expect(found('明')).toEqual(['m']);
  expect(found('yilmaz')).toEqual(['e']);
  expect(found('nobody')).toEqual([]);
});

it('shows everybody, unchanged, while nothing is typed', () => {
  expect(findStudents(students, '  ')).toBe(students);
});

it('knows the groups of each student', () => {
  const names = groupsByStudent([
    { name: 'Violins', students: ['a', 'z'] },
    { name: 'Choir', students: ['a'] },
  ]);
  expect(names.get('a')).toEqual(['Violins', 'Choir']);
  expect(names.get('m')).toBeUndefined();
});

it('counts those of a group who are still paired, and who are here', () => {
  expect(countGroup({ name: 'Violins', students: ['a', 'z', 'gone'] }, students)).toEqual({ all: 2, here: 1 });
});
