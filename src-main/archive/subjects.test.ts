import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasWildcard, matches, patternFault, subjectFault } from './subjects';

describe('a subject', () => {
  it.each(['takes', 'studio-a.takes', 'a.b.c', 'Übungsraum_2.Aufnahmen', '録音.1', 'x'.repeat(200)])(
    'can be %s',
    (subject) => {
      expect(subjectFault(subject)).toBeUndefined();
      expect(patternFault(subject)).toBeUndefined();
      expect(hasWildcard(subject)).toBe(false);
      expect(matches(subject, subject)).toBe(true);
    },
  );

  it.each([
    '',
    '.',
    'a.',
    '.a',
    'a..b',
    'a b',
    'a.*',
    '>',
    '-a',
    '../a',
    'a/b',
    'a\u0000',
    'a\u202eb',
    'u\u0308ber',
    'x'.repeat(201),
    `${'a.'.repeat(16)}a`,
    '$JS.API',
  ])('cannot be %j', (subject) => {
    expect(subjectFault(subject)).toMatch(/^A subject .*\.$/);
  });
});

describe('a pattern', () => {
  it.each([
    ['studio-a.takes', 'studio-a.takes', true],
    ['studio-a.takes', 'studio-a', false],
    ['studio-a', 'studio-a.takes', false],
    ['*.takes', 'studio-a.takes', true],
    ['*.takes', 'takes', false],
    ['*.takes', 'x.studio-a.takes', false],
    ['studio-a.*', 'studio-a.takes', true],
    ['studio-a.*', 'studio-a', false],
    ['studio-a.*', 'studio-a.takes.old', false],
    ['*.*', 'a.b', true],
    ['studio-a.>', 'studio-a.takes', true],
    ['studio-a.>', 'studio-a.takes.old', true],
    ['studio-a.>', 'studio-a', false],
    ['studio-a.>', 'studio-b.takes', false],
    ['*.>', 'a.b', true],
    ['*.>', 'a', false],
    ['>', 'a', true],
    ['>', 'a.b.c', true],
    ['Takes', 'takes', false],
  ])('%s and %s: %s', (pattern, subject, isMatch) => {
    expect(patternFault(pattern)).toBeUndefined();
    expect(matches(pattern, subject)).toBe(isMatch);
  });

  it.each(['', '>.a', 'a.>.b', 'a*', 'a.b>', '**', 'a..>', '*. '])('cannot be %j', (pattern) => {
    expect(patternFault(pattern)).toMatch(/\.$/);
  });

  it('says whether it names many', () => {
    expect(['*', '>', 'a.*', 'a.>'].map(hasWildcard)).toEqual([true, true, true, true]);
  });

  it('matches every subject that it was made of', () => {
    const word = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,5}$/);
    const words = fc.array(word, { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(words, fc.array(fc.boolean()), fc.nat(8), (subject, stars, cut) => {
        const starred = subject.map((one, i) => (stars[i] ? '*' : one));
        const pattern = cut > 0 && cut < subject.length ? [...starred.slice(0, cut), '>'] : starred;
        expect(subjectFault(subject.join('.'))).toBeUndefined();
        expect(patternFault(pattern.join('.'))).toBeUndefined();
        expect(matches(pattern.join('.'), subject.join('.'))).toBe(true);
      }),
    );
  });
});
