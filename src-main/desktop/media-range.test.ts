import { expect, it } from 'vitest';
import { rangeOf } from './media-range';

it.each([
  ['bytes=0-', { start: 0, end: 99 }],
  ['bytes=0-0', { start: 0, end: 0 }],
  ['bytes=10-19', { start: 10, end: 19 }],
  ['Bytes=10-19', { start: 10, end: 19 }],
  ['bytes=90-1000', { start: 90, end: 99 }],
  ['bytes=99-', { start: 99, end: 99 }],
  ['bytes=-1', { start: 99, end: 99 }],
  ['bytes=-1000', { start: 0, end: 99 }],
  ['bytes=100-', 'unsatisfiable'],
  ['bytes=100-200', 'unsatisfiable'],
  ['bytes=-0', 'unsatisfiable'],
  [null, 'whole'],
  ['', 'whole'],
  ['bytes=', 'whole'],
  ['bytes=-', 'whole'],
  ['bytes=20-10', 'whole'],
  ['bytes=0-1,5-6', 'whole'],
  ['bytes= 0-1', 'whole'],
  ['bytes=0x1-2', 'whole'],
  ['bytes=1e1-2', 'whole'],
  ['bytes=9999999999999999-', 'whole'],
  ['items=0-1', 'whole'],
] as const)('of 100 bytes, %j is %j', (header, range) => {
  expect(rangeOf(header, 100)).toEqual(range);
});

it('of nothing is nothing', () => {
  expect(rangeOf('bytes=0-', 0)).toBe('unsatisfiable');
  expect(rangeOf('bytes=-5', 0)).toBe('unsatisfiable');
  expect(rangeOf(null, 0)).toBe('whole');
});
