import { type KeyboardEvent, memo, type PointerEvent, useCallback, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { LOSS_MAP_CELLS, type TransferView } from '../../../src-shared/ipc/snapshots';
import { currentGroup, inFirstPass, sentCells } from '../../stores/transfer-selectors';
import { Canvas, type Draw } from '../../ui/canvas';
import { drawBoundaries, drawLoss } from './draw-loss';
import { Legend } from './legend';
import { missingWeights, reachedCells } from './loss-cells';
import { cellInWords, mapInWords } from './loss-words';
import './loss-map.css';

/** Cells that Page Up and Page Down pass over. */
const PAGE_CELLS = 32;

/** The byte-range loss map of a transfer: x is the transfer space, colour is how many students miss it. */
export const LossMap = memo(function LossMap({ transfer }: { transfer: TransferView }) {
  const { t, i18n } = useTranslation('send');
  const [cell, setCell] = useState<number | null>(null);
  const { files, totalBytes, permanent } = transfer;
  const most = permanent.filter(({ state }) => state !== 'failed').length;
  const weights = useMemo(() => missingWeights(permanent), [permanent]);
  const sent = sentOf(transfer, weights);
  const draw: Draw = useCallback(
    (context, surface) => {
      drawLoss(context, surface, { cells: weights, most, sentCells: sent });
      drawBoundaries(context, surface, files, totalBytes);
    },
    [weights, files, totalBytes, most, sent],
  );
  const description = cell === null ? undefined : cellInWords(transfer, cell, sent, i18n);

  return (
    <section className="loss-map" aria-label={t('lossMap.title')}>
      <div className="loss-map-head">
        <h3>{t('lossMap.title')}</h3>
        <Legend />
      </div>
      <div
        className="loss-map-strip"
        role="slider"
        tabIndex={0}
        aria-label={t('lossMap.label')}
        aria-valuemin={0}
        aria-valuemax={LOSS_MAP_CELLS - 1}
        aria-valuenow={cell ?? 0}
        aria-valuetext={description ?? t('lossMap.hint')}
        onPointerMove={(event) => setCell(cellUnder(event))}
        onPointerLeave={() => setCell(null)}
        onBlur={() => setCell(null)}
        onKeyDown={(event) => move(event, cell, setCell)}
      >
        <Canvas draw={draw} className="loss-map-canvas" />
        {cell === null ? null : (
          <span className="loss-map-cursor" style={{ left: `${((cell + 0.5) / LOSS_MAP_CELLS) * 100}%` }} />
        )}
      </div>
      <p className="loss-map-readout number muted">{description ?? mapInWords(transfer, i18n)}</p>
    </section>
  );
});

function sentOf(transfer: TransferView, weights: Float32Array): number {
  const sent = sentCells(transfer);
  // What half of the students have not reached is on its way: a little lag is no loss.
  return inFirstPass(transfer) ? reachedCells(weights, currentGroup(transfer.permanent).length / 2, sent) : sent;
}

function cellUnder(event: PointerEvent<HTMLElement>): number {
  const { left, width } = event.currentTarget.getBoundingClientRect();
  return clamp(Math.floor(((event.clientX - left) / width) * LOSS_MAP_CELLS));
}

function move(event: KeyboardEvent, cell: number | null, setCell: (cell: number | null) => void): void {
  const from = cell ?? 0;
  const targets: Readonly<Record<string, number | null>> = {
    ArrowLeft: cell === null ? 0 : from - 1,
    ArrowRight: cell === null ? 0 : from + 1,
    PageUp: from - PAGE_CELLS,
    PageDown: from + PAGE_CELLS,
    Home: 0,
    End: LOSS_MAP_CELLS - 1,
    Escape: null,
  };
  const target = targets[event.key];
  if (target === undefined) return;
  event.preventDefault();
  setCell(target === null ? null : clamp(target));
}

function clamp(cell: number): number {
  return Math.max(0, Math.min(LOSS_MAP_CELLS - 1, cell));
}
