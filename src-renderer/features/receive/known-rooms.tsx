import { useTranslation } from 'react-i18next';
import type { FoundRoom } from '../../../src-shared/ipc/snapshots';
import { hostAndPort } from '../../../src-shared/text/host-and-port';
import { request } from '../../ipc-client';
import { attempt } from '../../stores/app-store';
import { Button } from '../../ui/button';
import { RoomFace } from './pair-card';

/** Paired rooms that are on the network: the student may be in one of them at a time. */
export function KnownRooms({ rooms }: { rooms: readonly FoundRoom[] }) {
  const { t } = useTranslation('receive');
  if (rooms.length === 0) return null;
  return (
    <section className="rooms" aria-labelledby="rooms-title">
      <h2 id="rooms-title">{t('knownRooms')}</h2>
      <ul>
        {rooms.map((room) => (
          <li key={room.fingerprint} className="room-line panel">
            <RoomFace room={room} />
            <Button onPress={() => join(room)}>{t('join')}</Button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function join({ address, port }: FoundRoom): void {
  attempt(request('connect', { address: hostAndPort(address, port) }));
}
