import type { IncomingView } from '../../../src-shared/ipc/snapshots';
import { plainText } from '../../../src-shared/text/plain-text';
import { titleOf } from '../../stores/transfer-selectors';

/** The received music as rows: days, sets, and the files of the sets that are open. */
export type ReceivedRow =
  | { readonly kind: 'day'; readonly key: string; readonly at: number }
  | { readonly kind: 'set'; readonly key: string; readonly transfer: IncomingView; readonly open: boolean }
  | {
      readonly kind: 'file';
      readonly key: string;
      readonly transfer: IncomingView;
      readonly file: number;
      /** Where it stands in its set; a transfer of one file is a row by itself. */
      readonly place: 'alone' | 'inside' | 'last';
    };

/** Which sets the person opened or closed; the newest is open by itself. */
export type OpenSets = ReadonlyMap<string, boolean>;

const TITLE_CHARS = 120;

/**
 * @param transfers Received ones, newest first.
 */
export function receivedRows(transfers: readonly IncomingView[], openSets: OpenSets): ReceivedRow[] {
  const days = new Set(transfers.map(({ at }) => dayOf(at)));
  return transfers.flatMap((transfer, index): ReceivedRow[] => {
    const newDay = index === 0 || dayOf(transfers[index - 1]?.at ?? 0) !== dayOf(transfer.at);
    const open = openSets.get(transfer.id) ?? index === 0;
    const rows = rowsOf(transfer, open);
    // Days are told apart only where there is more than one.
    if (!newDay || days.size < 2) return rows;
    return [{ kind: 'day', key: `day ${dayOf(transfer.at)} ${transfer.id}`, at: transfer.at }, ...rows];
  });
}

function rowsOf(transfer: IncomingView, open: boolean): ReceivedRow[] {
  const { id, files } = transfer;
  if (files.length === 1) return [{ kind: 'file', key: `${id} 0`, transfer, file: 0, place: 'alone' }];
  const head: ReceivedRow = { kind: 'set', key: id, transfer, open };
  if (!open) return [head];
  const inside = files.map((_, file): ReceivedRow => {
    return { kind: 'file', key: `${id} ${file}`, transfer, file, place: file === files.length - 1 ? 'last' : 'inside' };
  });
  return [head, ...inside];
}

/** The day of a moment, in the time zone of this computer. */
export function dayOf(at: number): string {
  return new Date(at).toDateString();
}

/** What a transfer is called: its folder, its piece, or its first piece. */
export function setTitle({ files }: IncomingView): string {
  return plainText(titleOf(files).title, TITLE_CHARS);
}

/** How many files its name does not tell of. */
export function moreThanTitle({ files }: IncomingView): number {
  return titleOf(files).more;
}

/** Minutes of music in a set, as far as its tags tell; 0 where they tell nothing. */
export function minutesOf({ files }: IncomingView): number {
  const seconds = files.reduce((sum, { track }) => sum + (track?.duration ?? 0), 0);
  return Math.round(seconds / 60);
}
