import { describe, expect, it } from 'vitest';
import { HeldParity } from './held-parity';
import { TransferLayout } from './transfer-layout';

const layout = new TransferLayout(999_500, 1000);

describe('the parity that a student keeps', () => {
  it('is kept once each, and named by its numbers', () => {
    const held = new HeldParity(layout, 10);
    expect([held.add(3, 7), held.add(3, 8), held.add(3, 7), held.add(1, 127)]).toEqual([true, true, false, true]);
    expect(held.of(3)).toEqual([7, 8]);
    expect(held.of(2)).toEqual([]);
    expect(held.numbers()).toEqual([
      [layout.parityOf(1, 127), layout.parityOf(2, 0)],
      [layout.parityOf(3, 7), layout.parityOf(3, 9)],
    ]);
  });

  it('is bounded: the chunk that was begun first goes', () => {
    const held = new HeldParity(layout, 3);
    for (const index of [0, 1]) held.add(5, index);
    held.add(2, 0);
    expect(held.dropExcess()).toBeUndefined();
    held.add(2, 1);
    expect(held.dropExcess()).toBe(5);
    expect(held.countOf(5)).toBe(0);
    expect(held.dropExcess()).toBeUndefined();
    held.drop(2);
    expect(held.numbers()).toEqual([]);
  });

  it('goes with units that were forged, where its chunk has one of them', () => {
    const held = new HeldParity(layout, 100);
    for (const chunk of [0, 1, 2]) held.add(chunk, 0);
    expect(held.dropWithin([[90, 129]])).toEqual([0, 1]);
    expect(held.dropWithin([[384, 400]])).toEqual([]);
    expect(held.countOf(2)).toBe(1);
  });
});
