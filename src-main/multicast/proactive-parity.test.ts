import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Range } from '../../src-shared/ranges/range-set';
import { BLOCK_UNITS } from '../../src-shared/wire/limits';
import { PROACTIVE_MAX } from './params';
import { proactiveParity, withProactiveParity } from './proactive-parity';
import { TransferLayout } from './transfer-layout';

/** 300 units of content in 3 blocks, the last of 44 units, and 1 unit of trailer. */
const layout = new TransferLayout(300_000, 1000);

describe('parity in the first pass', () => {
  it.each([
    [0, 128, 0],
    [0.0009, 128, 0],
    [0.001, 128, 1],
    [0.01, 128, 3],
    [0.05, 128, 11],
    [0.1, 128, 21],
    [0.3, 128, PROACTIVE_MAX],
    [1, 128, PROACTIVE_MAX],
    [0.05, 44, 5],
    [0.05, 1, 0],
    [1, 1, 1],
  ])('at %f loss of a block of %i units: %i', (loss, units, parity) => {
    expect(proactiveParity(loss, units)).toBe(parity);
  });

  it('grows with the loss, and is never longer than the block', () => {
    const loss = fc.double({ min: 0, max: 1, noNaN: true });
    const property = fc.property(loss, loss, fc.integer({ min: 1, max: BLOCK_UNITS }), (a, b, units) => {
      const [less, more] = [Math.min(a, b), Math.max(a, b)].map((one) => proactiveParity(one, units));
      return (less ?? 0) <= (more ?? 0) && (more ?? 0) <= units;
    });
    fc.assert(property);
  });
});

describe('the order of a first pass', () => {
  it('is a block, its parity, the next block; the trailer last', () => {
    const counts = [2, 0, 1];
    const ranges = [...withProactiveParity([[0, layout.unitCount]], layout, (block) => counts[block] ?? 0)];
    expect(ranges).toEqual([
      [0, 128],
      [layout.parityOf(0, 0), layout.parityOf(0, 2)],
      [128, 256],
      [256, 300],
      [layout.parityOf(2, 0), layout.parityOf(2, 1)],
      [300, 301],
    ]);
  });

  it('decides when it comes to it, once', () => {
    const asked: number[] = [];
    const ranges = withProactiveParity([[0, layout.unitCount]], layout, (block) => asked.push(block));
    const next = (): Range | undefined => ranges.next().value ?? undefined;
    next();
    expect(asked).toEqual([]);
    next();
    expect(asked).toEqual([0]);
    while (next() !== undefined);
    expect(asked).toEqual([0, 1, 2]);
  });
});
