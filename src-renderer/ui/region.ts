import { languageOf } from '../../src-shared/text/i18n';

/** The region's way to write dates and times in a language, where the system names a region of that language. */
export function localeOf(language: string): string {
  const locales = globalThis.navigator?.languages ?? [];
  return locales.find((locale) => languageOf(locale) === language && locale.startsWith(language)) ?? language;
}
