import { CircleAlert, CircleCheck, FolderOpen } from 'lucide-react';
import { memo } from 'react';
import { type IncomingView, LOSS_MAP_CELLS } from '../../../src-shared/ipc/snapshots';
import { countOf, formatBytes, formatPercent, formatRate } from '../../../src-shared/text/format';
import { plainText } from '../../../src-shared/text/plain-text';
import { incomingInWords } from '../../../src-shared/text/sentences';
import { request } from '../../ipc-client';
import { attempt } from '../../stores/app-store';
import { titleOf } from '../../stores/transfer-selectors';
import { Button } from '../../ui/button';
import { Cover } from '../../ui/cover';
import { ProgressBar } from '../../ui/progress-bar';
import { capitalized, strings } from '../../ui/strings';
import { reachedCells } from '../loss-map/loss-cells';
import { LossStrip } from '../loss-map/loss-strip';

const words = strings.receive;

/** One transfer as the student sees it. */
export const IncomingCard = memo(function IncomingCard({ transfer }: { transfer: IncomingView }) {
  const { title, more } = titleOf(transfer.files);
  const size = transfer.files.reduce((sum, file) => sum + file.size, 0);
  return (
    <li className="incoming panel" data-state={transfer.state} data-testid="incoming">
      <Cover image={transfer.covers[0]} size="large" />
      <div className="incoming-title">
        <h2 className="one-line">
          {plainText(title, 120)} {more > 0 ? <span className="and-more">{strings.send.andMore(more)}</span> : null}
        </h2>
        <p className="one-line muted number">
          {words.from(plainText(transfer.from, 60))} · {countOf(transfer.files.length, 'file')}, {formatBytes(size)}
        </p>
      </div>
      <Body transfer={transfer} />
    </li>
  );
});

function Body({ transfer }: { transfer: IncomingView }) {
  if (transfer.state === 'complete') return <Done id={transfer.id} />;
  if (transfer.state === 'failed') {
    return (
      <p className="incoming-end member-failed">
        <CircleAlert size={18} aria-hidden="true" />
        <span>{capitalized(incomingInWords(transfer))}</span>
      </p>
    );
  }
  return <Arriving transfer={transfer} />;
}

function Done({ id }: { id: string }) {
  return (
    <div className="incoming-end">
      <CircleCheck className="member-done" size={18} aria-hidden="true" />
      <span>{capitalized(incomingInWords({ state: 'complete', transmission: 0, missingBytes: 0 }))}</span>
      <Button icon={FolderOpen} onPress={() => attempt(request('show', { transfer: id }))}>
        {words.show}
      </Button>
    </div>
  );
}

function Arriving({ transfer }: { transfer: IncomingView }) {
  const { totalBytes, missingBytes, rate, lossMap } = transfer;
  const firstPass = transfer.transmission === 0 && transfer.state === 'receiving';
  const reached = firstPass ? reachedCells(lossMap, 255, LOSS_MAP_CELLS) : LOSS_MAP_CELLS;
  const share = totalBytes === 0 ? 0 : 1 - missingBytes / totalBytes;
  return (
    <div className="incoming-progress">
      <p className="incoming-state number">
        <span>{capitalized(incomingInWords(transfer))}</span>
        <span className="muted">{rate > 0 ? formatRate(rate) : ''}</span>
        <span className="incoming-percent">{formatPercent(share)}</span>
      </p>
      <ProgressBar share={share} label={words.progressLabel} />
      <LossStrip cells={lossMap} sentCells={reached} />
    </div>
  );
}
