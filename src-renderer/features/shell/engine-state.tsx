import { TriangleAlert } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { reasonInWords } from '../../../src-shared/text/reasons';
import { request } from '../../ipc-client';
import { attempt } from '../../stores/app-store';
import { Button } from '../../ui/button';
import { Logo } from '../../ui/logo';
import { ProblemBanner } from '../../ui/problem-banner';
import { goTo } from './navigation';
import './shell.css';

/** Between the start of the program and its first picture. */
export function Starting() {
  const { t } = useTranslation('shell');
  return (
    <main className="whole-window" aria-busy="true">
      <Logo size={52} />
      <p className="muted">{t('starting')}</p>
    </main>
  );
}

/** The engine ended: why, and what can be done. */
export function EngineFailed({ message }: { message: string }) {
  const { t, i18n } = useTranslation(['shell', 'common']);
  return (
    <main className="whole-window">
      <ProblemBanner />
      <div className="engine-failed panel" role="alert">
        <TriangleAlert className="tint-danger" size={28} strokeWidth={1.75} aria-hidden="true" />
        <h1>{t('failedTitle')}</h1>
        <p className="selectable">{reasonInWords(message, i18n)}</p>
        <p className="muted">{t('failedDetail')}</p>
        <div className="dialog-actions">
          <Button onPress={() => goTo('settings')}>{t('settings')}</Button>
          <Button kind="primary" onPress={() => attempt(request('restart'))}>
            {t('common:tryAgain')}
          </Button>
        </div>
      </div>
    </main>
  );
}
