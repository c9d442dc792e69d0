import { CircleAlert, CircleCheck, Pause, Play, X } from 'lucide-react';
import { Dialog, DialogTrigger, Heading, Modal, ModalOverlay } from 'react-aria-components';
import type { TransferView } from '../../../src-shared/ipc/snapshots';
import { formatDuration, formatPercent, formatRate } from '../../../src-shared/text/format';
import { plainText } from '../../../src-shared/text/plain-text';
import { closingSentence, contentInWords, phaseInWords } from '../../../src-shared/text/sentences';
import { request } from '../../ipc-client';
import { attempt } from '../../stores/app-store';
import { completeCount, isOver, overallProgress, titleOf } from '../../stores/transfer-selectors';
import { Button } from '../../ui/button';
import { Cover } from '../../ui/cover';
import { ProgressBar } from '../../ui/progress-bar';
import { capitalized, strings } from '../../ui/strings';
import { LossMap } from '../loss-map/loss-map';

const words = strings.send;

/** The transfer that is shown large: what it is, how far it is, and what is missing where. */
export function TransferPanel({ transfer }: { transfer: TransferView }) {
  const { title, more } = titleOf(transfer.files);
  return (
    <section className="transfer panel" aria-label={plainText(title, 80)}>
      <header className="transfer-head">
        <Cover image={transfer.covers[0]} size="large" />
        <div className="transfer-title">
          <h2 className="one-line">
            {plainText(title, 120)} {more > 0 ? <span className="and-more">{words.andMore(more)}</span> : null}
          </h2>
          <p className="muted number">{contentInWords(transfer)}</p>
        </div>
        {isOver(transfer) ? null : <Controls transfer={transfer} />}
      </header>
      {isOver(transfer) ? <Closing transfer={transfer} /> : <Running transfer={transfer} />}
      <LossMap transfer={transfer} />
    </section>
  );
}

function Controls({ transfer: { id, paused } }: { transfer: TransferView }) {
  const order = { transfer: id };
  return (
    <div className="transfer-actions">
      {paused ? (
        <Button icon={Play} onPress={() => attempt(request('resume', order))}>
          {words.resume}
        </Button>
      ) : (
        <Button icon={Pause} onPress={() => attempt(request('pause', order))}>
          {words.pause}
        </Button>
      )}
      <DialogTrigger>
        <Button icon={X}>{words.cancel}</Button>
        <ConfirmStop onStop={() => attempt(request('cancel', order))} />
      </DialogTrigger>
    </div>
  );
}

function ConfirmStop({ onStop }: { onStop(): void }) {
  return (
    <ModalOverlay className="dialog-shade" isDismissable>
      <Modal>
        <Dialog role="alertdialog" className="dialog">
          <Heading slot="title">{words.cancelQuestion}</Heading>
          <p className="muted">{words.cancelDetail}</p>
          <div className="dialog-actions">
            <Button slot="close" autoFocus>
              {words.keepSending}
            </Button>
            <Button slot="close" kind="danger" onPress={onStop}>
              {words.stop}
            </Button>
          </div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

function Running({ transfer }: { transfer: TransferView }) {
  const share = overallProgress(transfer);
  return (
    <div className="transfer-running">
      <div className="transfer-state">
        <p className="transfer-percent number">{formatPercent(share)}</p>
        <p className="transfer-phase">{capitalized(phaseInWords(transfer))}</p>
        <p className="muted number">{words.complete(completeCount(transfer.permanent), transfer.permanent.length)}</p>
      </div>
      <ProgressBar share={share} label={words.progressLabel} />
      <p className="transfer-numbers muted number">{numbersOf(transfer).join(' · ')}</p>
    </div>
  );
}

function numbersOf({ rate, elapsedMs, resentBytes, filledBytes, totalBytes }: TransferView): string[] {
  const share = (bytes: number) => formatPercent(totalBytes === 0 ? 0 : bytes / totalBytes);
  return [
    formatRate(rate),
    `${formatDuration(elapsedMs)} ${words.elapsed}`,
    ...(resentBytes > 0 ? [`${share(resentBytes)} ${words.resent}`] : []),
    ...(filledBytes > 0 ? [`${share(filledBytes)} ${words.byTcp}`] : []),
  ];
}

function Closing({ transfer }: { transfer: TransferView }) {
  const everybody = transfer.phase === 'finished' && completeCount(transfer.permanent) === transfer.permanent.length;
  const Icon = everybody ? CircleCheck : CircleAlert;
  return (
    <div className="closing" data-good={everybody} data-testid="closing">
      <Icon className={everybody ? 'tint' : 'tint-danger'} size={22} aria-hidden="true" />
      <p className="number selectable">{closingSentence(transfer)}</p>
    </div>
  );
}
