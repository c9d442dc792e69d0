import { type FileView, LOSS_MAP_CELLS, type MemberView, type TransferView } from '../../../src-shared/ipc/snapshots';

/** A cell's place in the transfer space, in bytes. */
export function cellRange(cell: number, totalBytes: number): { readonly start: number; readonly end: number } {
  return {
    start: Math.floor((cell * totalBytes) / LOSS_MAP_CELLS),
    end: Math.floor(((cell + 1) * totalBytes) / LOSS_MAP_CELLS),
  };
}

/** The file that a byte belongs to; undefined in the trailer. Files are in order of their start. */
export function fileAt(files: readonly FileView[], position: number): FileView | undefined {
  return files.findLast(({ start, size }) => start <= position && position < start + size);
}

/** Seconds into the piece at a byte of the file, as far as its bytes are spread evenly. */
export function timeInPiece({ start, size, track }: FileView, position: number): number | undefined {
  if (track?.duration === undefined || size === 0) return undefined;
  return ((position - start) / size) * track.duration;
}

/** The students who are known to miss something in the cell. */
export function missingIn(permanent: readonly MemberView[], cell: number): MemberView[] {
  return permanent.filter(({ current, lossMap }) => current && (lossMap[cell] ?? 0) > 0);
}

/** True while anybody is known to miss anything. */
export function hasLosses({ lossMap }: TransferView): boolean {
  return lossMap.some((count) => count > 0);
}

/**
 * For each cell, how many students miss one of its bytes, on average over the cell. (How many miss anything in it at
 * all would be nearly everybody: a cell of a large transfer is hundreds of datagrams.)
 */
export function missingWeights(permanent: readonly MemberView[]): Float32Array {
  const weights = new Float32Array(LOSS_MAP_CELLS);
  for (const { current, lossMap } of permanent) {
    if (!current) continue;
    for (let cell = 0; cell < LOSS_MAP_CELLS; cell++) weights[cell] = (weights[cell] ?? 0) + (lossMap[cell] ?? 0) / 255;
  }
  return weights;
}

/**
 * How many cells have reached the students for whom `cells` was made, when `sent` of them have left the teacher: cells
 * at the end that are missing as a whole are on their way, as long as the first transmission runs.
 */
export function reachedCells(cells: ArrayLike<number>, full: number, sent: number): number {
  let reached = Math.min(sent, cells.length);
  while (reached > 0 && (cells[reached - 1] ?? 0) >= full) reached--;
  return reached;
}

/** Shades of the ramp, from "hardly anybody misses it" to "all miss it". */
export const SHADES = 12;

/**
 * What a cell looks like: -1 not sent yet, 0 nobody misses it, 1…SHADES by the share that misses it. The scale is the
 * square root, because one student of thirty must be seen and a fifth of the room told from a half; no loss is invisible.
 */
export function shadeOf(value: number, most: number, sent: boolean): number {
  if (!sent) return -1;
  if (value === 0) return 0;
  return Math.max(1, Math.min(SHADES, Math.ceil(Math.sqrt(value / Math.max(1, most)) * SHADES)));
}

/** The worst shade of the cells below each of `width` columns: a thin loss is still seen in a narrow strip. */
export function columnShades(cells: ArrayLike<number>, most: number, sentCells: number, width: number): Int8Array {
  return Int8Array.from({ length: width }, (_, x) => {
    const first = Math.floor((x * cells.length) / width);
    const end = Math.max(first + 1, Math.floor(((x + 1) * cells.length) / width));
    let shade = -1;
    for (let cell = first; cell < end; cell++) {
      shade = Math.max(shade, shadeOf(cells[cell] ?? 0, most, cell < sentCells));
    }
    return shade;
  });
}
