import { describe, expect, it } from 'vitest';
import { SlowedAddresses } from './slowed-addresses';

describe('addresses that fail', () => {
  it('wait twice as long each time, up to five minutes, and are forgotten after half an hour', () => {
    const slowed = new SlowedAddresses();
    expect(slowed.notBefore('a')).toBe(Number.NEGATIVE_INFINITY);
    const delays = [2, 4, 8, 16, 32, 64, 128, 256, 300, 300].map((seconds) => seconds * 1000);
    let now = 0;
    for (const delay of delays) {
      slowed.failed('a', now);
      expect(slowed.notBefore('a') - now).toBe(delay);
      now = slowed.notBefore('a');
    }
    expect(slowed.notBefore('b')).toBe(Number.NEGATIVE_INFINITY);
    now += 1_800_000;
    slowed.failed('a', now);
    expect(slowed.notBefore('a') - now).toBe(2_000);
  });

  it('are remembered up to a bound, the latest for longest', () => {
    const slowed = new SlowedAddresses();
    slowed.failed('first', 0);
    for (let i = 0; i < 1_023; i++) slowed.failed(`address ${i}`, 0);
    slowed.failed('first', 0);
    slowed.failed('one more', 0);
    expect(slowed.notBefore('address 0')).toBe(Number.NEGATIVE_INFINITY);
    expect(slowed.notBefore('first')).toBe(4_000);
  });
});
