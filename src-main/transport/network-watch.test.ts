import { expect, it } from 'vitest';
import { ManualClock } from './manual-clock';
import { watchNetwork } from './network-watch';

function setUp() {
  const clock = new ManualClock();
  const state = { addresses: ['eth0 10.0.0.1', 'lo 127.0.0.1'], slept: 0, changes: 0 };
  const end = watchNetwork({
    clock,
    addresses: () => state.addresses,
    wallTime: () => clock.now() + state.slept,
    onChange: () => state.changes++,
  });
  return { clock, state, end };
}

it('tells of another network once', () => {
  const { clock, state } = setUp();
  clock.advance(10_000);
  state.addresses = ['lo 127.0.0.1', 'eth0 10.0.0.1'];
  clock.advance(10_000);
  expect(state.changes).toBe(0);
  state.addresses = ['lo 127.0.0.1', 'wlan0 192.168.1.7'];
  clock.advance(10_000);
  expect(state.changes).toBe(1);
});

it('tells of a sleep once, and of none where a timer was only late', () => {
  const { clock, state } = setUp();
  state.slept += 5_000;
  clock.advance(10_000);
  expect(state.changes).toBe(0);
  state.slept += 60_000;
  clock.advance(10_000);
  expect(state.changes).toBe(1);
});

it('ends', () => {
  const { clock, state, end } = setUp();
  end();
  expect(clock.timers).toBe(0);
  state.addresses = [];
  clock.advance(10_000);
  expect(state.changes).toBe(0);
});
