import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainText } from './plain-text';

describe('plainText', () => {
  it.each([
    ['Anna', 'Anna'],
    ['  Anna \n\t Bell ', 'Anna Bell'],
    ['\x1b[2J\x1b]0;owned\x07', '[2J ]0;owned'],
    ['\u202egnp.exe', 'gnp.exe'],
    ['A\u200bB\ufeffC', 'ABC'],
    ['\u200b\u2066', '(no name)'],
    ['', '(no name)'],
    ['Zoë 陳 🎻', 'Zoë 陳 🎻'],
    ['a\ud800b', 'a b'],
    [`e${'\u0301'.repeat(50)}`, 'e\u0301\u0301\u0301'],
  ])('%j is %j', (text, expected) => {
    expect(plainText(text, 40)).toBe(expected);
  });

  it('is one bounded line without controls or invisible characters, whatever came in', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), fc.integer({ min: 2, max: 60 }), (text, max) => {
        const plain = plainText(text, max);
        if (plain !== '(no name)') expect([...plain].length).toBeLessThanOrEqual(max);
        expect(plain).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
        expect(plain).not.toBe('');
      }),
    );
  });
});
