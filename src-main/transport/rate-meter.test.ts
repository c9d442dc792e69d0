import { expect, it } from 'vitest';
import { RateMeter } from './rate-meter';

it('has an early estimate, then the rate of the last half second', () => {
  const meter = new RateMeter();
  const at = (ms: number, bytes: number) => meter.measure(bytes, ms);
  expect(at(0, 1000)).toBe(0);
  expect(at(3000, 1000)).toBe(0);
  // The clock has started with the last look at which nothing had come.
  expect(at(3050, 1100)).toBe(0);
  expect(at(3100, 1200)).toBe(2000);
  expect(at(3200, 1300)).toBe(1500);
  expect(at(3500, 2000)).toBe(2000);
  expect(at(3700, 2000)).toBe(2000);
  expect(at(4000, 2000)).toBe(0);
  expect(at(4100, 2500)).toBe(5000);
});

it('a count that falls is no speed', () => {
  const meter = new RateMeter();
  meter.measure(1000, 0);
  expect(meter.measure(400, 500)).toBe(0);
  expect(meter.measure(900, 1000)).toBe(1000);
});
