import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { HistoryEntry, TransferView } from '../../../src-shared/ipc/snapshots';
import { request } from '../../ipc-client';
import { attempt } from '../../stores/app-store';
import { isOver } from '../../stores/transfer-selectors';

/** The history as it is on disk, read anew whenever one more transfer is over; null until it was first read. */
export function useHistory(transfers: readonly TransferView[]): {
  readonly entries: readonly HistoryEntry[] | null;
  reload(): Promise<void>;
} {
  const [entries, setEntries] = useState<readonly HistoryEntry[] | null>(null);
  const reload = useCallback(async () => setEntries(await request('history')), []);
  const over = useMemo(
    () =>
      transfers
        .filter(isOver)
        .map(({ id }) => id)
        .join(),
    [transfers],
  );
  const read = useRef<string>(undefined);
  useEffect(() => {
    if (read.current === over) return;
    read.current = over;
    attempt(reload());
  }, [reload, over]);
  return { entries, reload };
}
