import { useTranslation } from 'react-i18next';
import type { TeacherSnapshot, TransferView } from '../../../src-shared/ipc/snapshots';
import { plainText } from '../../../src-shared/text/plain-text';
import { titleOf } from '../../stores/transfer-selectors';
import { Queued } from './queued';
import { TransferHead } from './transfer-head';
import './lists.css';

interface Props {
  readonly queue: readonly TransferView[];
  readonly snapshot: TeacherSnapshot;
}

/** What waits for its turn or its start rule, in the order in which it will start. */
export function QueueList({ queue, snapshot }: Props) {
  const { t } = useTranslation('send');
  if (queue.length === 0) return null;
  return (
    <section className="queue panel" aria-labelledby="queue-title">
      <header className="area-head">
        <h2 id="queue-title">{t('queue')}</h2>
        <span className="area-count number">{queue.length}</span>
      </header>
      <ol>
        {queue.map((transfer) => (
          <li key={transfer.id} className="queue-item">
            <TransferHead transfer={transfer} students={snapshot.students} />
            <Queued transfer={transfer} snapshot={snapshot} title={plainText(titleOf(transfer.files).title, 80)} />
          </li>
        ))}
      </ol>
    </section>
  );
}
