import { createInstance, type i18n } from 'i18next';
import { de } from './de';
import { en } from './en';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'common';
    resources: typeof en;
  }
}

/** The languages that Tutti speaks; the first is complete by definition, the compiler holds the others to it. */
export const LANGUAGES = ['en', 'de'] as const;
export type Language = (typeof LANGUAGES)[number];

/** All texts in one language: `t('send:pause')`. React shows text as text, so nothing is escaped here. */
export function createTranslator(language: Language): i18n {
  const translator = createInstance();
  void translator.init({
    lng: language,
    fallbackLng: LANGUAGES[0],
    ns: Object.keys(en),
    defaultNS: 'common',
    resources: { en, de },
    interpolation: { escapeValue: false },
    initAsync: false,
  });
  return translator;
}

/** What the terminal speaks, and whoever does not say otherwise. */
export const english = createTranslator('en');

/** The language of a locale such as "de-AT"; English where Tutti does not speak it. */
export function languageOf(locale: string): Language {
  const [base = ''] = locale.toLowerCase().split(/[-_]/);
  return LANGUAGES.find((language) => language === base) ?? LANGUAGES[0];
}
