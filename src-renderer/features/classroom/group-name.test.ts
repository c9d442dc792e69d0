import { expect, it } from 'vitest';
import { nameProblem } from './group-name';

const violins = { name: 'Violins', students: [] };

it('wants a name that no other group has', () => {
  expect(nameProblem('  ', null, [])).toBe('groupNameMissing');
  expect(nameProblem(' Violins ', null, [violins])).toBe('groupNameTaken');
  expect(nameProblem('Choir', null, [violins])).toBeUndefined();
});

it('lets a group keep its own name', () => {
  expect(nameProblem('Violins', violins, [violins])).toBeUndefined();
});
