import { useTranslation } from 'react-i18next';
import type { SettingsView } from '../../../src-shared/ipc/contract';
import { NumberField } from '../../ui/number-field';
import { Segmented } from '../../ui/segmented';
import { prefer } from './prefer';
import { Setting, SettingGroup } from './setting';

/** Half of what a school's access point carries: a ceiling to begin with. */
const FIRST_LIMIT_MBIT = 100;
const MAX_MBIT = 10_000;

/** How much of the network the teacher's transfers may take. */
export function SendingSettings({ settings: { rateMbit, fixed } }: { settings: SettingsView }) {
  const { t } = useTranslation('settings');
  const isFixed = fixed.includes('rateMbit');
  const isLimited = rateMbit !== null;
  return (
    <SettingGroup title={t('sending')}>
      <Setting label={t('rate')} detail={t(isLimited ? 'rateLimitedDetail' : 'rateAutomaticDetail')} isFixed={isFixed}>
        <div className="rate">
          <Segmented
            label={t('rate')}
            value={isLimited ? 'limited' : 'automatic'}
            options={[
              { id: 'automatic', label: t('rateAutomatic') },
              { id: 'limited', label: t('rateLimited') },
            ]}
            onChange={(chosen) => prefer({ rateMbit: chosen === 'limited' ? FIRST_LIMIT_MBIT : null })}
            isDisabled={isFixed}
          />
          {isLimited ? (
            <NumberField
              label={t('rate')}
              isLabelHidden
              value={rateMbit}
              min={1}
              max={MAX_MBIT}
              unit={t('rateUnit')}
              onChange={(mbit) => prefer({ rateMbit: mbit })}
              isDisabled={isFixed}
            />
          ) : null}
        </div>
      </Setting>
    </SettingGroup>
  );
}
