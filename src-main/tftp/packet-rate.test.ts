import { describe, expect, it } from 'vitest';
import { PacketRate, type RateChange } from './packet-rate';

/** Sends for a while at so many blocks a second, or fewer where the rate allows no more. @returns what changed */
function send(
  rate: PacketRate,
  from: number,
  seconds: number,
  perSecond: number,
  loss: (sent: number) => number,
): RateChange[] {
  const changes: RateChange[] = [];
  let owed = 0;
  for (let now = from; now < from + seconds * 1000; now += 10) {
    const allowed = Math.min(perSecond, rate.blocksPerSecond ?? perSecond);
    for (let i = 0; i < allowed / 100; i++) rate.blockSent();
    owed += (allowed / 100) * loss(allowed);
    for (; owed >= 1; owed--) rate.blockLost();
    const change = rate.judge(now);
    if (change !== undefined) changes.push(change);
  }
  return changes;
}

/** A line that carries so many blocks a second and drops the rest. */
const line = (carries: number) => (sent: number) => Math.max(0, 1 - carries / sent);

describe('the packet rate (C5)', () => {
  it('holds nothing back while nothing is lost', () => {
    const rate = new PacketRate(true, 0);
    expect(send(rate, 0, 10, 5000, () => 0)).toEqual([]);
    expect(rate.blocksPerSecond).toBeNull();
    expect(rate.allowedAt(1)).toBe(1);
  });

  it('goes below what a full line carries, and stays around it', () => {
    const rate = new PacketRate(true, 0);
    send(rate, 0, 30, 10_000, line(2000));
    const changes = send(rate, 30_000, 20, 10_000, line(2000));
    const limits = changes.flatMap(({ blocksPerSecond }) => blocksPerSecond ?? []);
    expect(Math.min(...limits)).toBeGreaterThan(1000);
    expect(Math.max(...limits)).toBeLessThan(4000);
  });

  it('is lifted again when the loss is over', () => {
    const rate = new PacketRate(true, 0);
    send(rate, 0, 5, 4000, line(1000));
    expect(rate.blocksPerSecond).not.toBeNull();
    const changes = send(rate, 5000, 20, 4000, () => 0);
    expect(changes.at(-1)).toEqual({ blocksPerSecond: null, why: 'nothing was lost any more' });
  });

  it('does not go down and down for a loss that no rate heals', () => {
    const rate = new PacketRate(true, 0);
    const changes = send(rate, 0, 60, 4000, () => 0.1);
    expect(changes[0]?.blocksPerSecond).toBeCloseTo(2800, -3);
    expect(changes[0]?.why).toBe('10 % of the blocks were lost');
    expect(Math.min(...changes.flatMap(({ blocksPerSecond }) => blocksPerSecond ?? []))).toBeGreaterThan(1000);
    expect(rate.blocksPerSecond).toBeNull();
  });

  it('is not changed by one block lost by chance, and by nothing where it is off', () => {
    const rate = new PacketRate(true, 0);
    let lost = 0;
    expect(send(rate, 0, 2, 100, () => (lost++ === 50 ? 1 : 0))).toEqual([]);
    expect(send(new PacketRate(false, 0), 0, 10, 4000, () => 0.5)).toEqual([]);
  });

  it('spaces blocks by its limit', () => {
    const rate = new PacketRate(true, 0);
    send(rate, 0, 1, 4000, () => 0.5);
    const limit = rate.blocksPerSecond ?? 0;
    let now = 1000;
    const start = now;
    for (let i = 0; i < 10 * limit; i++) {
      now = rate.allowedAt(now);
      rate.blockSent();
    }
    expect((10 * limit) / ((now - start) / 1000)).toBeCloseTo(limit, -3);
  });
});
