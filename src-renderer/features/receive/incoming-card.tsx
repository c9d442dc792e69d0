import { CircleAlert, FolderPen, Pause } from 'lucide-react';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import { type IncomingView, LOSS_MAP_CELLS } from '../../../src-shared/ipc/snapshots';
import { capitalized, formatPercent, formatRate } from '../../../src-shared/text/format';
import { plainText } from '../../../src-shared/text/plain-text';
import { contentInWords, incomingInWords } from '../../../src-shared/text/sentences';
import { request } from '../../ipc-client';
import { attempt } from '../../stores/app-store';
import { Button } from '../../ui/button';
import { Cover } from '../../ui/cover';
import { ProgressBar } from '../../ui/progress-bar';
import { reachedCells } from '../loss-map/loss-cells';
import { LossStrip } from '../loss-map/loss-strip';
import { setTitle } from './received-rows';
import { SetName } from './set-name';

const FROM_CHARS = 60;

interface Props {
  readonly transfer: IncomingView;
  /** False where this computer's policy says where music goes. */
  readonly canChangeFolder: boolean;
}

/** One transfer that is on its way, or did not get here. */
export const IncomingCard = memo(function IncomingCard({ transfer, canChangeFolder }: Props) {
  const { t, i18n } = useTranslation('receive');
  const contentBytes = transfer.files.reduce((sum, { size }) => sum + size, 0);
  const content = contentInWords({ files: transfer.files, contentBytes }, i18n);
  const title = setTitle(transfer);
  const failed = transfer.state === 'failed';
  return (
    <li className="incoming panel" data-state={transfer.state} data-testid="incoming">
      <Cover image={transfer.covers[0]} size="large" />
      <div className="incoming-title">
        <h2 className="one-line">
          <SetName transfer={transfer} />
        </h2>
        <p className="muted number">{t('fromWith', { name: plainText(transfer.from, FROM_CHARS), content })}</p>
      </div>
      {failed ? (
        <Failed transfer={transfer} canChangeFolder={canChangeFolder} />
      ) : (
        <Arriving transfer={transfer} title={title} />
      )}
    </li>
  );
});

function Arriving({ transfer, title }: { transfer: IncomingView; title: string }) {
  const { t, i18n } = useTranslation('receive');
  const { totalBytes, missingBytes, rate, state } = transfer;
  const share = totalBytes === 0 ? 0 : 1 - missingBytes / totalBytes;
  const detail = { repairing: t('repairDetail'), interrupted: t('interruptedDetail') }[state as string];
  return (
    <div className="incoming-progress">
      <p className="incoming-state number">
        {state === 'interrupted' ? <Pause size={16} aria-hidden="true" /> : null}
        <span className="incoming-words">{capitalized(incomingInWords(transfer, i18n))}</span>
        <span className="muted">{rate > 0 && state !== 'interrupted' ? formatRate(rate, i18n) : ''}</span>
        <span className="incoming-percent">{formatPercent(share, i18n)}</span>
      </p>
      <ProgressBar share={share} label={t('progress', { title })} />
      <LossStrip cells={transfer.lossMap} sentCells={reachedOf(transfer)} />
      {detail === undefined ? null : <p className="incoming-detail muted">{detail}</p>}
    </div>
  );
}

/** In the first pass what has not come yet is on its way; later, what is missing has been lost. */
function reachedOf({ transmission, state, lossMap }: IncomingView): number {
  const firstPass = transmission === 0 && (state === 'receiving' || state === 'interrupted');
  return firstPass ? reachedCells(lossMap, 255, LOSS_MAP_CELLS) : LOSS_MAP_CELLS;
}

function Failed({ transfer, canChangeFolder }: Props) {
  const { t, i18n } = useTranslation('receive');
  return (
    <div className="incoming-failed">
      <p className="incoming-reason">
        <CircleAlert size={18} aria-hidden="true" />
        <span>{capitalized(incomingInWords(transfer, i18n))}</span>
      </p>
      <p className="muted">{t('failedDetail')}</p>
      {canChangeFolder ? (
        <Button icon={FolderPen} onPress={() => attempt(request('chooseFolder'))}>
          {t('changeFolder')}
        </Button>
      ) : null}
    </div>
  );
}
