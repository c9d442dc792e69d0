import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useLayoutEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useDateFormat } from '../../ui/language';
import { EntryCard } from './entry-card';
import { daysAgo, type HistoryLine } from './history-list';

/** The days and their transfers; only those in sight are there. */
export function HistoryRows({ lines }: { lines: readonly HistoryLine[] }) {
  const list = useRef<HTMLUListElement>(null);
  const [top, setTop] = useState(0);
  const [opened, setOpened] = useState<string | null>(null);
  useLayoutEffect(() => {
    setTop((list.current?.getBoundingClientRect().top ?? 0) + window.scrollY);
  }, []);
  const rows = useWindowVirtualizer({
    count: lines.length,
    estimateSize: (index) => (lines[index]?.kind === 'day' ? 44 : 76),
    overscan: 8,
    scrollMargin: top,
    getItemKey: (index) => lines[index]?.key ?? index,
  });
  return (
    <ul ref={list} className="history-rows" style={{ height: rows.getTotalSize() }}>
      {rows.getVirtualItems().map(({ index, key, start }) => {
        const line = lines[index];
        return line === undefined ? null : (
          <li
            key={key}
            ref={rows.measureElement}
            data-index={index}
            aria-setsize={lines.length}
            aria-posinset={index + 1}
            style={{ transform: `translateY(${start - top}px)` }}
          >
            {line.kind === 'day' ? (
              <Day time={line.time} />
            ) : (
              <EntryCard
                entry={line.entry}
                isOpen={line.entry.id === opened}
                onToggle={(isOpen) => setOpened(isOpen ? line.entry.id : null)}
              />
            )}
          </li>
        );
      })}
    </ul>
  );
}

function Day({ time }: { time: number }) {
  const { t } = useTranslation('library');
  const format = useDateFormat({ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
  const ago = daysAgo(time, Date.now());
  const day = ago === 0 ? t('today') : ago === 1 ? t('yesterday') : format.format(time);
  return <h3 className="history-day">{day}</h3>;
}
