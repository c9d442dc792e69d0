import { describe, expect, it } from 'vitest';
import { Retention } from './retention';

describe('retention', () => {
  it('keeps what no archive has acknowledged, and counts packet by packet', () => {
    const retention = new Retention(0);
    retention.stored(1, [[0, 10]]);
    expect(retention.acked(1, [[2, 4]])).toEqual([[2, 4]]);
    expect(retention.acked(1, [[3, 5]])).toEqual([[4, 5]]);
    expect(retention.unacknowledged).toBe(7);
    expect(retention.dropAcknowledged()).toEqual([{ epoch: 1, ranges: [[2, 5]] }]);
    expect(retention.held()).toEqual([
      {
        epoch: 1,
        ranges: [
          [0, 2],
          [5, 10],
        ],
      },
    ]);
  });

  it('believes no acknowledgement of what was never stored', () => {
    const retention = new Retention(0);
    retention.stored(1, [[0, 2]]);
    expect(retention.acked(1, [[0, 1000]])).toEqual([[0, 2]]);
    expect(retention.acked(2, [[0, 1]])).toEqual([]);
  });

  it('keeps the newest of the running epoch, and the last of each, acknowledged or not', () => {
    const retention = new Retention(3);
    retention.stored(1, [[0, 10]]);
    retention.stored(2, [[0, 10]]);
    retention.acked(1, [[0, 10]]);
    retention.acked(2, [[0, 10]]);
    expect(retention.dropAcknowledged()).toEqual([
      { epoch: 1, ranges: [[0, 9]] },
      { epoch: 2, ranges: [[0, 7]] },
    ]);
    expect(retention.dropAcknowledged()).toEqual([]);
  });

  it('drops the oldest first, and says what nobody else has', () => {
    const retention = new Retention(0);
    retention.stored(1, [[0, 4]]);
    retention.stored(2, [[0, 4]]);
    retention.acked(1, [[0, 2]]);
    expect(retention.dropOldest(5)).toEqual({
      gone: [
        { epoch: 1, ranges: [[0, 4]] },
        { epoch: 2, ranges: [[0, 1]] },
      ],
      lost: [
        { epoch: 1, ranges: [[2, 4]] },
        { epoch: 2, ranges: [[0, 1]] },
      ],
    });
  });
});
