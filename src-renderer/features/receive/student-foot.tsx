import { FolderOpen } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { SettingsView } from '../../../src-shared/ipc/contract';
import type { StudentSnapshot } from '../../../src-shared/ipc/snapshots';
import { request } from '../../ipc-client';
import { attempt } from '../../stores/app-store';
import { Button } from '../../ui/button';
import { Switch } from '../../ui/switch';
import { PlayerBar } from '../player/player-bar';

interface Props {
  readonly snapshot: StudentSnapshot;
  readonly settings: SettingsView;
  readonly closesToTray: boolean;
}

/** What plays, where music goes, and the two switches that a student wants at hand. */
export function StudentFoot({ snapshot, settings, closesToTray }: Props) {
  const { t } = useTranslation('receive');
  return (
    <footer className="student-foot">
      <PlayerBar />
      <div className="foot-row">
        <div className="student-folder">
          <p className="muted foot-small">{t('folder')}</p>
          <p className="one-line selectable" title={snapshot.folder}>
            {snapshot.folder}
          </p>
        </div>
        <Button icon={FolderOpen} onPress={() => attempt(request('show', {}))}>
          {t('showFolder')}
        </Button>
      </div>
      <div className="foot-row foot-switches">
        <Switch
          label={t('receiving')}
          checked={snapshot.connection !== 'paused'}
          onChange={(on) => attempt(request('receive', { on }))}
        />
        <Switch
          label={t('doNotDisturb')}
          checked={settings.doNotDisturb}
          isDisabled={settings.fixed.includes('doNotDisturb')}
          onChange={(doNotDisturb) => attempt(request('prefer', { doNotDisturb }))}
        />
        {closesToTray ? <p className="muted foot-small foot-closing">{t('closing')}</p> : null}
      </div>
    </footer>
  );
}
