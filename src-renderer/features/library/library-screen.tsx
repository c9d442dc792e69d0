import { Download, FolderClock, Trash2 } from 'lucide-react';
import { memo, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { HistoryEntry, TransferView } from '../../../src-shared/ipc/snapshots';
import { request } from '../../ipc-client';
import { attempt } from '../../stores/app-store';
import { ActionMenu } from '../../ui/action-menu';
import { ConfirmDialog } from '../../ui/confirm-dialog';
import { EmptyState } from '../../ui/empty-state';
import { SearchField } from '../../ui/search-field';
import { findEntries, linesOf } from './history-list';
import { HistoryRows } from './history-rows';
import { useHistory } from './use-history';
import './library.css';

/** What was sent, to whom, and how it went. */
export function LibraryScreen({ transfers }: { transfers: readonly TransferView[] }) {
  const { t } = useTranslation('library');
  const { entries, reload } = useHistory(transfers);
  if (entries === null) return <p className="muted library-loading">{t('loading')}</p>;
  if (entries.length === 0) {
    return <EmptyState icon={FolderClock} title={t('emptyTitle')} detail={t('emptyDetail')} />;
  }
  return <History entries={entries} onCleared={reload} />;
}

interface HistoryProps {
  readonly entries: readonly HistoryEntry[];
  onCleared(): Promise<void>;
}

const History = memo(function History({ entries, onCleared }: HistoryProps) {
  const { t } = useTranslation('library');
  const [typed, setTyped] = useState('');
  const lines = useMemo(() => linesOf(findEntries(entries, typed)), [entries, typed]);
  return (
    <section className="library" aria-labelledby="library-title">
      <header className="section-head">
        <h2 id="library-title">
          {t('title')} <span className="count number">{entries.length}</span>
        </h2>
        <div className="library-tools">
          <SearchField label={t('search')} value={typed} onChange={setTyped} />
          <HistoryActions onCleared={onCleared} />
        </div>
      </header>
      {lines.length === 0 ? <p className="muted">{t('noMatch')}</p> : <HistoryRows lines={lines} />}
    </section>
  );
});

function HistoryActions({ onCleared }: { onCleared(): Promise<void> }) {
  const { t } = useTranslation('library');
  const [isClearing, setClearing] = useState(false);
  const exportAs = (format: 'csv' | 'json') => attempt(request('exportHistory', { format }));
  return (
    <>
      <ActionMenu
        label={t('actions')}
        items={[
          { id: 'csv', label: t('exportAllCsv'), icon: Download, onAction: () => exportAs('csv') },
          { id: 'json', label: t('exportAllJson'), icon: Download, onAction: () => exportAs('json') },
          { id: 'clear', label: t('clear'), icon: Trash2, danger: true, onAction: () => setClearing(true) },
        ]}
      />
      <ConfirmDialog
        isOpen={isClearing}
        onClose={() => setClearing(false)}
        danger
        title={t('clearQuestion')}
        detail={t('clearDetail')}
        confirm={t('clearConfirm')}
        onConfirm={() => attempt(request('clearHistory').then(onCleared))}
      />
    </>
  );
}
