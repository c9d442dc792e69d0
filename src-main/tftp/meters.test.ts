import { describe, expect, it } from 'vitest';
import { LossMeter } from './loss-meter';
import { MAX_TIMEOUT_MS, MIN_TIMEOUT_MS } from './params';
import { backedOff, RoundTrip } from './round-trip';
import { SpeedMeter } from './speed-meter';

describe('the loss meter', () => {
  it('says nothing of a few blocks, and forgets what was long ago', () => {
    const meter = new LossMeter(1000, 0);
    for (let i = 0; i < 49; i++) meter.blockSent(0);
    for (let i = 0; i < 10; i++) meter.blockLost(0);
    expect(meter.share(0)).toBe(0);
    meter.blockSent(0);
    expect(meter.share(0)).toBeCloseTo(0.2);
    for (let i = 0; i < 1000; i++) meter.blockSent(10_000);
    expect(meter.share(10_000)).toBeLessThan(0.001);
    expect(meter.share(1e9)).toBe(0);
  });
});

describe('the speed meter', () => {
  it('counts the bytes of the last second', () => {
    const meter = new SpeedMeter(5000);
    for (let now = 5000; now < 8000; now += 10) meter.add(100, now);
    expect(meter.bytesPerSecond(7999)).toBeCloseTo(10_000, -3);
    // The slice that has just begun counts as a whole one.
    expect(meter.bytesPerSecond(8500)).toBe(4000);
    expect(meter.bytesPerSecond(9000)).toBe(0);
  });
});

describe('the round trip', () => {
  it('makes a timeout of what was measured, within bounds (RFC 6298)', () => {
    const trip = new RoundTrip();
    expect([trip.bound, trip.timeout(3000)]).toEqual([undefined, 3000]);
    trip.sample(400);
    expect([trip.bound, trip.timeout(3000), trip.timeout(1000)]).toEqual([1200, 1200, 1000]);
    for (let i = 0; i < 100; i++) trip.sample(2);
    expect(trip.bound).toBeCloseTo(3, 0);
    expect(trip.timeout()).toBe(MIN_TIMEOUT_MS);
  });

  it('doubles with each attempt, up to a limit that a longer timeout keeps', () => {
    expect([0, 1, 2, 9].map((attempts) => backedOff(1000, attempts))).toEqual([1000, 2000, 4000, MAX_TIMEOUT_MS]);
    expect(backedOff(9000, 3)).toBe(9000);
  });
});
