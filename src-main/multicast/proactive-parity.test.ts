import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Range } from '../../src-shared/ranges/range-set';
import { CHUNK_UNITS } from '../../src-shared/wire/limits';
import { CHUNKS_LEFT, MAX_TRAILER_REPEATS, PROACTIVE_MAX } from './params';
import { chunkRisk, proactiveParity, trailerRepeats, withProactiveParity } from './proactive-parity';
import { TransferLayout } from './transfer-layout';

/** 300 units of content in 3 chunks, the last of 44 units, and 1 unit of trailer. */
const layout = new TransferLayout(300_000, 1000);

describe('parity in the first pass', () => {
  it.each([
    [0, 128, 0],
    [0.0009, 128, 0],
    [0.001, 128, 1],
    [0.01, 128, 3],
    [0.05, 128, 11],
    [0.1, 128, 21],
    [0.15, 128, 31],
    [0.3, 128, 69],
    [0.4, 128, PROACTIVE_MAX],
    [1, 128, PROACTIVE_MAX],
    [0.05, 44, 5],
    [0.05, 1, 0],
    [1, 1, 1],
  ])('at %f loss of a chunk of %i units: %i', (loss, units, parity) => {
    expect(proactiveParity(loss, units, CHUNKS_LEFT)).toBe(parity);
  });

  it('grows with the loss, and is never longer than the chunk', () => {
    const loss = fc.double({ min: 0, max: 1, noNaN: true });
    const property = fc.property(loss, loss, fc.integer({ min: 1, max: CHUNK_UNITS }), (a, b, units) => {
      const [less, more] = [Math.min(a, b), Math.max(a, b)].map((one) => proactiveParity(one, units, CHUNKS_LEFT));
      return (less ?? 0) <= (more ?? 0) && (more ?? 0) <= units;
    });
    fc.assert(property);
  });
});

describe('how likely a chunk may be left to a round', () => {
  const song = new TransferLayout(60_000_000, 1448);
  const album = new TransferLayout(2_000_000_000, 1448);
  const fast = { rate: 40_000_000, loss: 0.05 };

  it('is a few in a hundred before anything is known of the room', () => {
    expect(chunkRisk(song, undefined, 4)).toBe(CHUNKS_LEFT);
  });

  it('is next to none where that takes less time than a round', () => {
    const risk = chunkRisk(song, fast, 4);
    expect(risk * song.chunkCount * 4).toBeLessThan(0.5);
    expect([0.01, 0.05, 0.06, 0.1].map((loss) => proactiveParity(loss, 128, risk))).toEqual([7, 18, 18, 21]);
    expect(chunkRisk(song, { ...fast, rate: 1_000_000 }, 4)).toBe(CHUNKS_LEFT);
    expect(chunkRisk(album, fast, 4)).toBe(CHUNKS_LEFT);
  });

  it('is a few in a hundred in a large class: bytes count more there', () => {
    expect(chunkRisk(song, fast, 30)).toBe(CHUNKS_LEFT);
  });

  it('is never more than it would be otherwise', () => {
    expect(chunkRisk(new TransferLayout(1000, 1000), fast, 1)).toBe(CHUNKS_LEFT);
  });
});

describe('how often the trailer is sent once more', () => {
  const song = new TransferLayout(60_000_000, 1448);
  const small = 0.0001;

  it('is never, where a round is to be expected, or nothing is lost', () => {
    expect(trailerRepeats(song, 0.05, CHUNKS_LEFT, 1000)).toBe(0);
    expect(trailerRepeats(song, 0, small, 1000)).toBe(0);
  });

  it('is the more often the more is lost', () => {
    const repeats = [0.001, 0.01, 0.05, 0.5].map((loss) => trailerRepeats(song, loss, small, 1000));
    expect(repeats).toEqual([1, 1, 2, MAX_TRAILER_REPEATS]);
  });

  it('is no more than there are numbers for', () => {
    const [start, end] = song.trailerUnits;
    expect(trailerRepeats(song, 0.05, small, 2 * (end - start) - 1)).toBe(1);
    expect(trailerRepeats(song, 0.05, small, 0)).toBe(0);
  });
});

describe('the order of a first pass', () => {
  it('is a chunk, its parity, the next chunk; the trailer last, and once more as often as it should', () => {
    const counts = [2, 0, 1];
    const proactive = { parityAfter: (chunk: number) => counts[chunk] ?? 0, trailerRepeats: () => 2 };
    const ranges = [...withProactiveParity([[0, layout.unitCount]], layout, proactive, () => 0)];
    expect(ranges).toEqual([
      [0, 128],
      [layout.parityOf(0, 0), layout.parityOf(0, 2)],
      [128, 256],
      [256, 300],
      [layout.parityOf(2, 0), layout.parityOf(2, 1)],
      [300, 301],
      [300, 301],
      [300, 301],
    ]);
  });

  it('decides when it comes to it, once', () => {
    const asked: number[] = [];
    const proactive = { parityAfter: (chunk: number) => asked.push(chunk), trailerRepeats: () => 0 };
    const ranges = withProactiveParity([[0, layout.unitCount]], layout, proactive, () => 0);
    const next = (): Range | undefined => ranges.next().value ?? undefined;
    next();
    expect(asked).toEqual([]);
    next();
    expect(asked).toEqual([0]);
    while (next() !== undefined);
    expect(asked).toEqual([0, 1, 2]);
  });
});
