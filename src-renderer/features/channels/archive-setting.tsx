import { useTranslation } from 'react-i18next';
import type { SettingsView } from '../../../src-shared/ipc/contract';
import { request } from '../../ipc-client';
import { attempt } from '../../stores/app-store';
import { Switch } from '../../ui/switch';
import { FixedNote } from '../settings/setting';

/** Whether this computer keeps what is published here for those who were away. */
export function ArchiveSetting({ settings: { archiveOn, fixed } }: { settings: SettingsView }) {
  const { t } = useTranslation('channels');
  const isFixed = fixed.includes('archiveOn');
  return (
    <section className="channel-archive-setting panel" aria-labelledby="archive-title">
      <h2 id="archive-title">{t('archive')}</h2>
      <Switch
        label={t('keepArchive')}
        detail={t('keepArchiveDetail')}
        checked={archiveOn}
        isDisabled={isFixed}
        onChange={(on) => attempt(request('setArchive', { on }))}
      />
      {isFixed ? <FixedNote /> : null}
    </section>
  );
}
