import { ChevronRight, CircleAlert, CircleCheck } from 'lucide-react';
import { memo } from 'react';
import { Button as AriaButton, Disclosure, DisclosurePanel } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import type { DeviceSessionView } from '../../../src-shared/ipc/device-views';
import { useDateFormat } from '../../ui/language';
import { DeviceClients } from './device-clients';
import { FlowFacts } from './flow-facts';
import { completeCount } from './session-selectors';
import { fileInWords, outcomeInWords, routeInWords } from './session-words';

/** A session that is over, in one line; opened, with everybody in it. */
export const SessionEntry = memo(function SessionEntry({ session }: { session: DeviceSessionView }) {
  const { t, i18n } = useTranslation('devices');
  const file = fileInWords(session);
  const time = useDateFormat({ hour: 'numeric', minute: '2-digit' }).format(session.startedAt);
  const isGood = completeCount(session) === session.clients.length && session.state === 'done';
  const Icon = isGood ? CircleCheck : CircleAlert;
  return (
    <li>
      <Disclosure className="device-entry panel" data-testid="device-session-over">
        <AriaButton slot="trigger" className="device-entry-trigger">
          <ChevronRight className="device-entry-chevron" size={18} aria-hidden="true" />
          <span className="device-session-title">
            <span className="device-entry-file one-line">{file}</span>
            <span className="muted number one-line">
              {time} · {routeInWords(session, i18n)}
            </span>
          </span>
          <span className="device-entry-outcome number">
            <Icon className={isGood ? 'tint' : 'tint-danger'} size={18} aria-hidden="true" />
            {outcomeInWords(session, i18n)}
          </span>
        </AriaButton>
        <DisclosurePanel aria-label={t('sessionDetails', { file })}>
          <div className="device-entry-details">
            <DeviceClients clients={session.clients} />
            <FlowFacts session={session} />
          </div>
        </DisclosurePanel>
      </Disclosure>
    </li>
  );
});
