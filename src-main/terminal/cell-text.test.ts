import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutTo, drawLine, fitTo, type Span, widthOf, wrapTo } from './cell-text';

const anyText = fc.string({ unit: 'grapheme', maxLength: 60 });

describe('cell text', () => {
  it.each([
    ['Anna', 4],
    ['Chloé', 5],
    ['Chloe\u0301', 5],
    ['陳', 2],
    ['🎻', 2],
    ['', 0],
  ])('%s takes %d cells', (text, width) => {
    expect(widthOf(text)).toBe(width);
  });

  it('fits any text to exactly the width', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 1, max: 40 }), (text, width) => {
        expect(widthOf(fitTo(text, width))).toBe(width);
        expect(widthOf(cutTo(text, width))).toBeLessThanOrEqual(width);
      }),
    );
    expect(fitTo('Anna', 6, 'right')).toBe('  Anna');
    expect(fitTo('Alexandra', 6)).toBe('Alexa…');
    expect(fitTo('陳陳陳', 4)).toBe('陳… ');
  });

  it('wraps without losing a character', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z陳]{1,30}$/), { minLength: 1 }), (words) => {
        const lines = wrapTo(words.join(' '), 12);
        for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(12);
        expect(lines.join('').replaceAll(' ', '')).toBe(words.join(''));
      }),
    );
  });
});

describe('drawLine', () => {
  const options = { columns: 20, colour: false, unicode: true };

  it('lets no control character through, and stays inside the columns', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' })), fc.boolean(), (texts, unicode) => {
        const spans = texts.map((text): Span => ({ text, style: 'bad' }));
        const line = drawLine(spans, { ...options, unicode });
        expect(line).not.toMatch(/[\p{Cc}\p{Cf}]/u);
        expect(widthOf(line)).toBeLessThanOrEqual(20);
        if (!unicode) expect(line).toMatch(/^[\x20-\x7e]*$/);
      }),
    );
  });

  it('colours when asked to', () => {
    expect(drawLine([{ text: 'a', style: 'bad' }, { text: 'b' }], { ...options, colour: true })).toBe(
      '\x1b[31ma\x1b[0mb',
    );
    expect(drawLine([{ text: 'a', style: 'bad' }], options)).toBe('a');
  });
});
