import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  capitalized,
  countOf,
  formatBytes,
  formatDuration,
  formatPercent,
  formatRate,
  groupedCode,
  shortFingerprint,
} from './format';
import { createTranslator } from './i18n';

describe('formatBytes', () => {
  it.each([
    [0, '0 bytes'],
    [1, '1 byte'],
    [999, '999 bytes'],
    [1000, '1.0 kB'],
    [3_140_000, '3.1 MB'],
    [99_940_000, '99.9 MB'],
    [99_960_000, '100 MB'],
    [999_400_000, '999 MB'],
    [999_600_000, '1.0 GB'],
    [4_400_000_000_000, '4.4 TB'],
    [17e15, '17000 TB'],
  ])('%d is %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });
});

it('formats rates', () => {
  expect(formatRate(0)).toBe('0 B/s');
  expect(formatRate(11_200_000)).toBe('11.2 MB/s');
});

describe('formatDuration', () => {
  it.each([
    [-5, '0.0 s'],
    [4123, '4.1 s'],
    [9949, '9.9 s'],
    [9951, '10 s'],
    [59_600, '1 min 0 s'],
    [125_000, '2 min 5 s'],
    [3_780_000, '1 h 3 min'],
  ])('%d ms is %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});

describe('formatPercent', () => {
  it.each([
    [0, '0 %'],
    [0.0001, '< 0.1 %'],
    [0.093, '9.3 %'],
    [0.4321, '43 %'],
    [0.9999, '99.9 %'],
    [1, '100 %'],
  ])('%d is %s', (share, text) => {
    expect(formatPercent(share)).toBe(text);
  });

  it('says "0 %" of nothing only and "100 %" of everything only', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (share) => {
        expect(formatPercent(share) === '0 %').toBe(share === 0);
        expect(formatPercent(share) === '100 %').toBe(share === 1);
      }),
    );
  });
});

it('counts in singular and plural', () => {
  expect(countOf(1, 'file')).toBe('1 file');
  expect(countOf(0, 'file')).toBe('0 files');
});

it('shortens fingerprints to four groups', () => {
  expect(shortFingerprint('3f2a91bc77de0a1c'.repeat(4))).toBe('3f2a 91bc 77de 0a1c');
});

it('writes decimals as the language does', () => {
  const german = createTranslator('de');
  expect(formatBytes(1_500_000, german)).toBe('1,5 MB');
  expect(formatRate(11_200_000, german)).toBe('11,2 MB/s');
  expect(formatPercent(0.093, german)).toBe('9,3 %');
  expect(formatDuration(4123, german)).toBe('4,1 s');
});

it('groups a code as people read it out', () => {
  expect(groupedCode('48213907')).toBe('4821 3907');
});

it('begins a sentence with a capital, whatever it begins with', () => {
  expect(capitalized('ärgerlich')).toBe('Ärgerlich');
  expect(capitalized('')).toBe('');
});
