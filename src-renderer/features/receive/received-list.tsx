import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useCallback, useLayoutEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { IncomingView } from '../../../src-shared/ipc/snapshots';
import { FileRow } from './file-row';
import { type OpenSets, type ReceivedRow, receivedRows } from './received-rows';
import { DayRow, SetRow } from './set-row';
import './received.css';

/** A list that is longer than this holds only the rows in sight. */
const MAX_PLAIN_ROWS = 100;
const ESTIMATED_ROW_PIXELS = 56;
/** Rows past the edges that are drawn as well, so that scrolling and the Tab key meet no gap. */
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
  const list = useRef<HTMLUListElement>(null);
  const [top, setTop] = useState(0);
  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => ESTIMATED_ROW_PIXELS,
    getItemKey: (index) => rows[index]?.key ?? index,
    overscan: OVERSCAN,
    scrollMargin: top,
  });
  // What is above the list comes and goes: the list moves with it.
  useLayoutEffect(() => setTop(list.current?.offsetTop ?? 0));
  return (
    <ul
      ref={list}
      className="received-rows received-virtual"
      aria-labelledby="received-title"
      style={{ height: virtual.getTotalSize() }}
    >
      {virtual.getVirtualItems().map(({ key, index, start }) => {
        const row = rows[index];
        return row === undefined ? null : (
          <li
            key={key}
            ref={virtual.measureElement}
            data-index={index}
            aria-setsize={rows.length}
            aria-posinset={index + 1}
            style={{ transform: `translateY(${start - top}px)` }}
          >
            {children(row)}
          </li>
        );
      })}
    </ul>
  );
}
