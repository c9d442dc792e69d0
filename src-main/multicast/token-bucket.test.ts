import { describe, expect, it } from 'vitest';
import { BURST_DATAGRAMS, CREDIT_MS, MAX_RATE, START_RATE } from './params';
import { TokenBucket } from './token-bucket';

const DATAGRAM = 1472;

/** Bytes that leave until `end` when the sender looks again at `allowedAt`, late by up to `slack` ms. */
function sendUntil(bucket: TokenBucket, from: number, end: number, slack = 0): number {
  let sent = 0;
  let looks = 0;
  for (let now = from; now < end; now = bucket.allowedAt(now) + (looks++ % 2) * slack) {
    for (; bucket.allows(now); sent += DATAGRAM) bucket.take(DATAGRAM);
  }
  return sent;
}

/** Bytes that may leave at one instant. */
function burstAt(bucket: TokenBucket, now: number): number {
  let sent = 0;
  for (; bucket.allows(now); sent += DATAGRAM) bucket.take(DATAGRAM);
  return sent;
}

describe('token bucket', () => {
  it.each([1_000_000, START_RATE, 50_000_000, MAX_RATE])('keeps %i bytes a second within a hundredth', (rate) => {
    for (const slack of [0, 1, CREDIT_MS]) {
      const bucket = new TokenBucket(rate, DATAGRAM, 500);
      burstAt(bucket, 500);
      const sent = sendUntil(bucket, 500, 1500, slack);
      expect(sent).toBeGreaterThan(0.99 * rate);
      expect(sent).toBeLessThan(1.01 * rate);
    }
  });

  it('keeps a rate that is changed on the way', () => {
    const bucket = new TokenBucket(10_000_000, DATAGRAM, 0);
    burstAt(bucket, 0);
    const before = sendUntil(bucket, 0, 500);
    bucket.setRate(2_000_000, 500);
    const after = sendUntil(bucket, 500, 1500);
    expect(before / 5_000_000).toBeCloseTo(1, 1);
    expect(after).toBeGreaterThan(1_980_000);
    expect(after).toBeLessThan(2_020_000 + BURST_DATAGRAMS * DATAGRAM);
  });

  it('begins with one burst and never saves up more than the burst and the timer slack', () => {
    const bucket = new TokenBucket(START_RATE, DATAGRAM, 0);
    expect(burstAt(bucket, 0)).toBe(BURST_DATAGRAMS * DATAGRAM);
    expect(burstAt(bucket, 60_000)).toBeLessThanOrEqual(BURST_DATAGRAMS * DATAGRAM + (START_RATE * CREDIT_MS) / 1000);
    expect(burstAt(bucket, 60_000)).toBe(0);
  });

  it('tells how many datagrams may leave at once', () => {
    const bucket = new TokenBucket(START_RATE, DATAGRAM, 0);
    expect(bucket.allowed(0)).toBe(BURST_DATAGRAMS);
    bucket.take(3 * DATAGRAM + 1);
    expect(bucket.allowed(0)).toBe(BURST_DATAGRAMS - 4);
    bucket.take(100 * DATAGRAM);
    expect(bucket.allowed(0)).toBe(0);
    expect(bucket.allows(0)).toBe(false);
  });

  it('gives nothing for a clock that jumps back, and goes on at the rate from there', () => {
    const bucket = new TokenBucket(START_RATE, DATAGRAM, 3_600_000);
    burstAt(bucket, 3_600_000);
    expect(burstAt(bucket, 0)).toBe(0);
    const sent = sendUntil(bucket, 0, 1000);
    expect(sent).toBeGreaterThan(0.99 * START_RATE);
    expect(sent).toBeLessThan(1.01 * START_RATE);
  });

  it('gives no more than its cap for a clock that jumps ahead', () => {
    const bucket = new TokenBucket(START_RATE, DATAGRAM, 0);
    burstAt(bucket, 0);
    expect(burstAt(bucket, Number.MAX_SAFE_INTEGER)).toBeLessThanOrEqual(
      BURST_DATAGRAMS * DATAGRAM + (START_RATE * CREDIT_MS) / 1000,
    );
  });

  it('names a later time whenever nothing may leave', () => {
    for (const rate of [125_000, START_RATE, 33_333_333, MAX_RATE]) {
      const bucket = new TokenBucket(rate, DATAGRAM, 0);
      for (let now = 0, looks = 0; looks < 20_000; looks++) {
        while (bucket.allows(now)) bucket.take(DATAGRAM);
        const next = bucket.allowedAt(now);
        expect(next).toBeGreaterThan(now);
        now = next;
      }
      expect(bucket.allowedAt(1e9)).toBe(1e9);
    }
  });
});
