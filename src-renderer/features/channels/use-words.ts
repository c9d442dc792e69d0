import { useTranslation } from 'react-i18next';
import { useNumberFormat } from '../../ui/language';
import type { Words } from './channel-words';

/** What a component's sentences are made with. */
export function useWords(): Words {
  const { i18n } = useTranslation();
  return { i18n, number: useNumberFormat() };
}
