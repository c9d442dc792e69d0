import type { EngineStatus, TrayView } from '../../src-shared/ipc/contract';
import type { IncomingView, NodeSnapshot } from '../../src-shared/ipc/snapshots';
import { plainText } from '../../src-shared/text/plain-text';
import type { Translator } from './texts';

/** Windows cuts tooltips at 127 characters. */
const NAME_CHARS = 60;
/** The icons of the ring: from empty to full. */
export const RING_STEPS = 16;

/** What the tray shows of the student's state: an icon, how far it is, and one short sentence. */
export function trayViewOf(status: EngineStatus, snapshot: NodeSnapshot | undefined, t: Translator): TrayView {
  if (status.state === 'failed') return still('failed', t('desktop:tray.failed'));
  if (snapshot === undefined) return still('searching', t('desktop:tray.searching'));
  const incoming = snapshot.transfers.find(({ state }) => state === 'receiving' || state === 'repairing');
  if (snapshot.connection === 'connected' && incoming !== undefined) return receiving(incoming, t);
  return resting(snapshot, t);
}

function resting({ connection, room }: NodeSnapshot, t: Translator): TrayView {
  switch (connection) {
    case 'connected':
      return still('idle', t('desktop:tray.connected', { room: plainText(room?.name ?? '', NAME_CHARS) }));
    case 'unpaired':
      return still('attention', t('desktop:tray.unpaired'));
    case 'paused':
      return still('paused', t('desktop:tray.paused'));
    case 'connecting':
    case 'searching':
      return still('searching', t(`desktop:tray.${connection}`));
  }
}

function receiving(incoming: IncomingView, t: Translator): TrayView {
  const percent = percentOf(incoming);
  const from = plainText(incoming.from, NAME_CHARS);
  return { state: 'receiving', progress: percent / 100, tooltip: t('desktop:tray.receiving', { from, percent }) };
}

function still(state: TrayView['state'], tooltip: string): TrayView {
  return { state, progress: 0, tooltip };
}

function percentOf({ totalBytes, missingBytes }: IncomingView): number {
  return totalBytes === 0 ? 100 : Math.floor((100 * (totalBytes - missingBytes)) / totalBytes);
}

/** The name of the icon for a view, without its ending: "tray-receiving-07". */
export function trayIconOf({ state, progress }: TrayView): string {
  if (state !== 'receiving') return `tray-${state}`;
  return `tray-receiving-${String(Math.floor(progress * RING_STEPS)).padStart(2, '0')}`;
}
