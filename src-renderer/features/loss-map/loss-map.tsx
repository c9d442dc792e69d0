import { type KeyboardEvent, memo, type PointerEvent, useCallback, useMemo, useState } from 'react';
import { LOSS_MAP_CELLS, type TransferView } from '../../../src-shared/ipc/snapshots';
import { formatDuration } from '../../../src-shared/text/format';
import { plainText } from '../../../src-shared/text/plain-text';
import { completeCount, currentGroup, inFirstPass, isOver, nameOf, sentCells } from '../../stores/transfer-selectors';
import { Canvas, type Draw } from '../../ui/canvas';
import { strings } from '../../ui/strings';
import { drawBoundaries, drawLoss } from './draw-loss';
import { Legend } from './legend';
import { cellRange, fileAt, hasLosses, missingIn, missingWeights, reachedCells, timeInPiece } from './loss-cells';
import './loss-map.css';

const words = strings.lossMap;

/** Cells that Page Up and Page Down pass over. */
const PAGE_CELLS = 32;

/** The byte-range loss map of a transfer: x is the transfer space, colour is how many students miss it. */
export const LossMap = memo(function LossMap({ transfer }: { transfer: TransferView }) {
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
  const description = cell === null ? undefined : describeCell(transfer, cell, sent);

  return (
    <section className="loss-map" aria-label={words.title}>
      <div className="loss-map-head">
        <h3>{words.title}</h3>
        <Legend />
      </div>
      <div
        className="loss-map-strip"
        role="slider"
        tabIndex={0}
        aria-label={words.label}
        aria-valuemin={0}
        aria-valuemax={LOSS_MAP_CELLS - 1}
        aria-valuenow={cell ?? 0}
        aria-valuetext={description ?? words.hint}
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
      <p className="loss-map-readout number muted">{description ?? summaryOf(transfer)}</p>
    </section>
  );
});

function sentOf(transfer: TransferView, weights: Float32Array): number {
  const sent = sentCells(transfer);
  // What half of the students have not reached is on its way: a little lag is no loss.
  return inFirstPass(transfer) ? reachedCells(weights, currentGroup(transfer.permanent).length / 2, sent) : sent;
}

function summaryOf(transfer: TransferView): string {
  if (hasLosses(transfer) || !isOver(transfer)) return words.hint;
  return completeCount(transfer.permanent) === transfer.permanent.length ? words.nothingMissing : words.nothingLeft;
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

/** "12.1 MB – 12.4 MB · 03 Allegro.flac at 1 min 12 s · 2 miss it: Ana, Ben". */
function describeCell(transfer: TransferView, cell: number, sent: number): string {
  const { start, end } = cellRange(cell, transfer.totalBytes);
  return [words.range(start, end), describeFile(transfer, start), describeLoss(transfer, cell, sent)].join(' · ');
}

function describeFile({ files }: TransferView, position: number): string {
  const file = fileAt(files, position);
  if (file === undefined) return words.trailer;
  const seconds = timeInPiece(file, position);
  const name = plainText(nameOf(file.path), 80);
  return seconds === undefined ? name : words.inPiece(name, formatDuration(Math.floor(seconds) * 1000));
}

function describeLoss({ permanent }: TransferView, cell: number, sent: number): string {
  if (cell >= sent) return words.notSent;
  const members = missingIn(permanent, cell);
  if (members.length === 0) return words.arrived;
  return words.missing(
    members.length,
    members.map(({ name }) => plainText(name, 40)),
  );
}
