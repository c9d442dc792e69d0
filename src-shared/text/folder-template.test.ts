import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkPath } from '../../src-main/library/safe-path';
import { DEFAULT_FOLDER_TEMPLATE, expandTemplate, templateProblem } from './folder-template';

const song = { room: 'Band room', date: '2026-11-22', artist: 'Anna & Ben', album: 'Live' };

describe('a template', () => {
  it.each([
    [DEFAULT_FOLDER_TEMPLATE, song, ['Band room', '2026-11-22']],
    ['', song, []],
    ['Music lessons', song, ['Music lessons']],
    ['{artist} - {album}', song, ['Anna & Ben - Live']],
    ['{artist} - {album}', { artist: 'Anna' }, ['Anna']],
    ['{artist} - {album}', { album: 'Live' }, ['Live']],
    ['{artist} ({album})', { artist: 'Anna' }, ['Anna']],
    ['{artist}/{album}', { album: 'Live' }, ['Live']],
    ['{room}\\{album}', song, ['Band room', 'Live']],
    ['{room}//{date}/', song, ['Band room', '2026-11-22']],
    ['{composer}', song, ['{composer}']],
    ['../../{room}', song, ['Band room']],
    ['/etc/{room}', song, ['etc', 'Band room']],
    ['{room}', { room: '../../.ssh' }, ['-..-.ssh']],
    ['{room}', { room: '.tutti' }, ['tutti']],
    ['{room}', { room: '\u2025' }, []],
    ['{room}', { room: 'C:' }, ['C-']],
    ['{artist}', { artist: 'AC/DC' }, ['AC-DC']],
    ['{artist}', { artist: 'Who?\u202e \0me' }, ['Who- me']],
    ['{artist}', { artist: 'R.E.M.' }, ['R.E.M']],
    ['{artist}', { artist: '{room}', room: 'x' }, ['{room}']],
  ])('%s', (template, values, folders) => {
    expect(expandTemplate(template, values)).toEqual(folders);
  });

  it('makes folder names that may be stored everywhere, whatever it and the values are', () => {
    const odd = fc.constantFrom(
      '..',
      '.',
      '/',
      '\\',
      '.tutti',
      '{room}',
      '{artist}',
      'C:',
      '\u2026',
      '\uff0f',
      'x'.repeat(300),
    );
    const text = fc.array(fc.oneof(fc.string({ unit: 'binary', maxLength: 8 }), odd), { maxLength: 5 });
    const hostile = text.map((parts) => parts.join(''));
    fc.assert(
      fc.property(hostile, hostile, hostile, (template, room, artist) => {
        const folders = expandTemplate(`{room}/${template}`, { room, artist });
        expect(folders.length).toBeLessThanOrEqual(8);
        if (folders.length > 0) expect(checkPath(folders)).toBeUndefined();
        for (const folder of folders) expect(folder).not.toMatch(/^[. ]|[. ]$|[<>:"|?*]/);
      }),
      { numRuns: 5000 },
    );
  });

  it.each([
    [DEFAULT_FOLDER_TEMPLATE, undefined],
    ['', undefined],
    ['Lessons/{artist} – {album}', undefined],
    ['{composer}', 'field'],
    ['{room', 'field'],
    ['/etc', 'outside'],
    ['~/Music', 'outside'],
    ['C:\\Music', 'outside'],
    ['{room}/../..', 'outside'],
    ['what?', 'character'],
    ['a\u202eb', 'character'],
    ['a/b/c/d/e/f/g/h/i', 'deep'],
  ])('“%s”: %s', (template, problem) => {
    expect(templateProblem(template)).toBe(problem);
  });
});
