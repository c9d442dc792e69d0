import { Monitor, Moon, Sun } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { SettingsView } from '../../../src-shared/ipc/contract';
import { LANGUAGES, type Language } from '../../../src-shared/text/i18n';
import { Segmented } from '../../ui/segmented';
import { Select } from '../../ui/select';
import { prefer } from './prefer';
import { Setting, SettingGroup } from './setting';

/** Each language in itself: whoever does not read the present one has to find theirs. */
const NAMES: Record<Language, string> = { en: 'English', de: 'Deutsch' };

export function WindowSettings({ settings }: { settings: SettingsView }) {
  const { t } = useTranslation('settings');
  const { language, systemLanguage, appearance, fixed } = settings;
  return (
    <SettingGroup title={t('window')}>
      <Setting label={t('language')} isFixed={fixed.includes('language')}>
        <Select
          label={t('language')}
          isLabelHidden
          value={language}
          options={[
            { id: 'system', label: t('systemLanguage', { language: NAMES[systemLanguage] }) },
            ...LANGUAGES.map((id) => ({ id, label: NAMES[id] })),
          ]}
          onChange={(chosen) => prefer({ language: chosen })}
          isDisabled={fixed.includes('language')}
        />
      </Setting>
      <Setting label={t('appearance')} isFixed={fixed.includes('appearance')}>
        <Segmented
          label={t('appearance')}
          value={appearance}
          options={[
            { id: 'system', label: t('systemAppearance'), icon: Monitor },
            { id: 'light', label: t('light'), icon: Sun },
            { id: 'dark', label: t('dark'), icon: Moon },
          ]}
          onChange={(chosen) => prefer({ appearance: chosen })}
          isDisabled={fixed.includes('appearance')}
        />
      </Setting>
    </SettingGroup>
  );
}
