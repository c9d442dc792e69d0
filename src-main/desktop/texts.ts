import { createTranslator, type Language } from '../../src-shared/text/i18n';

/** The main process speaks one language at a time: menus, the tray, dialogs and notifications. */
export const translator = createTranslator('en');

/** A text of the language that is spoken now. */
export const t = translator.t;
export type Translator = typeof t;

/** Speaks another language from now on; what is shown already has to be built anew. */
export function speak(language: Language): void {
  void translator.changeLanguage(language);
}
