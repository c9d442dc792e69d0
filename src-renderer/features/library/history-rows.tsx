import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useDateFormat } from '../../ui/language';
import { WindowList } from '../../ui/window-list';
import { EntryCard } from './entry-card';
import { daysAgo, type HistoryLine } from './history-list';

const DAY_HEIGHT = 44;
const ENTRY_HEIGHT = 76;

/** The days and their transfers; only those in sight are there. */
export function HistoryRows({ lines }: { lines: readonly HistoryLine[] }) {
  const [opened, setOpened] = useState<string | null>(null);
  return (
    <WindowList
      items={lines}
      keyOf={({ key }) => key}
      heightOf={({ kind }) => (kind === 'day' ? DAY_HEIGHT : ENTRY_HEIGHT)}
      overscan={8}
      className="history-rows"
    >
      {(line) =>
        line.kind === 'day' ? (
          <Day time={line.time} />
        ) : (
          <EntryCard
            entry={line.entry}
            isOpen={line.entry.id === opened}
            onToggle={(isOpen) => setOpened(isOpen ? line.entry.id : null)}
          />
        )
      }
    </WindowList>
  );
}

function Day({ time }: { time: number }) {
  const { t } = useTranslation('library');
  const format = useDateFormat({ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
  const ago = daysAgo(time, Date.now());
  const day = ago === 0 ? t('today') : ago === 1 ? t('yesterday') : format.format(time);
  return <h3 className="history-day">{day}</h3>;
}
