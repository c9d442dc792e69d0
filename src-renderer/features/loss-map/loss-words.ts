import type { i18n } from 'i18next';
import type { TransferView } from '../../../src-shared/ipc/snapshots';
import { formatBytes } from '../../../src-shared/text/format';
import { plainText } from '../../../src-shared/text/plain-text';
import { completeCount, isOver, nameOf } from '../../stores/transfer-selectors';
import { clockTime } from '../player/clock-time';
import { cellRange, fileAt, hasLosses, missingIn, timeInPiece } from './loss-cells';

/** A readout that names more people than this is no longer read. */
const MAX_NAMED = 3;

/** "12.1 MB – 12.4 MB · 03 Allegro.flac at 1:12 · 2 miss it: Ana, Ben". */
export function cellInWords(transfer: TransferView, cell: number, sent: number, i18n: i18n): string {
  const { start, end } = cellRange(cell, transfer.totalBytes);
  const range = i18n.t('send:lossMap.range', { start: formatBytes(start, i18n), end: formatBytes(end, i18n) });
  return [range, fileInWords(transfer, start, i18n), lossInWords(transfer, cell, sent, i18n)].join(' · ');
}

/** What the map as a whole says while nobody points at it. */
export function mapInWords(transfer: TransferView, { t }: i18n): string {
  if (hasLosses(transfer) || !isOver(transfer)) return t('send:lossMap.hint');
  const everybody = completeCount(transfer.permanent) === transfer.permanent.length;
  return everybody ? t('send:lossMap.nothingMissing') : t('send:lossMap.nothingLeft');
}

function fileInWords({ files }: TransferView, position: number, { t }: i18n): string {
  const file = fileAt(files, position);
  if (file === undefined) return t('send:lossMap.trailer');
  const seconds = timeInPiece(file, position);
  const name = plainText(nameOf(file.path), 80);
  return seconds === undefined ? name : t('send:lossMap.inPiece', { name, time: clockTime(seconds) });
}

function lossInWords({ permanent }: TransferView, cell: number, sent: number, { t }: i18n): string {
  if (cell >= sent) return t('send:lossMap.notSent');
  const members = missingIn(permanent, cell);
  const count = members.length;
  if (count === 0) return t('send:lossMap.arrived');
  const names = members
    .slice(0, MAX_NAMED)
    .map(({ name }) => plainText(name, 40))
    .join(', ');
  const more = count - MAX_NAMED;
  return more > 0 ? t('send:lossMap.missingMore', { count, names, more }) : t('send:lossMap.missing', { count, names });
}
