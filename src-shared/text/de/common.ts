import type { common as english } from '../en/common';
import type { Mirror } from '../mirror';

export const common: Mirror<typeof english> = {
  app: 'Tutti',
  close: 'Schließen',
  cancel: 'Abbrechen',
  save: 'Speichern',
  tryAgain: 'Erneut versuchen',
  clearSearch: 'Suche leeren',
  andMore_one: 'und {{count}} weitere',
  andMore_other: 'und {{count}} weitere',
};
