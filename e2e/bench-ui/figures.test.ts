import { describe, expect, it } from 'vitest';
import { busyPerFrame, percentile } from './figures';

describe('figures of the window', () => {
  it('are percentiles by rank', () => {
    const values = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect(percentile(values, 0.5)).toBe(51);
    expect(percentile(values, 0.95)).toBe(96);
    expect(percentile(values, 1)).toBe(100);
    expect(percentile([], 0.5)).toBe(0);
  });

  it('count every task of the thread that draws, in the frame in which it ends', () => {
    const page = { pid: 2, tid: 7 };
    const task = (ts: number, dur: number, thread = page) => ({
      ...{ name: 'RunTask', ph: 'X', ts, dur, tdur: dur / 2 },
      ...thread,
    });
    const frame = (ts: number) => ({ name: 'FireAnimationFrame', ph: 'X', ts, dur: 100, ...page });
    const thread = { name: 'thread_name', ph: 'M', ts: 0, args: { name: 'CrRendererMain' } };
    const traceEvents = [
      { ...thread, pid: 1, tid: 1 },
      { ...thread, ...page },
      ...[frame(1_000), frame(17_000), frame(33_000)],
      ...[task(900, 2_000), task(5_000, 1_000), task(16_900, 4_000), task(7_000, 9_000, { pid: 1, tid: 1 })],
    ];
    expect(busyPerFrame({ traceEvents })).toEqual([1.5, 2]);
  });
});
