import { useTranslation } from 'react-i18next';
import type { SettingsView } from '../../../src-shared/ipc/contract';
import type { KnownRoom } from '../../../src-shared/ipc/snapshots';
import { About } from './about';
import { BackgroundSettings } from './background-settings';
import { IdentitySettings } from './identity-settings';
import { KnownRooms } from './known-rooms';
import { MusicSettings } from './music-settings';
import { SendingSettings } from './sending-settings';
import { WindowSettings } from './window-settings';
import './settings.css';

interface Props {
  readonly settings: SettingsView;
  /** The rooms that a student is paired with. */
  readonly known: readonly KnownRoom[];
}

/** Everything that can be chosen; each change holds at once. */
export function SettingsScreen({ settings, known }: Props) {
  const { t } = useTranslation('settings');
  const isStudent = settings.role === 'student';
  return (
    <div className="settings">
      <IdentitySettings key={`${settings.role} ${settings.name}`} settings={settings} />
      {isStudent ? <MusicSettings settings={settings} /> : <SendingSettings settings={settings} />}
      <BackgroundSettings settings={settings} />
      <WindowSettings settings={settings} />
      {isStudent ? <KnownRooms title={t('rooms')} rooms={known} /> : null}
      <About />
    </div>
  );
}
