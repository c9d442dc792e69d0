import { describe, expect, it } from 'vitest';
import { seededRandom } from '../transport/seeded-random';
import { LOSS_HALF_LIFE, LOSS_SAMPLE } from './params';
import { RecentLoss } from './recent-loss';

/** So many reports of 512 datagrams each, of which `lost` are lost. */
function reported(reports: number, lost: (report: number) => number, loss = new RecentLoss()): RecentLoss {
  for (let i = 0; i < reports; i++) loss.add(512, lost(i));
  return loss;
}

/** Losses in 512 datagrams, in bursts of this length. */
function binomial(share: number, burst: number, random: () => number): number {
  let lost = 0;
  for (let i = 0; i < 512 / burst; i++) if (random() < share) lost += burst;
  return lost;
}

describe('recent loss', () => {
  it('is the share that was lost', () => {
    expect(reported(4, () => 51.2).rate).toBeCloseTo(0.1);
    expect(reported(4, () => 0).rate).toBe(0);
  });

  it('is not known before some hundred datagrams have gone by', () => {
    const loss = new RecentLoss();
    loss.add(LOSS_SAMPLE - 1, 100);
    expect(loss.rate).toBeUndefined();
    loss.add(8, 0);
    expect(loss.rate).toBeGreaterThan(0.3);
  });

  it('follows a change, and forgets when told to', () => {
    const loss = reported(100, () => 5);
    reported(LOSS_HALF_LIFE / 512, () => 15, loss);
    expect(loss.rate).toBeCloseTo(10 / 512, 3);
    loss.forget();
    expect(loss.rate).toBeUndefined();
  });

  it('begins with what an earlier transfer found, and soon goes by what it sees', () => {
    const loss = new RecentLoss(0.05);
    expect(loss.rate).toBeCloseTo(0.05);
    expect(reported(64, () => 0, loss).rate).toBeLessThan(0.001);
    expect(new RecentLoss(0).rate).toBeUndefined();
  });

  it('takes duplicates for no negative loss', () => {
    expect(reported(4, () => -20).rate).toBe(0);
  });

  it('knows single losses and short bursts, and leaves long bursts alone', () => {
    const random = seededRandom(1);
    for (const burst of [1, 2, 4]) expect(reported(50, () => binomial(0.05, burst, random)).rate).toBeGreaterThan(0.03);
    for (const burst of [64, 128]) expect(reported(50, () => binomial(0.05, burst, random)).rate).toBe(0);
  });
});
