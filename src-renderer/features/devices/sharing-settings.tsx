import { useTranslation } from 'react-i18next';
import type { SettingsView } from '../../../src-shared/ipc/contract';
import { plainText } from '../../../src-shared/text/plain-text';
import { request } from '../../ipc-client';
import { attempt } from '../../stores/app-store';
import { Button } from '../../ui/button';
import { NumberField } from '../../ui/number-field';
import { Switch } from '../../ui/switch';
import { FixedNote } from '../settings/setting';

const MAX_PORT = 65_535;
const PATH_CHARS = 300;

/** Whether devices may fetch files, of which folder, and at which port they ask; each change holds at once. */
export function SharingSettings({ settings }: { settings: SettingsView }) {
  const { t } = useTranslation('devices');
  const { devicesOn, devicesPort, fixed } = settings;
  return (
    <aside className="device-settings panel" aria-labelledby="device-settings-title">
      <h2 id="device-settings-title">{t('settings')}</h2>
      <div>
        <Switch
          label={t('on')}
          detail={t('onDetail')}
          checked={devicesOn}
          isDisabled={fixed.includes('devicesOn')}
          onChange={(on) => attempt(request('setDevices', { on }))}
        />
        {fixed.includes('devicesOn') ? <FixedNote /> : null}
      </div>
      <Folder settings={settings} />
      <div className="device-port">
        <NumberField
          key={devicesPort}
          label={t('port')}
          value={devicesPort}
          min={1}
          max={MAX_PORT}
          isDisabled={fixed.includes('devicesPort')}
          onChange={(port) => (port === devicesPort ? undefined : attempt(request('setDevicesPort', { port })))}
        />
        <p className="muted">{t('portDetail')}</p>
        {fixed.includes('devicesPort') ? <FixedNote /> : null}
      </div>
    </aside>
  );
}

function Folder({ settings: { devicesFolder, fixed } }: { settings: SettingsView }) {
  const { t } = useTranslation('devices');
  const isFixed = fixed.includes('devicesFolder');
  return (
    <div className="device-folder">
      <div>
        <p className="device-folder-label">{t('folder')}</p>
        <p className="muted selectable" data-testid="devices-folder">
          {devicesFolder === null ? t('noFolder') : plainText(devicesFolder, PATH_CHARS)}
        </p>
        {isFixed ? <FixedNote /> : null}
      </div>
      <Button isDisabled={isFixed} onPress={() => attempt(request('chooseDevicesFolder'))}>
        {t(devicesFolder === null ? 'chooseFolder' : 'changeFolder')}
      </Button>
    </div>
  );
}
