import { useTranslation } from 'react-i18next';
import { license, version } from '../../../package.json';
import { Logo } from '../../ui/logo';
import { SettingGroup } from './setting';

export function About() {
  const { t } = useTranslation(['settings', 'common']);
  return (
    <SettingGroup title={t('about')}>
      <div className="setting">
        <Logo size={40} />
        <div className="setting-text">
          <p className="setting-label selectable">
            {t('common:app')} · {t('version', { version })}
          </p>
          <p className="setting-detail">{t('licence', { licence: license })}</p>
        </div>
      </div>
    </SettingGroup>
  );
}
