import { expect, it } from 'vitest';
import { clockTime } from './clock-time';

it.each([
  [0, '0:00'],
  [-3, '0:00'],
  [59.99, '0:59'],
  [238, '3:58'],
  [3729, '1:02:09'],
])('%d seconds are %s', (seconds, text) => {
  expect(clockTime(seconds)).toBe(text);
});
