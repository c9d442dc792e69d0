import type { IncomingView, StudentSnapshot } from '../../src-shared/ipc/snapshots';
import { plainText } from '../../src-shared/text/plain-text';
import { text } from './strings';

/** Windows cuts tooltips at 127 characters. */
const NAME_CHARS = 60;

/** The student's state in one short sentence. */
export function trayStateOf(snapshot: StudentSnapshot): string {
  const incoming = snapshot.transfers.find(
    (transfer) => transfer.state === 'receiving' || transfer.state === 'repairing',
  );
  if (incoming !== undefined) return text.tray.receiving(plainText(incoming.from, NAME_CHARS), percentOf(incoming));
  if (snapshot.connection === 'connected') return text.tray.connected(plainText(snapshot.room?.name ?? '', NAME_CHARS));
  return text.tray[snapshot.connection];
}

function percentOf({ totalBytes, missingBytes }: IncomingView): number {
  return totalBytes === 0 ? 100 : Math.floor((100 * (totalBytes - missingBytes)) / totalBytes);
}
