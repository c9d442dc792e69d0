import { Settings } from 'lucide-react';
import { useState } from 'react';
import { Button as AriaButton } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import type { SettingsView, TrayView } from '../../../src-shared/ipc/contract';
import type { StudentSnapshot } from '../../../src-shared/ipc/snapshots';
import { plainText } from '../../../src-shared/text/plain-text';
import { IconButton } from '../../ui/button';
import { LiveRegion } from '../../ui/live-region';
import { Logo } from '../../ui/logo';
import { ProblemBanner } from '../../ui/problem-banner';
import { StudentChannels } from '../channels/student-channels';
import { AddressForm } from './address-form';
import { Connection, countOtherRooms, OtherRooms } from './connection';
import { IncomingCard } from './incoming-card';
import { NothingYet } from './nothing-yet';
import { ReceivedList } from './received-list';
import { useAnnouncement, useWhereabouts } from './standing';
import { StudentFoot } from './student-foot';
import './receive.css';

const NAME_CHARS = 80;

interface Props {
  readonly snapshot: StudentSnapshot;
  readonly settings: SettingsView;
  /** null where there is no tray: closing the window is not spoken of then. */
  readonly tray: TrayView | null;
  onSettings(): void;
}

/** The student's window: nothing has to be done in it, everything can be seen and played. */
export function StudentScreen({ snapshot, settings, tray, onSettings }: Props) {
  const { t } = useTranslation('receive');
  const [othersOpen, setOthersOpen] = useState(false);
  const { transfers, connection } = snapshot;
  const received = transfers.filter(({ state }) => state === 'complete');
  const arriving = transfers.filter(({ state }) => state !== 'complete');
  const connected = connection === 'connected';
  const others = countOtherRooms(snapshot) > 0;
  return (
    <div className="student">
      <header className="student-head">
        <Logo size={32} />
        <div className="student-head-title">
          <h1 className="one-line">{plainText(settings.name, NAME_CHARS)}</h1>
          <div className="student-standing">
            <p className="one-line muted">{useWhereabouts(snapshot)}</p>
            {others ? <OthersButton open={othersOpen} onOpen={setOthersOpen} /> : null}
          </div>
        </div>
        <IconButton icon={Settings} label={t('settings')} onPress={onSettings} />
      </header>
      <ProblemBanner />
      <LiveRegion sentence={useAnnouncement(snapshot)} />
      <main className="student-main">
        {connected ? null : <Connection snapshot={snapshot} compact={transfers.length > 0} />}
        {others && othersOpen ? <OtherRooms snapshot={snapshot} /> : null}
        {arriving.length === 0 ? null : (
          <section aria-label={t('arriving')}>
            <ul className="incoming-list">
              {arriving.map((transfer) => (
                <IncomingCard
                  key={transfer.id}
                  transfer={transfer}
                  canChangeFolder={!settings.fixed.includes('folder')}
                />
              ))}
            </ul>
          </section>
        )}
        {received.length === 0 ? null : <ReceivedList transfers={received} />}
        {connected && transfers.length === 0 ? <NothingYet /> : null}
        <StudentChannels channels={snapshot.channels} />
        {(connected && !(others && othersOpen)) || connection === 'paused' ? null : (
          <AddressForm address={settings.address} />
        )}
      </main>
      <StudentFoot snapshot={snapshot} settings={settings} closesToTray={tray !== null} />
    </div>
  );
}

interface OthersProps {
  readonly open: boolean;
  onOpen(open: boolean): void;
}

function OthersButton({ open, onOpen }: OthersProps) {
  const { t } = useTranslation('receive');
  return (
    <AriaButton className="others-button" aria-expanded={open} onPress={() => onOpen(!open)}>
      {t('otherRooms')}
    </AriaButton>
  );
}
