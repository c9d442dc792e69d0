import { useTranslation } from 'react-i18next';
import { plainText } from '../../../src-shared/text/plain-text';

/** What a student does once. */
export function PairingSteps({ room }: { room: string }) {
  const { t } = useTranslation('classroom');
  return (
    <ol className="pairing-steps">
      <li>{t('stepOpen')}</li>
      <li>{t('stepPick', { room: plainText(room, 60) })}</li>
      <li>{t('stepCode')}</li>
    </ol>
  );
}
