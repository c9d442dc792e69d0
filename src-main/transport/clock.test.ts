import { describe, expect, it } from 'vitest';
import { DeadlineTimer } from './clock';
import { ManualClock } from './manual-clock';

function setUp() {
  const clock = new ManualClock();
  const due: number[] = [];
  return { clock, due, timer: new DeadlineTimer(clock, (now) => due.push(now)) };
}

describe('DeadlineTimer', () => {
  it('fires once, at the deadline', () => {
    const { clock, due, timer } = setUp();
    timer.arm(10);
    clock.advance(9.5);
    expect(due).toEqual([]);
    clock.advance(100);
    expect(due).toEqual([10]);
    expect(clock.timers).toBe(0);
  });

  it('moves earlier, later and away', () => {
    const { clock, due, timer } = setUp();
    timer.arm(50);
    timer.arm(20);
    timer.arm(30);
    clock.advance(29);
    expect(due).toEqual([]);
    clock.advance(1);
    expect(due).toEqual([30]);
    timer.arm(40);
    timer.arm(undefined);
    clock.advance(100);
    expect(due).toEqual([30]);
  });

  it('keeps the running timer when the deadline moves later', () => {
    const { clock, timer } = setUp();
    for (let deadline = 10; deadline < 1000; deadline++) timer.arm(deadline);
    expect(clock.timers).toBe(1);
  });

  it('is due at once for a deadline in the past, but not inside arm', () => {
    const { clock, due, timer } = setUp();
    clock.advance(100);
    timer.arm(5);
    expect(due).toEqual([]);
    clock.advance(0);
    expect(due).toEqual([100]);
  });

  it('can be armed from its own callback', () => {
    const clock = new ManualClock();
    const due: number[] = [];
    const timer: DeadlineTimer = new DeadlineTimer(clock, (now) => {
      due.push(now);
      if (due.length < 3) timer.arm(now + 10);
    });
    timer.arm(10);
    clock.advance(100);
    expect(due).toEqual([10, 20, 30]);
  });

  it('waits longer than a Node timer can', () => {
    const { clock, due, timer } = setUp();
    timer.arm(2 ** 33);
    clock.advance(2 ** 33 - 1);
    expect(due).toEqual([]);
    clock.advance(1);
    expect(due).toEqual([2 ** 33]);
  });
});
