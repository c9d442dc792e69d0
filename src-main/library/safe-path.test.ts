import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkPath, localName, numberedName } from './safe-path';

const hostile: [string, string[]][] = [
  ['nothing', []],
  ['empty name', ['a', '']],
  ['dot', ['.', 'a']],
  ['parent', ['a', '..', 'b']],
  ['slash', ['a/b']],
  ['backslash', ['..\\a']],
  ['UNC', ['\\\\server\\share']],
  ['absolute', ['/etc/passwd']],
  ['NUL', ['a\0b']],
  ['newline', ['a\nb']],
  ['escape sequence', ['\x1b[2J']],
  ['C1 control', ['a\u009bb']],
  ['drive', ['C:', 'Windows']],
  ['right-to-left override', ['song\u202e3pm.exe']],
  ['zero-width space', ['so\u200bng.mp3']],
  ['byte order mark', ['\ufeffsong.mp3']],
  ['hidden joiner', ['so\u200dng.mp3']],
  ['line separator', ['a\u2028b']],
  ['full-width slash', ['a／b']],
  ['full-width backslash', ['a＼b']],
  ['two-dot leader', ['‥']],
  ['one-dot leaders', ['․․', 'a']],
  ['lone surrogate', ['a\ud800']],
  ['256 bytes', ['é'.repeat(128)]],
  ['own folder', ['.tutti', 'pins.json']],
  ['own folder, respelled', ['.TUTTI. ', 'pins.json']],
  ['33 deep', Array.from({ length: 33 }, () => 'a')],
];

const honest: string[][] = [
  ['é'.normalize('NFC'), 'e\u0301'],
  ['My Song (live) [2019].flac'],
  [`${'x'.repeat(251)}.mp3`],
  ['é'.repeat(127)],
  ['R.E.M.', 'Song.mp3'],
  ['...', '.hidden'],
  ['A: Side.mp3'],
  ['CON.mp3'],
  ['AC∕DC', '½ time…mp3'],
  ['می\u200cخواهم.mp3', '👩\u200d🎤.mp3'],
  ['曲.mp3', ' leading and trailing '],
  Array.from({ length: 32 }, () => 'a'),
];

describe('checkPath', () => {
  it.each(hostile)('refuses %s in one clean sentence', (_name, segments) => {
    const sentence = checkPath(segments);
    expect(sentence).toMatch(/^[^\p{Cc}\u202e\u200b\ufeff]{10,200}\.$/u);
  });

  it.each(honest.map((segments) => [segments.join('/'), segments] as const))('passes %s', (_name, segments) => {
    expect(checkPath(segments)).toBeUndefined();
  });

  it('lets nothing through that a path library would resolve elsewhere', () => {
    const segment = fc.oneof(fc.string({ unit: 'binary', maxLength: 6 }), fc.constantFrom('..', '.', '', 'a', '‥'));
    fc.assert(
      fc.property(fc.array(segment, { maxLength: 5 }), (segments) => {
        fc.pre(checkPath(segments) === undefined);
        const url = segments.join('/');
        expect(url.split(/[/\\]/)).toEqual(segments);
        expect(segments.some((s) => s === '' || s === '.' || s === '..' || s.includes('\0'))).toBe(false);
      }),
      { numRuns: 5000 },
    );
  });
});

describe('localName', () => {
  it.each([
    ['Who? Me: "now" <1>|2*.mp3', 'Who_ Me_ _now_ _1__2_.mp3'],
    ['R.E.M.', 'R.E.M_'],
    ['trailing ', 'trailing_'],
    ['CON', '_CON'],
    ['nul.mp3', '_nul.mp3'],
    ['com¹.txt', '_com¹.txt'],
    ['AUX .mp3', '_AUX .mp3'],
    ['CONCERT.mp3', 'CONCERT.mp3'],
    ['file.mp3:stream', 'file.mp3_stream'],
    ['...', '___'],
  ])('stores %s on Windows as %s', (name, stored) => {
    expect(localName(name, 'win32')).toBe(stored);
    expect(localName(name, 'linux')).toBe(name);
  });

  it('never grows past what a file system takes', () => {
    expect(Buffer.byteLength(localName(`con.${'x'.repeat(251)}`, 'win32'))).toBe(255);
  });
});

describe('numberedName', () => {
  it.each([
    ['a.mp3', 1, 'a.mp3'],
    ['a.mp3', 2, 'a (2).mp3'],
    ['folder', 3, 'folder (3)'],
    ['.hidden', 2, '.hidden (2)'],
    ['Symphony No. 5 in C minor, Op. 67', 2, 'Symphony No. 5 in C minor, Op. 67 (2)'],
  ])('%s, %i → %s', (name, number, expected) => {
    expect(numberedName(name, number)).toBe(expected);
  });

  it('keeps the ending of a name of 255 bytes and cuts no character in two', () => {
    const numbered = numberedName(`${'é'.repeat(125)}.flac`, 2);
    expect(Buffer.byteLength(numbered)).toBeLessThanOrEqual(255);
    expect(numbered).toMatch(/^é+ \(2\)\.flac$/);
  });
});
