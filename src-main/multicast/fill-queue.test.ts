import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalize, type Range, sizeOf } from '../../src-shared/ranges/range-set';
import { FillQueue, Fills } from './fill-queue';
import { TransferLayout } from './transfer-layout';

const ranges = fc
  .array(
    fc.tuple(fc.nat(400), fc.integer({ min: 1, max: 90 })).map(([start, length]): Range => [start, start + length]),
  )
  .map(normalize);

function takeAll(queue: FillQueue): Range[] {
  const taken: Range[] = [];
  for (let range = queue.take(); range !== undefined; range = queue.take()) taken.push(range);
  return taken;
}

describe('fill queue', () => {
  it('gives every unit once and in order, never across a chunk or from the content into the trailer', () => {
    fc.assert(
      fc.property(ranges, fc.integer({ min: 1, max: 50 }), fc.nat(500), (units, chunkUnits, contentUnits) => {
        const taken = takeAll(new FillQueue(units, chunkUnits, contentUnits));
        expect(normalize(taken)).toEqual(units);
        expect(sizeOf(taken)).toBe(sizeOf(units));
        expect(taken.map(([start]) => start)).toEqual(taken.map(([start]) => start).sort((a, b) => a - b));
        for (const [start, end] of taken) {
          expect(end - start).toBeLessThanOrEqual(chunkUnits);
          if (start >= contentUnits) continue;
          expect(end).toBeLessThanOrEqual(contentUnits);
          expect(Math.floor((end - 1) / chunkUnits)).toBe(Math.floor(start / chunkUnits));
        }
      }),
    );
  });

  it('counts what is left', () => {
    const queue = new FillQueue(
      [
        [0, 3],
        [7, 9],
      ],
      10,
      100,
    );
    expect([queue.left, queue.empty]).toEqual([5, false]);
    queue.take();
    expect([queue.left, queue.empty]).toEqual([2, false]);
    queue.take();
    expect([queue.left, queue.empty]).toEqual([0, true]);
    expect(queue.take()).toBeUndefined();
  });
});

describe('the fills of a transmission', () => {
  const layout = new TransferLayout(100_000, 1000);

  it('are over for a student once it was given everything, and for the class once nobody is left', () => {
    const fills = new Fills(layout);
    fills.begin('a', [[0, 2]]);
    fills.begin('b', [[0, 1]]);
    fills.begin('c', []);
    expect(fills.students).toEqual(['a', 'b']);
    expect(fills.take('a')).toEqual([0, 2]);
    expect([fills.isTaken('a'), fills.isTaken('b'), fills.isTaken('c')]).toEqual([true, false, false]);
    expect(fills.share).toBeCloseTo(1 / 3);
    fills.end('a');
    expect([fills.done, fills.has('a'), fills.has('b')]).toEqual([false, false, true]);
    fills.end('b');
    expect([fills.done, fills.share]).toEqual([true, 0]);
    expect(fills.take('b')).toBeUndefined();
  });
});
