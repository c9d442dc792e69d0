import { type ReactNode, useEffect, useMemo } from 'react';
import { I18nProvider, useLocale } from 'react-aria-components';
import { I18nextProvider } from 'react-i18next';
import type { SettingsView } from '../../src-shared/ipc/contract';
import { createTranslator, type Language } from '../../src-shared/text/i18n';
import { localeOf } from './region';

/** The language that the window speaks. */
export function languageIn({ language, systemLanguage }: SettingsView): Language {
  return language === 'system' ? systemLanguage : language;
}

/** Texts, numbers and dates below are in this language, and the page says so to screen readers. */
export function LanguageProvider({ language, children }: { language: Language; children: ReactNode }) {
  const i18n = useMemo(() => createTranslator(language), [language]);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  return (
    <I18nextProvider i18n={i18n}>
      <I18nProvider locale={localeOf(language)}>{children}</I18nProvider>
    </I18nextProvider>
  );
}

/** Writes numbers as the person's region does. */
export function useNumberFormat(): Intl.NumberFormat {
  const { locale } = useLocale();
  return useMemo(() => new Intl.NumberFormat(locale), [locale]);
}

/** Writes dates and times as the person's region does. */
export function useDateFormat(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const { locale } = useLocale();
  const key = JSON.stringify(options);
  return useMemo(() => new Intl.DateTimeFormat(locale, JSON.parse(key)), [locale, key]);
}
