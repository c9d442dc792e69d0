import { useTranslation } from 'react-i18next';
import type { DevicesView } from '../../../src-shared/ipc/device-views';
import { splitSessions } from './session-selectors';
import { fileInWords, outcomeInWords } from './session-words';

/** What is read aloud: whether devices may fetch, how many files are on their way, how the last one went; never a percent. */
export function useAnnouncement({ state, sessions }: DevicesView): string {
  const { t, i18n } = useTranslation('devices');
  // A failure is an alert of its own.
  if (state === 'failed') return '';
  if (state === 'off') return t('saysOff');
  const { running, over } = splitSessions(sessions);
  const [last] = over;
  const sentences = [
    ...(last === undefined ? [] : [t('saysOver', { file: fileInWords(last), outcome: outcomeInWords(last, i18n) })]),
    ...(running.length === 0 ? [] : [t('saysRunning', { count: running.length })]),
  ];
  return sentences.length === 0 ? t('saysOn') : sentences.join(' ');
}
