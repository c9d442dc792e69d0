import { CircleAlert, CircleCheck, Clock } from 'lucide-react';
import { memo } from 'react';
import type { TransferView } from '../../../src-shared/ipc/snapshots';
import { plainText } from '../../../src-shared/text/plain-text';
import { closingSentence, contentInWords } from '../../../src-shared/text/sentences';
import { completeCount, isOver, titleOf } from '../../stores/transfer-selectors';
import { strings } from '../../ui/strings';

/** What comes next and what is over. */
export const TransferList = memo(function TransferList({ transfers }: { transfers: readonly TransferView[] }) {
  const over = transfers.filter(isOver);
  const next = transfers.filter((transfer) => !isOver(transfer));
  return (
    <>
      <Group title={strings.send.queue} transfers={next} />
      <Group title={strings.send.earlier} transfers={over} />
    </>
  );
});

function Group({ title, transfers }: { title: string; transfers: readonly TransferView[] }) {
  if (transfers.length === 0) return null;
  return (
    <section className="files panel">
      <h2>{title}</h2>
      <ul className="file-rows">
        {transfers.map((transfer) => (
          <Row key={transfer.id} transfer={transfer} />
        ))}
      </ul>
    </section>
  );
}

const Row = memo(function Row({ transfer }: { transfer: TransferView }) {
  const { title, more } = titleOf(transfer.files);
  const over = isOver(transfer);
  return (
    <li className="past">
      <Sign transfer={transfer} />
      <span className="file-title one-line">
        {plainText(title, 80)} {more > 0 ? strings.send.andMore(more) : ''}
      </span>
      <span className="past-detail muted number">{over ? closingSentence(transfer) : contentInWords(transfer)}</span>
    </li>
  );
});

function Sign({ transfer }: { transfer: TransferView }) {
  if (!isOver(transfer)) return <Clock size={18} className="muted" aria-hidden="true" />;
  const everybody = completeCount(transfer.permanent) === transfer.permanent.length && transfer.phase === 'finished';
  return everybody ? (
    <CircleCheck size={18} className="member-done" aria-hidden="true" />
  ) : (
    <CircleAlert size={18} className="member-failed" aria-hidden="true" />
  );
}
