import { useTranslation } from 'react-i18next';
import type { KnownRoom } from '../../../src-shared/ipc/snapshots';
import { shortFingerprint } from '../../../src-shared/text/format';
import { plainText } from '../../../src-shared/text/plain-text';
import { request } from '../../ipc-client';
import { attempt } from '../../stores/app-store';
import { Avatar } from '../../ui/avatar';
import { Button } from '../../ui/button';
import { ConfirmDialog } from '../../ui/confirm-dialog';
import { SettingGroup } from './setting';

/** The rooms that music arrives from. */
export function KnownRooms({ title, rooms }: { title: string; rooms: readonly KnownRoom[] }) {
  const { t } = useTranslation('settings');
  return (
    <SettingGroup title={title}>
      {rooms.length === 0 ? <p className="setting muted">{t('noRooms')}</p> : null}
      <ul className="known-rooms">
        {rooms.map((room) => (
          <Room key={room.fingerprint} room={room} />
        ))}
      </ul>
    </SettingGroup>
  );
}

function Room({ room: { name, fingerprint } }: { room: KnownRoom }) {
  const { t } = useTranslation('settings');
  const plainName = plainText(name, 60);
  return (
    <li className="setting">
      <Avatar id={fingerprint} name={name} />
      <div className="setting-text">
        <p className="setting-label one-line">{plainName}</p>
        <p className="setting-detail mono selectable one-line">{shortFingerprint(fingerprint)}</p>
      </div>
      <ConfirmDialog
        trigger={<Button aria-label={`${t('forget')}: ${plainName}`}>{t('forget')}</Button>}
        danger
        title={t('forgetQuestion', { room: plainName })}
        detail={t('forgetDetail')}
        confirm={t('forget')}
        onConfirm={() => attempt(request('forget', { fingerprint }))}
      />
    </li>
  );
}
