import type { i18n } from 'i18next';
import type { DeviceSessionView } from '../../../src-shared/ipc/device-views';
import { formatBytes } from '../../../src-shared/text/format';
import { plainText } from '../../../src-shared/text/plain-text';
import { nameOf } from '../../stores/transfer-selectors';
import { completeCount } from './session-selectors';

const NAME_CHARS = 120;

/** Its name; in which folder it is stands in `routeInWords`. */
export function fileInWords({ file }: DeviceSessionView): string {
  return plainText(nameOf(file), NAME_CHARS);
}

/** "netboot · 48.2 MB · to 3 devices by multicast · group 239.255.70.1:1758". */
export function routeInWords({ file, bytes, group, clients }: DeviceSessionView, i18n: i18n): string {
  const folder = file.slice(0, Math.max(0, file.lastIndexOf('/')));
  const to =
    group === null
      ? [i18n.t('devices:toOne')]
      : [i18n.t('devices:toGroup', { count: clients.length }), i18n.t('devices:group', { group })];
  return [...(folder === '' ? [] : [plainText(folder, NAME_CHARS)]), formatBytes(bytes, i18n), ...to].join(' · ');
}

/** How it ended, in a few words. */
export function outcomeInWords(session: DeviceSessionView, i18n: i18n): string {
  const all = session.clients.length;
  const complete = completeCount(session);
  if (complete === 0) return i18n.t('devices:nobodyHas');
  return complete === all ? i18n.t('devices:done') : i18n.t('devices:someHave', { complete, all });
}
