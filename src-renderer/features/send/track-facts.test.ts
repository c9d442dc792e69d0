import { expect, it } from 'vitest';
import { sampleRateInWords } from './track-facts';

it('shows sample rates in kilohertz', () => {
  expect(sampleRateInWords(44_100, 'en')).toBe('44.1 kHz');
  expect(sampleRateInWords(44_100, 'de')).toBe('44,1 kHz');
  expect(sampleRateInWords(96_000, 'en')).toBe('96 kHz');
});
