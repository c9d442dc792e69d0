import { ArrowLeft } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { IconButton } from '../../ui/button';
import { ProblemBanner } from '../../ui/problem-banner';
import { goTo } from './navigation';
import { useShortcuts } from './shortcuts';
import './shell.css';

/** The settings as a page of their own, where there is no rail. */
export function SettingsFrame({ children }: { children: ReactNode }) {
  const { t } = useTranslation('shell');
  useShortcuts();
  return (
    <div className="settings-frame">
      <header className="room-header">
        <IconButton icon={ArrowLeft} label={t('back')} onPress={() => goTo('send')} autoFocus />
        <h1 className="room-header-title">{t('settings')}</h1>
      </header>
      <ProblemBanner />
      <main className="page">{children}</main>
    </div>
  );
}
