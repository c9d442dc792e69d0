import { expect, it } from 'vitest';
import { hueOf, initialsOf } from './initials';

it.each([
  ['Ana Lima', 'AL'],
  ['Ana Maria de Lima', 'AL'],
  ['Ms Rivera, room 12', 'MR'],
  [', Lima', 'L'],
  ['bø', 'B'],
  ['“Ben” (lab 3)', 'B3'],
  ['李 明', '李明'],
  ['!!', '?'],
])('shortens %s to %s', (name, initials) => {
  expect(initialsOf(name)).toBe(initials);
});

it('gives an id one hue within the circle', () => {
  expect(hueOf('ab12')).toBe(hueOf('ab12'));
  expect(hueOf('ab12')).not.toBe(hueOf('ab13'));
  expect(hueOf('f'.repeat(64))).toBeLessThan(360);
});
