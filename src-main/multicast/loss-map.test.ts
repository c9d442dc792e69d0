import { describe, expect, it } from 'vitest';
import { LOSS_MAP_CELLS } from '../../src-shared/ipc/snapshots';
import { countMissing, coverage, coverageBeyond } from './loss-map';

describe('loss map', () => {
  const total = LOSS_MAP_CELLS * 1000;

  it('shows a whole cell, a part of one, and one byte of one', () => {
    const map = coverage(
      [
        [0, 1000],
        [1000, 1500],
        [5000, 5001],
      ],
      total,
    );
    expect([map[0], map[1], map[2], map[5]]).toEqual([255, 128, 0, 1]);
  });

  it('marks the last cell for the last byte and works where cells are smaller than a byte', () => {
    expect(coverage([[total - 1, total]], total)[LOSS_MAP_CELLS - 1]).toBe(1);
    expect(coverage([[0, 3]], 3).every((cell) => cell > 0)).toBe(true);
    expect(coverage([], 0).every((cell) => cell === 0)).toBe(true);
  });

  it('shows nothing of what went by before the first report, and everything beyond', () => {
    const map = coverageBeyond(total / 2, total);
    expect([map[0], map[LOSS_MAP_CELLS / 2 - 1], map[LOSS_MAP_CELLS / 2], map[LOSS_MAP_CELLS - 1]]).toEqual([
      0, 0, 255, 255,
    ]);
  });

  it('counts the students that miss something', () => {
    expect(countMissing([coverage([[0, 10]], total), coverage([[0, 3000]], total)]).slice(0, 4)).toEqual(
      Uint16Array.of(2, 1, 1, 0),
    );
  });
});
