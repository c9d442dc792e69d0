import { HardDriveDownload, TriangleAlert } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { SettingsView } from '../../../src-shared/ipc/contract';
import type { DevicesView } from '../../../src-shared/ipc/device-views';
import { reasonInWords } from '../../../src-shared/text/reasons';
import { request } from '../../ipc-client';
import { attempt } from '../../stores/app-store';
import { Button } from '../../ui/button';
import { EmptyState } from '../../ui/empty-state';
import { LiveRegion } from '../../ui/live-region';
import { AddressCard } from './address-card';
import { Refusals } from './refusals';
import { SessionCard } from './session-card';
import { SessionEntry } from './session-entry';
import { splitSessions } from './session-selectors';
import { SharingSettings } from './sharing-settings';
import { useAnnouncement } from './use-announcement';
import './devices.css';

interface Props {
  readonly devices: DevicesView;
  readonly settings: SettingsView;
}

/** Devices that cannot run Tutti and fetch files by TFTP: whether they may, how, and who fetches what now. */
export function DevicesScreen({ devices, settings }: Props) {
  return (
    <div className="devices">
      <LiveRegion sentence={useAnnouncement(devices)} />
      <div className="devices-main">
        <Main devices={devices} settings={settings} />
      </div>
      <SharingSettings settings={settings} />
    </div>
  );
}

function Main({ devices, settings }: Props) {
  const { t } = useTranslation('devices');
  if (devices.state === 'failed') return <Failed reason={devices.failure ?? ''} />;
  if (devices.state === 'on') return <Serving devices={devices} />;
  return (
    <EmptyState icon={HardDriveDownload} title={t('offTitle')} detail={t('offDetail')}>
      {settings.fixed.includes('devicesOn') ? null : (
        <Button kind="primary" onPress={() => attempt(request('setDevices', { on: true }))}>
          {t('switchOn')}
        </Button>
      )}
    </EmptyState>
  );
}

function Failed({ reason }: { reason: string }) {
  const { t, i18n } = useTranslation(['devices', 'common']);
  return (
    <section className="devices-failed panel" role="alert">
      <TriangleAlert className="tint-danger" size={24} strokeWidth={1.75} aria-hidden="true" />
      <h2>{t('failedTitle')}</h2>
      <p className="selectable">{reasonInWords(reason, i18n)}</p>
      <p className="muted">{t('failedDetail')}</p>
      <Button kind="primary" onPress={() => attempt(request('setDevices', { on: true }))}>
        {t('common:tryAgain')}
      </Button>
    </section>
  );
}

function Serving({ devices: { address, port, sessions, refusals = [] } }: { devices: DevicesView }) {
  const { t } = useTranslation('devices');
  const { running, over } = splitSessions(sessions);
  return (
    <>
      {address === null || port === null ? null : <AddressCard address={address} port={port} />}
      {sessions.length === 0 && refusals.length === 0 ? (
        <EmptyState icon={HardDriveDownload} title={t('quietTitle')} detail={t('quietDetail')} />
      ) : null}
      {running.length === 0 ? null : (
        <section className="device-sessions" aria-labelledby="devices-running">
          <h2 id="devices-running">
            {t('running')} <span className="count number">{running.length}</span>
          </h2>
          <ul>
            {running.map((session) => (
              <SessionCard key={session.id} session={session} />
            ))}
          </ul>
        </section>
      )}
      <Refusals refusals={refusals} />
      {over.length === 0 ? null : (
        <section className="device-sessions" aria-labelledby="devices-over">
          <h2 id="devices-over">
            {t('over')} <span className="count number">{over.length}</span>
          </h2>
          <ul>
            {over.map((session) => (
              <SessionEntry key={session.id} session={session} />
            ))}
          </ul>
        </section>
      )}
    </>
  );
}
