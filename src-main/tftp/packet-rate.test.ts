import { describe, expect, it } from 'vitest';
import { PacketRate, type RateChange } from './packet-rate';
import { IDLE_MS } from './params';

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
  let due = 0;
  for (let now = from; now < from + seconds * 1000; now += 10) {
    const allowed = Math.min(perSecond, rate.blocksPerSecond ?? perSecond);
    for (due += allowed / 100; due >= 1; due--) {
      rate.blockSent(now);
      owed += loss(allowed);
      if (owed >= 1) rate.blockLost();
      else rate.blocksAcknowledged(1);
      if (owed >= 1) owed--;
    }
    const change = rate.judge(now);
    if (change !== undefined) changes.push(change);
  }
  return changes;
}

/** A line that carries so many blocks a second and drops the rest. */
const line = (carries: number) => (sent: number) => Math.max(0, 1 - carries / sent);

const limitsIn = (changes: readonly RateChange[]) => changes.flatMap(({ blocksPerSecond }) => blocksPerSecond ?? []);

describe('the packet rate (C5)', () => {
  it('holds nothing back while nothing is lost', () => {
    const rate = new PacketRate(true, 0);
    expect(send(rate, 0, 10, 5000, () => 0)).toEqual([]);
    expect(rate.blocksPerSecond).toBeNull();
    expect(rate.allowedAt(1)).toBe(1);
  });

  it('goes below what a full line carries, and stays around it', () => {
    const rate = new PacketRate(true, 0);
    // Of a burst nobody knows how long the line takes for it.
    expect(send(rate, 0, 5, 10_000, line(2000))[0]?.blocksPerSecond).toBeLessThan(2000);
    const limits = limitsIn(send(rate, 5000, 20, 10_000, line(2000)));
    expect(Math.min(...limits)).toBeGreaterThan(1400);
    expect(Math.max(...limits)).toBeLessThan(2600);
  });

  it('goes down at once when a window is lost, and counts no time in which an answer was waited for', () => {
    const rate = new PacketRate(true, 0);
    const now = 60_000;
    for (let i = 0; i < 32; i++) rate.blockSent(now);
    rate.blocksAcknowledged(16);
    expect(rate.judge(now + 5)).toBeUndefined();
    rate.blockLost();
    rate.blocksMissing(15);
    const change = rate.judge(now + 1000);
    expect(change?.why).toBe('50 % of the blocks were lost');
    // Sixteen blocks in one pause, or a little less, and not sixteen in the second that the timeout took.
    expect(change?.blocksPerSecond).toBeGreaterThan((16 / IDLE_MS) * 1000 * 0.7);
    expect(change?.blocksPerSecond).toBeLessThan((16 / IDLE_MS) * 1000);
  });

  it('counts a pause as no more than a moment', () => {
    const limitAfter = (pauseMs: number) => {
      const rate = new PacketRate(true, 0);
      let now = 0;
      for (let i = 0; i < 400; i++) {
        now += i === 200 ? pauseMs : 1;
        rate.blockSent(now);
        if (i % 10 === 0) rate.blockLost();
        else rate.blocksAcknowledged(1);
      }
      return rate.judge(now)?.blocksPerSecond ?? 0;
    };
    expect(limitAfter(5000)).toBe(limitAfter(IDLE_MS));
    expect(limitAfter(5000)).toBeGreaterThan(0.8 * limitAfter(1));
  });

  it('tries for no more while whole windows are lost, however few they are of what was sent', () => {
    const rate = new PacketRate(true, 0);
    send(rate, 0, 1, 4000, line(1000));
    const limit = rate.blocksPerSecond;
    let now = 1000;
    for (let i = 0; i < 4000; i++) {
      now = Math.max(now + 1, rate.allowedAt(now));
      rate.blockSent(now);
      rate.blocksAcknowledged(1);
    }
    rate.blockLost();
    rate.blocksMissing(15);
    expect(rate.judge(now)).toBeUndefined();
    expect(rate.blocksPerSecond).toBe(limit);
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
    expect(Math.min(...limitsIn(changes))).toBeGreaterThan(1000);
    expect(changes.at(-1)).toEqual({ blocksPerSecond: null, why: 'lower rates lost as much' });
    expect(changes.length).toBeLessThan(5);
  });

  it('is not changed by one block lost by chance, and by nothing where it is off', () => {
    const rate = new PacketRate(true, 0);
    let lost = 0;
    expect(send(rate, 0, 2, 100, () => (lost++ === 50 ? 1 : 0))).toEqual([]);
    expect(send(new PacketRate(false, 0), 0, 10, 4000, () => 0.5)).toEqual([]);
  });

  it('spaces blocks by its limit', () => {
    const rate = new PacketRate(true, 0);
    send(rate, 0, 1, 4000, line(1000));
    const limit = rate.blocksPerSecond ?? 0;
    let now = 1000;
    const start = now;
    for (let i = 0; i < 10 * limit; i++) {
      now = rate.allowedAt(now);
      rate.blockSent(now);
    }
    expect((10 * limit) / ((now - start) / 1000)).toBeCloseTo(limit, -3);
  });
});
