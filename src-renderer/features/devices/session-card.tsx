import { Hourglass, Radio, Router } from 'lucide-react';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import type { DeviceSessionView } from '../../../src-shared/ipc/device-views';
import { formatPercent, formatRate } from '../../../src-shared/text/format';
import { ProgressBar } from '../../ui/progress-bar';
import { DeviceClients } from './device-clients';
import { FlowFacts } from './flow-facts';
import { fileInWords, routeInWords } from './session-words';

/** One file on its way: how far, how fast, to whom, and why it is sent as it is. */
export const SessionCard = memo(function SessionCard({ session }: { session: DeviceSessionView }) {
  const { t, i18n } = useTranslation('devices');
  const file = fileInWords(session);
  const isCollecting = session.state === 'collecting';
  const Icon = session.group === null ? Router : Radio;
  return (
    <li className="device-session panel" data-testid="device-session">
      <header className="device-session-head">
        <Icon className="tint" size={22} strokeWidth={1.75} aria-hidden="true" />
        <div className="device-session-title">
          <h3 className="one-line">{file}</h3>
          <p className="muted number">{routeInWords(session, i18n)}</p>
        </div>
        {isCollecting ? (
          <p className="device-session-waits">
            <Hourglass size={16} aria-hidden="true" />
            {t('collecting')}
          </p>
        ) : (
          <p className="device-session-share number">
            <span className="muted">{session.rate > 0 ? formatRate(session.rate, i18n) : ''}</span>
            <strong>{formatPercent(session.progress, i18n)}</strong>
          </p>
        )}
      </header>
      <ProgressBar share={session.progress} label={t('progress', { file })} />
      <DeviceClients clients={session.clients} />
      <FlowFacts session={session} />
    </li>
  );
});
