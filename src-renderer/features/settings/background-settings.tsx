import { useTranslation } from 'react-i18next';
import type { SettingsView } from '../../../src-shared/ipc/contract';
import { Switch } from '../../ui/switch';
import { prefer } from './prefer';
import { FixedNote, SettingGroup } from './setting';

/** What Tutti does while nobody looks at it. */
export function BackgroundSettings({ settings }: { settings: SettingsView }) {
  const { t } = useTranslation('settings');
  const isStudent = settings.role === 'student';
  return (
    <SettingGroup title={t('background')}>
      <SwitchSetting
        label={t('startAtLogin')}
        detail={t(isStudent ? 'startAtLoginStudent' : 'startAtLoginTeacher')}
        checked={settings.startAtLogin}
        isFixed={settings.fixed.includes('startAtLogin')}
        onChange={(startAtLogin) => prefer({ startAtLogin })}
      />
      {isStudent ? (
        <SwitchSetting
          label={t('doNotDisturb')}
          detail={t('doNotDisturbDetail')}
          checked={settings.doNotDisturb}
          isFixed={settings.fixed.includes('doNotDisturb')}
          onChange={(doNotDisturb) => prefer({ doNotDisturb })}
        />
      ) : null}
    </SettingGroup>
  );
}

interface SwitchProps {
  readonly label: string;
  readonly detail: string;
  readonly checked: boolean;
  readonly isFixed: boolean;
  onChange(checked: boolean): void;
}

function SwitchSetting({ isFixed, ...rest }: SwitchProps) {
  return (
    <div className="setting-switch">
      <Switch {...rest} isDisabled={isFixed} />
      {isFixed ? <FixedNote /> : null}
    </div>
  );
}
