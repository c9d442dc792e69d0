import { expect, it } from 'vitest';
import { ManualClock } from './manual-clock';
import { SpaceReports } from './space-reports';

function setUp(free: number | undefined) {
  const clock = new ManualClock();
  const state = { free, looks: 0, sent: [] as number[] };
  const reports = new SpaceReports({
    clock,
    measure: async () => {
      state.looks++;
      if (state.free === undefined) throw new Error('no such disk');
      return state.free;
    },
    send: (bytes) => state.sent.push(bytes),
  });
  const later = async (ms: number, bytes: number) => {
    state.free = bytes;
    clock.advance(ms);
    await Promise.resolve();
    await Promise.resolve();
    await Promise.resolve();
  };
  return { clock, state, reports, later };
}

it('tells after the welcome, and then of large changes only, looked for every 30 seconds', async () => {
  const { state, reports, later } = setUp(100e9);
  await reports.start();
  expect(state.sent).toEqual([100e9]);
  await later(29_000, 1e9);
  expect(state).toMatchObject({ looks: 1, sent: [100e9] });
  await later(1_000, 99.5e9);
  expect(state).toMatchObject({ looks: 2, sent: [100e9] });
  await later(30_000, 98.9e9);
  expect(state.sent).toEqual([100e9, 98.9e9]);
});

it('takes a tenth for a large change on a small disk', async () => {
  const { state, reports, later } = setUp(1e6);
  await reports.start();
  await later(30_000, 0.95e6);
  await later(30_000, 0.89e6);
  expect(state.sent).toEqual([1e6, 0.89e6]);
});

it('tells at the end of a transfer, where anything has changed', async () => {
  const { state, reports } = setUp(100e9);
  await reports.start();
  await reports.transferEnded();
  state.free = 100e9 - 1;
  await reports.transferEnded();
  expect(state.sent).toEqual([100e9, 100e9 - 1]);
});

it('is silent without a teacher, and where nothing can be measured', async () => {
  const { clock, state, reports, later } = setUp(undefined);
  await reports.start();
  expect(state.sent).toEqual([]);
  await later(30_000, 5e9);
  expect(state.sent).toEqual([5e9]);
  reports.stop();
  expect(clock.timers).toBe(0);
  state.free = 1;
  await reports.transferEnded();
  expect(state.sent).toEqual([5e9]);
});
