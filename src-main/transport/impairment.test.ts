import { describe, expect, it } from 'vitest';
import { Impairment, ImpairmentError, impairmentFromEnvironment, parseImpairment } from './impairment';
import { seededRandom } from './seeded-random';

function run(text: string, count: number): number[] {
  const settings = parseImpairment(text);
  const delivered: number[] = [];
  const send = new Impairment(settings, seededRandom(settings.seed)).wrap((n: number) => delivered.push(n));
  for (let i = 0; i < count; i++) send(i);
  return delivered;
}

function longestGaps(delivered: readonly number[]): number[] {
  return delivered.slice(1).map((n, i) => n - (delivered[i] ?? 0) - 1);
}

describe('impairment', () => {
  it('loses the stated share, one by one or in bursts of the stated mean', () => {
    for (const [text, burst] of [
      ['loss=0.05,seed=3', 1.05],
      ['loss=0.05,burst=8,seed=3', 8],
    ] as const) {
      const delivered = run(text, 200_000);
      expect(delivered.length / 200_000).toBeCloseTo(0.95, 2);
      const gaps = longestGaps(delivered).filter((gap) => gap > 0);
      const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
      expect(mean / burst).toBeCloseTo(1, 1);
    }
  });

  it('does the same for the same seed and something else for another', () => {
    expect(run('loss=0.5,seed=1', 100)).toEqual(run('loss=0.5,seed=1', 100));
    expect(run('loss=0.5,seed=1', 100)).not.toEqual(run('loss=0.5,seed=2', 100));
  });

  it('goes on with its numbers from one transmission to the next', () => {
    const impairment = new Impairment(parseImpairment('loss=0.5'), seededRandom(1));
    const rounds = [[], []] as [number[], number[]];
    for (const round of rounds) {
      const send = impairment.wrap((n: number) => round.push(n));
      for (let i = 0; i < 50; i++) send(i);
    }
    expect(rounds[0]).not.toEqual(rounds[1]);
  });

  it('doubles and reorders', () => {
    const doubled = run('duplicate=0.1', 10_000);
    expect(doubled.length / 10_000).toBeCloseTo(1.1, 1);
    expect(new Set(doubled).size).toBe(10_000);
    const reordered = run('reorder=0.1', 10_000);
    const late = reordered.filter((n, i) => n < (reordered[i - 1] ?? -1)).length;
    expect(late).toBeGreaterThan(500);
    expect(new Set(reordered).size).toBeGreaterThanOrEqual(9_999);
  });

  it('loses everything or nothing where that is asked for', () => {
    expect(run('loss=1', 100)).toEqual([]);
    expect(run('loss=0', 100)).toHaveLength(100);
  });

  it('reads the environment, and says what it should look like', () => {
    expect(impairmentFromEnvironment({})).toBeUndefined();
    expect(impairmentFromEnvironment({ TUTTI_IMPAIR: ' ' })).toBeUndefined();
    expect(impairmentFromEnvironment({ TUTTI_IMPAIR: 'loss=0.1, burst=2' })).toBeDefined();
    for (const text of [
      'loss',
      'loss=',
      'loss=2',
      'loss=-1',
      'loss=x',
      'burst=0',
      'burst=1.5',
      'seed=1.5',
      'delay=3',
      'loss=0.1,',
    ])
      expect(() => parseImpairment(text), text).toThrow(ImpairmentError);
  });
});
