import { expect, it } from 'vitest';
import { clockTime, sampleRateInWords } from './track-facts';

it.each([
  [0, '0:00'],
  [59.6, '1:00'],
  [187, '3:07'],
  [3729, '1:02:09'],
])('shows %d seconds as %s', (seconds, shown) => {
  expect(clockTime(seconds)).toBe(shown);
});

it('shows sample rates in kilohertz', () => {
  expect(sampleRateInWords(44_100)).toBe('44.1 kHz');
  expect(sampleRateInWords(96_000)).toBe('96 kHz');
});
