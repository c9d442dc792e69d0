import { type ReactNode, useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { IncomingView } from '../../../src-shared/ipc/snapshots';
import { WindowList } from '../../ui/window-list';
import { FileRow } from './file-row';
import { type OpenSets, type ReceivedRow, receivedRows } from './received-rows';
import { DayRow, SetRow } from './set-row';
import './received.css';

/** A list that is longer than this holds only the rows in sight. */
const MAX_PLAIN_ROWS = 100;
const ESTIMATED_ROW_PIXELS = 56;
const OVERSCAN = 8;

/** Everything that has arrived, newest first, each transfer in its teacher's order. */
export function ReceivedList({ transfers }: { transfers: readonly IncomingView[] }) {
  const { t } = useTranslation('receive');
  const [openSets, setOpenSets] = useState<OpenSets>(new Map());
  const toggle = useCallback((id: string, open: boolean) => setOpenSets((sets) => new Map(sets).set(id, open)), []);
  const rows = receivedRows(transfers, openSets);
  const List = rows.length > MAX_PLAIN_ROWS ? VirtualRows : PlainRows;
  return (
    <section className="received" aria-labelledby="received-title">
      <h2 id="received-title">{t('received')}</h2>
      <List rows={rows}>{(row) => <Row row={row} onToggle={toggle} />}</List>
    </section>
  );
}

interface RowProps {
  readonly row: ReceivedRow;
  onToggle(id: string, open: boolean): void;
}

function Row({ row, onToggle }: RowProps) {
  if (row.kind === 'day') return <DayRow at={row.at} />;
  if (row.kind === 'set') return <SetRow transfer={row.transfer} open={row.open} onToggle={onToggle} />;
  return <FileRow transfer={row.transfer} file={row.file} place={row.place} />;
}

interface ListProps {
  readonly rows: readonly ReceivedRow[];
  readonly children: (row: ReceivedRow) => ReactNode;
}

function PlainRows({ rows, children }: ListProps) {
  return (
    <ul className="received-rows" aria-labelledby="received-title">
      {rows.map((row) => (
        <li key={row.key}>{children(row)}</li>
      ))}
    </ul>
  );
}

function VirtualRows({ rows, children }: ListProps) {
  return (
    <WindowList
      items={rows}
      keyOf={({ key }) => key}
      heightOf={() => ESTIMATED_ROW_PIXELS}
      overscan={OVERSCAN}
      className="received-rows received-virtual"
      labelledBy="received-title"
    >
      {children}
    </WindowList>
  );
}
