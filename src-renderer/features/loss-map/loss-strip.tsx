import { memo, useCallback } from 'react';
import { Canvas, type Draw } from '../../ui/canvas';
import { drawLoss } from './draw-loss';

interface Props {
  readonly cells: Uint8Array;
  /** Cells before this one have been sent: nothing missing there means that it has arrived. */
  readonly sentCells: number;
}

/** One student's loss map, as a thin strip. */
export const LossStrip = memo(function LossStrip({ cells, sentCells }: Props) {
  const draw: Draw = useCallback(
    (context, surface) => drawLoss(context, surface, { cells, most: 255, sentCells }),
    [cells, sentCells],
  );
  return <Canvas draw={draw} className="loss-strip" />;
});
