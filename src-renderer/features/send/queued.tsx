import { Clock, TriangleAlert } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { TeacherSnapshot, TransferView } from '../../../src-shared/ipc/snapshots';
import { formatBytes } from '../../../src-shared/text/format';
import { plainText } from '../../../src-shared/text/plain-text';
import { request } from '../../ipc-client';
import { attempt } from '../../stores/app-store';
import { Button } from '../../ui/button';
import { ConfirmDialog } from '../../ui/confirm-dialog';
import { expectedRate, isRunning } from './home-selectors';
import { hereCount, studentsOf, type Tightest, tightestOf } from './send-options';
import { roughTime, ruleInWords } from './send-words';

interface Props {
  readonly transfer: TransferView;
  readonly snapshot: TeacherSnapshot;
  /** What the buttons are about, where several of them stand in a list. */
  readonly title?: string;
}

/** Why a transfer has not started, what it will take, and the two things that can be done about it. */
export function Queued({ transfer, snapshot, title }: Props) {
  const { i18n } = useTranslation();
  const { students, groups, transfers } = snapshot;
  const meant = studentsOf(transfer.audience, students, groups);
  const state = { here: hereCount(meant), running: isRunning(transfers), now: new Date() };
  return (
    <div className="queued" data-testid="queued">
      <p className="queued-rule number">
        <Clock size={18} aria-hidden="true" />
        {ruleInWords(transfer, state, i18n)}
      </p>
      <Prospects transfer={transfer} rate={expectedRate(transfers)} tightest={tightestOf(meant, transfer.totalBytes)} />
      <Actions transfer={transfer.id} {...(title === undefined ? {} : { title })} />
    </div>
  );
}

interface Prospect {
  readonly transfer: TransferView;
  readonly rate: number | undefined;
  readonly tightest: Tightest | undefined;
}

/** How long it will take, and whether everybody has room for it. */
function Prospects({ transfer: { totalBytes }, rate, tightest }: Prospect) {
  const { t, i18n } = useTranslation('send');
  const facts = [
    ...(rate === undefined ? [] : [t('takes', { duration: roughTime((totalBytes / rate) * 1000) })]),
    ...(tightest === undefined || tightest.tooSmall > 0 ? [] : [t('fits', words(tightest))]),
  ];
  return (
    <>
      {facts.length === 0 ? null : <p className="muted number">{facts.join(' · ')}</p>}
      {tightest === undefined || tightest.tooSmall === 0 ? null : (
        <p className="queued-warning">
          <TriangleAlert size={16} aria-hidden="true" />
          {tightest.tooSmall === 1
            ? t('tooFull', words(tightest))
            : t('tooFullMore', { ...words(tightest), count: tightest.tooSmall - 1 })}
        </p>
      )}
    </>
  );

  function words({ name, freeBytes }: Tightest) {
    return { name: plainText(name, 40), free: formatBytes(freeBytes, i18n) };
  }
}

function Actions({ transfer, title }: { transfer: string; title?: string }) {
  const { t } = useTranslation('send');
  const spoken = (label: (title: string) => string) => (title === undefined ? {} : { 'aria-label': label(title) });
  return (
    <div className="queued-actions">
      <Button
        kind={title === undefined ? 'primary' : 'plain'}
        onPress={() => attempt(request('startNow', { transfer }))}
        {...spoken((of) => t('startNowTitle', { title: of }))}
      >
        {t('startNow')}
      </Button>
      <ConfirmDialog
        trigger={<Button {...spoken((of) => t('removeTitle', { title: of }))}>{t('remove')}</Button>}
        title={t('removeQuestion')}
        detail={t('removeDetail')}
        confirm={t('removeConfirm')}
        keep={t('keepWaiting')}
        danger
        onConfirm={() => attempt(request('cancel', { transfer }))}
      />
    </div>
  );
}
