import { type ReactNode, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { SettingsView } from '../../../src-shared/ipc/contract';
import type { TeacherSnapshot } from '../../../src-shared/ipc/snapshots';
import { LiveRegion } from '../../ui/live-region';
import { ProblemBanner } from '../../ui/problem-banner';
import { ChannelsScreen } from '../channels/channels-screen';
import { ClassroomScreen } from '../classroom/classroom-screen';
import { DevicesScreen } from '../devices/devices-screen';
import { DoctorScreen } from '../doctor/doctor-screen';
import { LibraryScreen } from '../library/library-screen';
import { SendHome } from '../send/send-home';
import { SettingsScreen } from '../settings/settings-screen';
import { goTo, useNavigation } from './navigation';
import { Rail } from './rail';
import { RoomHeader } from './room-header';
import { useShortcuts } from './shortcuts';
import './shell.css';

interface Props {
  readonly snapshot: TeacherSnapshot;
  readonly settings: SettingsView;
}

/** The teacher's one window: the rail, the room's name, and the page between them. */
export function TeacherShell({ snapshot, settings }: Props) {
  const { t } = useTranslation('shell');
  const count = snapshot.strangers.length;
  useShortcuts();
  useDropOpensSend();
  return (
    <div className="shell">
      <Rail strangers={count} />
      <div className="shell-content">
        <RoomHeader snapshot={snapshot} name={settings.name} />
        <ProblemBanner />
        <LiveRegion sentence={count === 0 ? '' : t('strangers', { count })} />
        <Page>
          <PageContent snapshot={snapshot} settings={settings} />
        </Page>
      </div>
    </div>
  );
}

/** The page's landmark; a keyboard or a screen reader goes on in it when the page has changed. */
function Page({ children }: { children: ReactNode }) {
  const { t } = useTranslation('shell');
  const page = useNavigation((state) => state.page);
  const main = useRef<HTMLElement>(null);
  const shown = useRef(page);
  useEffect(() => {
    if (shown.current === page) return;
    shown.current = page;
    window.scrollTo(0, 0);
    main.current?.focus({ preventScroll: true });
  }, [page]);
  return (
    <main ref={main} className="page" data-page={page} tabIndex={-1} aria-label={t(page)}>
      {children}
    </main>
  );
}

function PageContent({ snapshot, settings }: Props) {
  const page = useNavigation((state) => state.page);
  switch (page) {
    case 'send':
      return <SendHome snapshot={snapshot} />;
    case 'class':
      return <ClassroomScreen snapshot={snapshot} />;
    case 'library':
      return <LibraryScreen transfers={snapshot.transfers} />;
    case 'channels':
      return <ChannelsScreen channels={snapshot.channels} settings={settings} />;
    case 'devices':
      return <DevicesScreen devices={snapshot.devices} settings={settings} />;
    case 'network':
      return <DoctorScreen snapshot={snapshot} />;
    case 'settings':
      return <SettingsScreen settings={settings} known={[]} />;
  }
}

/** Files that are dragged over any other page are meant to be sent: the home, which takes the drop, comes up. */
function useDropOpensSend(): void {
  useEffect(() => {
    const onDrag = (event: DragEvent) => {
      if (event.dataTransfer?.types.includes('Files')) goTo('send');
    };
    window.addEventListener('dragenter', onDrag);
    return () => window.removeEventListener('dragenter', onDrag);
  }, []);
}
