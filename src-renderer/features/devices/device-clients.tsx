import { Check, CircleAlert, Clock, Crown, Ear, type LucideIcon, Router } from 'lucide-react';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import type { DeviceClientView, DeviceRole } from '../../../src-shared/ipc/device-views';
import { capitalized, formatPercent } from '../../../src-shared/text/format';
import { plainText } from '../../../src-shared/text/plain-text';
import { reasonInWords } from '../../../src-shared/text/reasons';
import { ShortList } from '../../ui/short-list';
import { clientsInOrder, knownProgress } from './session-selectors';

/** More devices than these are read by those who ask for them. */
const SHOWN = 8;
const ADDRESS_CHARS = 60;

const ROLE_ICONS: Readonly<Record<DeviceRole, LucideIcon>> = { master: Crown, member: Ear, unicast: Router };

/** Everybody who fetches the file: who leads, how far each is, and why one failed. */
export const DeviceClients = memo(function DeviceClients({ clients }: { clients: readonly DeviceClientView[] }) {
  const { t } = useTranslation('devices');
  return (
    <ShortList
      label={t('clients', { count: clients.length })}
      items={clientsInOrder(clients)}
      limit={SHOWN}
      className="device-clients"
      keyOf={({ address }) => address}
    >
      {(client) => <Client client={client} />}
    </ShortList>
  );
});

function Client({ client }: { client: DeviceClientView }) {
  const { t, i18n } = useTranslation('devices');
  const { role, why } = client;
  const Icon = iconOf(client);
  return (
    <li className="device-client" data-state={client.state} data-testid="device-client">
      <Icon className="device-client-icon" size={18} aria-hidden="true" />
      <div className="device-client-text">
        <p className="device-client-address number selectable">{plainText(client.address, ADDRESS_CHARS)}</p>
        <p className="muted">
          {t(role)}
          {isOver(client) ? '' : `: ${t(`${role}Detail`)}`}
        </p>
      </div>
      <Standing client={client} />
      {why === undefined ? null : <p className="device-client-why">{capitalized(reasonInWords(why, i18n))}</p>}
    </li>
  );
}

function Standing({ client }: { client: DeviceClientView }) {
  const { t, i18n } = useTranslation('devices');
  const progress = knownProgress(client);
  const isListening = client.state === 'receiving' && progress === undefined;
  // Of a device on its own the session says it already.
  const isShown = client.state === 'receiving' && client.role !== 'unicast';
  return (
    <p className="device-client-standing number">
      <span>{t(isListening ? 'listening' : client.state)}</span>
      {isShown && progress !== undefined ? <strong>{formatPercent(progress, i18n)}</strong> : null}
    </p>
  );
}

function iconOf({ role, state }: DeviceClientView): LucideIcon {
  if (state === 'complete') return Check;
  if (state === 'failed') return CircleAlert;
  return state === 'waiting' ? Clock : ROLE_ICONS[role];
}

function isOver({ state }: DeviceClientView): boolean {
  return state === 'complete' || state === 'failed';
}
