import { CircleAlert, CircleCheck, RotateCw } from 'lucide-react';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import type { TransferView } from '../../../src-shared/ipc/snapshots';
import { plainText } from '../../../src-shared/text/plain-text';
import { closingSentence } from '../../../src-shared/text/sentences';
import { request } from '../../ipc-client';
import { attempt } from '../../stores/app-store';
import { completeCount, titleOf } from '../../stores/transfer-selectors';
import { Button, IconButton } from '../../ui/button';
import { goTo } from '../shell/navigation';
import './lists.css';

/** What is over: one sentence each, and once more with one button. */
export const EarlierList = memo(function EarlierList({ transfers }: { transfers: readonly TransferView[] }) {
  const { t } = useTranslation('send');
  if (transfers.length === 0) return null;
  return (
    <section className="earlier panel" aria-labelledby="earlier-title">
      <header className="area-head">
        <h2 id="earlier-title">{t('earlier')}</h2>
      </header>
      <ul>
        {transfers.map((transfer) => (
          <Earlier key={transfer.id} transfer={transfer} />
        ))}
      </ul>
      <Button kind="quiet" onPress={() => goTo('library')}>
        {t('library')}
      </Button>
    </section>
  );
});

const Earlier = memo(function Earlier({ transfer }: { transfer: TransferView }) {
  const { t, i18n } = useTranslation('send');
  const { id, files, permanent, phase } = transfer;
  const title = plainText(titleOf(files).title, 80);
  const good = phase === 'finished' && completeCount(permanent) === permanent.length;
  const again = () =>
    attempt(request('retry', { transfer: id, students: permanent.map((member) => member.id), by: 'multicast' }));
  return (
    <li className="earlier-item" data-testid="earlier">
      {good ? (
        <CircleCheck size={18} className="tint" aria-hidden="true" />
      ) : (
        <CircleAlert size={18} className="tint-danger" aria-hidden="true" />
      )}
      <div className="earlier-text">
        <p className="earlier-title one-line">{title}</p>
        <p className="earlier-sentence muted number">{closingSentence(transfer, i18n)}</p>
      </div>
      <IconButton icon={RotateCw} label={t('sendAgainTo', { title })} onPress={again} />
    </li>
  );
});
