import type { FileView } from '../../../src-shared/ipc/snapshots';
import type { Surface } from '../../ui/canvas';
import type { ColourScheme } from '../../ui/colour-scheme';
import { columnShades, SHADES } from './loss-cells';

/** The style sheet's colours of the ramp, between which the shades lie. */
const STOPS = ['--loss-few', '--loss-1', '--loss-2', '--loss-3', '--loss-4', '--loss-5'];

/** Colour of each shade, -1 first; from the style sheet, because light and dark themes differ. */
function palette(): readonly string[] {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string | undefined) => style.getPropertyValue(name ?? '');
  const shades = Array.from({ length: SHADES }, (_, i) => {
    const place = (i / (SHADES - 1)) * (STOPS.length - 1);
    const stop = Math.min(Math.floor(place), STOPS.length - 2);
    return `color-mix(in oklab, ${colour(STOPS[stop])}, ${colour(STOPS[stop + 1])} ${(place - stop) * 100}%)`;
  });
  return [colour('--loss-unsent'), colour('--loss-none'), ...shades];
}

const palettes = new Map<ColourScheme, readonly string[]>();

function coloursOf(scheme: ColourScheme): readonly string[] {
  const known = palettes.get(scheme) ?? palette();
  palettes.set(scheme, known);
  return known;
}

/** Draws cells as a strip: runs of equal shade are one rectangle. */
export function drawLoss(
  context: CanvasRenderingContext2D,
  surface: Surface,
  loss: { readonly cells: ArrayLike<number>; readonly most: number; readonly sentCells: number },
): void {
  const shades = columnShades(loss.cells, loss.most, loss.sentCells, surface.width);
  const fills = coloursOf(surface.scheme);
  for (let x = 0; x < surface.width; ) {
    let end = x + 1;
    while (end < surface.width && shades[end] === shades[x]) end++;
    context.fillStyle = fills[(shades[x] ?? -1) + 1] ?? '';
    context.fillRect(x, 0, end - x, surface.height);
    x = end;
  }
}

/** Marks where one file ends and the next begins; files closer than a few pixels share a mark. */
export function drawBoundaries(
  context: CanvasRenderingContext2D,
  surface: Surface,
  files: readonly FileView[],
  totalBytes: number,
): void {
  const line = Math.max(1, Math.round(devicePixelRatio));
  context.fillStyle = getComputedStyle(document.documentElement).getPropertyValue('--surface');
  let last = 0;
  for (const { start } of files) {
    const x = Math.round((start / totalBytes) * surface.width);
    if (x - last < 6 * line) continue;
    context.fillRect(x, 0, line, surface.height);
    last = x;
  }
}
