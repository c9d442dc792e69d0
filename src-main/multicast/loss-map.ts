import { LOSS_MAP_CELLS } from '../../src-shared/ipc/snapshots';
import type { Range } from '../../src-shared/ranges/range-set';

/** How much of each cell of the transfer space these bytes cover: 0…255. */
export function coverage(ranges: readonly Range[], totalBytes: number): Uint8Array {
  const cells = new Uint8Array(LOSS_MAP_CELLS);
  eachCell(ranges, totalBytes, (cell, share) => {
    // What is missing must show, however little it is of its cell.
    cells[cell] = Math.min(255, (cells[cell] ?? 0) + Math.max(1, Math.round(share * 255)));
  });
  return cells;
}

/** Before a student's first report: everything beyond `position`. Which of what went by it has lost, only the report will tell. */
export function coverageBeyond(position: number, totalBytes: number): Uint8Array {
  return coverage([[Math.min(position, totalBytes), totalBytes]], totalBytes);
}

/** How many of these maps miss something in each cell. */
export function countMissing(maps: readonly Uint8Array[]): Uint16Array {
  const counts = new Uint16Array(LOSS_MAP_CELLS);
  for (const map of maps) {
    for (let cell = 0; cell < LOSS_MAP_CELLS; cell++) if ((map[cell] ?? 0) > 0) counts[cell] = (counts[cell] ?? 0) + 1;
  }
  return counts;
}

function eachCell(ranges: readonly Range[], totalBytes: number, visit: (cell: number, share: number) => void): void {
  const cellBytes = totalBytes / LOSS_MAP_CELLS;
  for (const [start, end] of ranges) {
    const last = Math.min(LOSS_MAP_CELLS - 1, Math.ceil(end / cellBytes) - 1);
    for (let cell = Math.floor(start / cellBytes); cell <= last; cell++) {
      const covered = Math.min(end, (cell + 1) * cellBytes) - Math.max(start, cell * cellBytes);
      visit(cell, covered / cellBytes);
    }
  }
}
