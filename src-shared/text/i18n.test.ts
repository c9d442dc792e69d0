import { expect, it } from 'vitest';
import { de } from './de';
import { en } from './en';
import { createTranslator, languageOf } from './i18n';

/** Keys with what is filled in: a translation that forgets a number or a name says something else. */
function placesOf(texts: object, path = ''): string[] {
  return Object.entries(texts).flatMap(([key, value]: [string, unknown]) =>
    typeof value === 'string'
      ? [`${path}${key} ${[...value.matchAll(/\{\{.*?\}\}/g)].map(String).sort().join('')}`]
      : placesOf(Object(value), `${path}${key}.`),
  );
}

it('fills the same places in every language', () => {
  expect(placesOf(de)).toEqual(placesOf(en));
});

it('speaks the language that was asked for, with its plurals', () => {
  expect(createTranslator('de').t('close')).toBe('Schließen');
  expect(createTranslator('en').t('andMore', { count: 3 })).toBe('and 3 more');
});

it('takes the base of a locale, and English where it is unknown', () => {
  expect(languageOf('de-AT')).toBe('de');
  expect(languageOf('fr_FR')).toBe('en');
});
