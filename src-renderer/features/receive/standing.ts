import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import type { NodeSnapshot } from '../../../src-shared/ipc/snapshots';
import { capitalized } from '../../../src-shared/text/format';
import { plainText } from '../../../src-shared/text/plain-text';
import { incomingInWords } from '../../../src-shared/text/sentences';
import { setTitle } from './received-rows';

const ROOM_CHARS = 60;

/** Where the student is, in one quiet line; what is done about it stands below. */
export function useWhereabouts(snapshot: NodeSnapshot): string {
  const { t } = useTranslation('receive');
  const { connection } = snapshot;
  return connection === 'connected' || connection === 'paused' ? standing(snapshot, t) : t('nowhere');
}

/** What a screen reader says when it changes: where the student is, and what the newest transfer is doing. */
export function useAnnouncement(snapshot: NodeSnapshot): string {
  const { t, i18n } = useTranslation('receive');
  const [newest] = snapshot.transfers;
  if (newest === undefined) return standing(snapshot, t);
  const words = capitalized(incomingInWords(newest, i18n));
  return `${standing(snapshot, t)}. ${setTitle(newest)}: ${words}`;
}

function standing({ connection, room }: NodeSnapshot, t: TFunction<'receive'>): string {
  return connection === 'connected' ? t('in', { room: plainText(room?.name ?? '', ROOM_CHARS) }) : t(connection);
}
