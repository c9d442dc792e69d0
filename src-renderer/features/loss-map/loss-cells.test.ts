import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LOSS_MAP_CELLS } from '../../../src-shared/ipc/snapshots';
import { cellRange, columnShades, fileAt, reachedCells, SHADES, shadeOf, timeInPiece } from './loss-cells';

describe('cells', () => {
  it('cover the transfer space without gap or overlap', () => {
    fc.assert(
      fc.property(fc.nat({ max: 2 ** 40 }), (totalBytes) => {
        for (let cell = 1; cell < LOSS_MAP_CELLS; cell++) {
          expect(cellRange(cell, totalBytes).start).toBe(cellRange(cell - 1, totalBytes).end);
        }
        expect(cellRange(LOSS_MAP_CELLS - 1, totalBytes).end).toBe(totalBytes);
      }),
    );
  });

  it('name the file below them, and none for the trailer', () => {
    const files = [
      { path: 'a.flac', size: 10, start: 0, track: { duration: 100 } },
      { path: 'empty.mid', size: 0, start: 10 },
      { path: 'b.flac', size: 5, start: 10 },
    ];
    expect(fileAt(files, 9)?.path).toBe('a.flac');
    expect(fileAt(files, 10)?.path).toBe('b.flac');
    expect(fileAt(files, 15)).toBeUndefined();
    expect(files[0] && timeInPiece(files[0], 5)).toBe(50);
  });
});

describe('reached cells', () => {
  it('leave out what is on its way, and nothing else', () => {
    expect(reachedCells([0, 255, 12, 255, 255, 255], 255, 5)).toBe(3);
    expect(reachedCells([0, 255, 12, 0, 255, 255], 255, 4)).toBe(4);
    expect(reachedCells([255, 255], 255, 2)).toBe(0);
    expect(reachedCells([0, 0], 255, 9)).toBe(2);
  });
});

describe('shades', () => {
  it('rise with the number that miss a cell, and show a single one', () => {
    expect(shadeOf(0, 30, false)).toBe(-1);
    expect(shadeOf(30, 30, false)).toBe(-1);
    expect(shadeOf(0, 30, true)).toBe(0);
    expect(shadeOf(1, 500, true)).toBe(1);
    expect(shadeOf(30, 30, true)).toBe(SHADES);
    fc.assert(
      fc.property(fc.nat(500), fc.nat(500), (a, b) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        expect(shadeOf(low, 500, true)).toBeLessThanOrEqual(shadeOf(high, 500, true));
      }),
    );
  });

  it('never lose a lost cell, however narrow the strip', () => {
    fc.assert(
      fc.property(fc.nat(LOSS_MAP_CELLS - 1), fc.integer({ min: 1, max: 2000 }), (lost, width) => {
        const cells = new Uint8Array(LOSS_MAP_CELLS);
        cells[lost] = 255;
        expect(columnShades(cells, 255, LOSS_MAP_CELLS, width).some((shade) => shade === SHADES)).toBe(true);
      }),
    );
  });
});
