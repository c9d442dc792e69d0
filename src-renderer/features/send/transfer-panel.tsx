import type { i18n } from 'i18next';
import { CircleAlert, CircleCheck, Pause, Play, X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { TeacherSnapshot, TransferView } from '../../../src-shared/ipc/snapshots';
import { capitalized, formatDuration, formatPercent, formatRate } from '../../../src-shared/text/format';
import { plainText } from '../../../src-shared/text/plain-text';
import { closingSentence, phaseInWords } from '../../../src-shared/text/sentences';
import { request } from '../../ipc-client';
import { attempt } from '../../stores/app-store';
import { completeCount, isOver, overallProgress, titleOf } from '../../stores/transfer-selectors';
import { Button } from '../../ui/button';
import { ConfirmDialog } from '../../ui/confirm-dialog';
import { ProgressBar } from '../../ui/progress-bar';
import { LossMap } from '../loss-map/loss-map';
import { HelpButton } from './help-button';
import { isQueued, remedyFor, timeLeft } from './home-selectors';
import { Queued } from './queued';
import { onlyName, timeLeftInWords } from './send-words';
import { TransferHead } from './transfer-head';

interface Props {
  readonly transfer: TransferView;
  readonly snapshot: TeacherSnapshot;
}

/** The transfer that is shown large: what it is, how far it is, and what is missing where. */
export function TransferPanel({ transfer, snapshot }: Props) {
  const { students } = snapshot;
  const label = plainText(titleOf(transfer.files).title, 80);
  if (isQueued(transfer)) {
    return (
      <section className="transfer panel" aria-label={label} data-testid="transfer">
        <TransferHead transfer={transfer} students={students} />
        <Queued transfer={transfer} snapshot={snapshot} />
      </section>
    );
  }
  return (
    <section className="transfer panel" aria-label={label} data-testid="transfer">
      <TransferHead transfer={transfer} students={students}>
        {isOver(transfer) ? null : <Controls transfer={transfer} />}
      </TransferHead>
      {isOver(transfer) ? <Closing transfer={transfer} /> : <Running transfer={transfer} />}
      <LossMap transfer={transfer} />
    </section>
  );
}

function Controls({ transfer: { id, paused } }: { transfer: TransferView }) {
  const { t } = useTranslation('send');
  const order = { transfer: id };
  return (
    <div className="transfer-actions">
      <Button icon={paused ? Play : Pause} onPress={() => attempt(request(paused ? 'resume' : 'pause', order))}>
        {paused ? t('resume') : t('pause')}
      </Button>
      <ConfirmDialog
        trigger={<Button icon={X}>{t('stop')}</Button>}
        title={t('stopQuestion')}
        detail={t('stopDetail')}
        confirm={t('stopForEveryone')}
        keep={t('keepSending')}
        danger
        onConfirm={() => attempt(request('cancel', order))}
      />
    </div>
  );
}

function Running({ transfer }: { transfer: TransferView }) {
  const { t, i18n } = useTranslation('send');
  const share = overallProgress(transfer);
  const counts = { done: completeCount(transfer.permanent), count: transfer.permanent.length };
  return (
    <div className="transfer-running" data-paused={transfer.paused}>
      <div className="transfer-state">
        <p className="transfer-percent number">{formatPercent(share, i18n)}</p>
        <p className="transfer-phase">{capitalized(phaseInWords(transfer, i18n))}</p>
        {counts.count === 0 ? null : <p className="muted number">{t('complete', counts)}</p>}
      </div>
      <ProgressBar share={share} label={t('progressLabel')} />
      <p className="transfer-numbers muted number">{numbersOf(transfer, i18n).join(' · ')}</p>
    </div>
  );
}

function numbersOf(transfer: TransferView, i18n: i18n): string[] {
  const { rate, elapsedMs, resentBytes, filledBytes, totalBytes } = transfer;
  const share = (bytes: number) => formatPercent(totalBytes === 0 ? 0 : bytes / totalBytes, i18n);
  const left = timeLeft(transfer);
  return [
    ...(rate > 0 ? [formatRate(rate, i18n)] : []),
    ...(left === undefined ? [] : [timeLeftInWords(left, transfer, i18n)]),
    i18n.t('send:elapsed', { duration: formatDuration(elapsedMs, i18n) }),
    ...(resentBytes > 0 ? [i18n.t('send:resent', { share: share(resentBytes) })] : []),
    ...(filledBytes > 0 ? [i18n.t('send:byTcp', { share: share(filledBytes) })] : []),
  ];
}

function Closing({ transfer }: { transfer: TransferView }) {
  const { i18n } = useTranslation();
  const good = transfer.phase === 'finished' && completeCount(transfer.permanent) === transfer.permanent.length;
  const remedy = remedyFor(transfer);
  const Icon = good ? CircleCheck : CircleAlert;
  return (
    <div className="closing" data-good={good} data-testid="closing">
      <Icon className={good ? 'tint' : 'tint-danger'} size={22} aria-hidden="true" />
      <p className="number selectable">{closingSentence(transfer, i18n)}</p>
      {remedy === undefined ? null : (
        <HelpButton {...remedy} transfer={transfer.id} name={onlyName(remedy.students, transfer.permanent)} />
      )}
    </div>
  );
}
