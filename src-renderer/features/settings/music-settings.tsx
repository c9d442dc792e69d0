import { useTranslation } from 'react-i18next';
import type { ConflictRule, SettingsView } from '../../../src-shared/ipc/contract';
import { plainText } from '../../../src-shared/text/plain-text';
import { request } from '../../ipc-client';
import { attempt } from '../../stores/app-store';
import { Button } from '../../ui/button';
import { Select } from '../../ui/select';
import { FolderTemplate } from './folder-template';
import { prefer } from './prefer';
import { Setting, SettingGroup } from './setting';

const RULES: readonly ConflictRule[] = ['keepBoth', 'replace', 'backUp'];

/** Where received music goes. */
export function MusicSettings({ settings }: { settings: SettingsView }) {
  const { t } = useTranslation('settings');
  const { folder, folderTemplate, conflict, fixed } = settings;
  const isFolderFixed = fixed.includes('folder');
  return (
    <SettingGroup title={t('music')}>
      <Setting label={t('folder')} detail={plainText(folder, 300)} isFixed={isFolderFixed}>
        <Button onPress={() => attempt(request('chooseFolder'))} isDisabled={isFolderFixed}>
          {t('chooseFolder')}
        </Button>
      </Setting>
      <FolderTemplate key={folderTemplate} template={folderTemplate} isFixed={fixed.includes('folderTemplate')} />
      <Setting label={t('conflict')} detail={t('conflictDetail')} isFixed={fixed.includes('conflict')}>
        <Select
          label={t('conflict')}
          isLabelHidden
          value={conflict}
          options={RULES.map((id) => ({ id, label: t(id), detail: t(`${id}Detail`) }))}
          onChange={(chosen) => prefer({ conflict: chosen })}
          isDisabled={fixed.includes('conflict')}
        />
      </Setting>
    </SettingGroup>
  );
}
