import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import type { RepairCounts } from '../../../src-shared/ipc/channel-views';
import { Facts } from '../../ui/facts';
import { useNumberFormat } from '../../ui/language';

/** How many packets were repaired, and by whom. */
export const Repairs = memo(function Repairs({ repaired }: { repaired: RepairCounts }) {
  const { t } = useTranslation('channels');
  const number = useNumberFormat();
  return (
    <section className="channel-part">
      <h4>{t('repairs')}</h4>
      <Facts
        facts={[
          [t('repairedArchive'), number.format(repaired.archive)],
          [t('repairedServer'), number.format(repaired.server)],
          [t('repairedGroup'), number.format(repaired.group)],
        ]}
      />
    </section>
  );
});
