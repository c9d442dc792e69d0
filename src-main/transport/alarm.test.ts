import { describe, expect, it } from 'vitest';
import { Alarm } from './alarm';
import { ManualClock } from './manual-clock';

function setUp() {
  const clock = new ManualClock();
  return { clock, alarm: new Alarm(clock) };
}

describe('an alarm', () => {
  it('ends a wait early, and says so', async () => {
    const { clock, alarm } = setUp();
    const wait = alarm.wait(1000);
    alarm.ring();
    expect(await wait).toBe(true);
    expect(clock.timers).toBe(0);
  });

  it('lets a wait end by itself', async () => {
    const { clock, alarm } = setUp();
    const wait = alarm.wait(1000);
    clock.advance(1000);
    expect(await wait).toBe(false);
  });

  it('that rang while nobody waited ends the next wait, and only that', async () => {
    const { clock, alarm } = setUp();
    alarm.ring();
    expect(await alarm.wait(1000)).toBe(true);
    const wait = alarm.wait(1000);
    clock.advance(1000);
    expect(await wait).toBe(false);
  });

  it('forgets what rang before everything was looked at', async () => {
    const { clock, alarm } = setUp();
    alarm.ring();
    alarm.clear();
    const wait = alarm.wait(1000);
    clock.advance(1000);
    expect(await wait).toBe(false);
  });

  it('interrupts work that races with it, and the wait that follows', async () => {
    const { alarm } = setUp();
    const endless = new Promise<string>(() => {});
    const race = Promise.race([endless, alarm.ringing().then(() => 'rung')]);
    alarm.ring();
    expect(await race).toBe('rung');
    expect(await alarm.wait(1000)).toBe(true);
  });
});
