import { describe, expect, it } from 'vitest';
import { type RangeSet, span } from '../../src-shared/ranges/range-set';
import { MAX_WINDOW_DATAGRAMS, OUTLIER_LOSS, SLOW_INTERVAL_MS, SLOW_REPORTS, WINDOW_STALL_MS } from './params';
import { TransferLayout } from './transfer-layout';
import { type MovedOff, Transmission } from './transmission';

const FIRST = 0xffff_fffe;
const WINDOW = 1000;

function transmission(units: RangeSet = span(0, 10_000), first = 0, ...listeners: readonly string[]): Transmission {
  const running = new Transmission(units, first, 0, WINDOW);
  for (const listener of listeners) running.addListener(listener);
  return running;
}

function send(running: Transmission, count: number): void {
  for (let i = 0; i < count; i++) running.advance(1, 100);
}

describe('a transmission', () => {
  it('sends its units in order, with sequence numbers that wrap', () => {
    const units: RangeSet = [
      [3, 5],
      [9, 10],
      [20, 21],
    ];
    const running = transmission(units, FIRST);
    const sent = [];
    for (; !running.done; running.advance(1, 100)) sent.push([running.next.unit, running.next.sequence]);
    expect(sent).toEqual([
      [3, 0xffff_fffe],
      [4, 0xffff_ffff],
      [9, 0],
      [20, 1],
    ]);
    expect([running.sent, running.sentBytes, running.lastSequence]).toEqual([4, 400, 1]);
  });

  it('takes positions across the wrap', () => {
    const running = transmission(span(0, 10), FIRST, 'a');
    send(running, 5);
    running.progress('a', 2, 4);
    expect(running.deliveredTo('a')).toMatchObject({ position: 5, received: 4 });
  });

  it('is held by the slowest listener, and by nobody without listeners', () => {
    const running = transmission(span(0, 10_000), 0, 'a', 'b');
    send(running, WINDOW - 1);
    expect(running.windowFull(0)).toBe(false);
    send(running, 1);
    expect(running.windowFull(0)).toBe(true);
    running.progress('a', 500, 500);
    expect(running.windowFull(0)).toBe(true);
    running.progress('b', 0, 1);
    expect(running.windowFull(0)).toBe(false);
    send(running, 1);
    expect(running.windowFull(0)).toBe(true);
    running.removeListener('b');
    expect(running.windowFull(0)).toBe(false);
    running.removeListener('a');
    send(running, 5000);
    expect(running.windowFull(0)).toBe(false);
  });

  it('ignores positions that cannot be, and reports of strangers', () => {
    const running = transmission(span(0, 10_000), 100, 'a');
    send(running, 50);
    running.progress('a', 119, 10);
    const honest = { position: 20, received: 10 };
    for (const highest of [150, 99, 0, 110, 0xffff_ffff, 119, 100 + 2 ** 31]) {
      running.progress('a', highest, 50);
      expect(running.deliveredTo('a')).toMatchObject(honest);
    }
    running.progress('stranger', 149, 50);
    expect(running.deliveredTo('stranger')).toBeUndefined();
    running.progress('a', 149, 4_000_000);
    expect(running.deliveredTo('a')).toMatchObject({ position: 50, received: 50 });
  });

  it('is further ahead at high rates, within limits', () => {
    const running = transmission(span(0, 10_000), 0, 'a');
    const least = running.room;
    running.widenWindow(60_000);
    expect(running.room).toBe(3000);
    running.widenWindow(1_000_000);
    expect(running.room).toBe(MAX_WINDOW_DATAGRAMS);
    running.widenWindow(100);
    expect(running.room).toBe(least);
  });

  it('moves off who holds the window for too long, and nobody else', () => {
    const running = transmission(span(0, 10_000), 0, 'slow', 'fast');
    send(running, WINDOW);
    running.progress('fast', WINDOW - 1, WINDOW);
    expect(running.stallDeadline).toBeUndefined();
    expect(running.windowFull(70)).toBe(true);
    expect(running.stallDeadline).toBe(70 + WINDOW_STALL_MS);
    expect(running.moveOffStalled(69 + WINDOW_STALL_MS)).toEqual([]);
    expect(running.moveOffStalled(70 + WINDOW_STALL_MS)).toEqual([{ student: 'slow', why: 'it did not keep up' }]);
    expect(running.windowFull(70 + WINDOW_STALL_MS)).toBe(false);
    expect(running.takeSamples().map(({ student }) => student)).toEqual(['fast']);
  });

  it('blames nobody for a pause', () => {
    const running = transmission(span(0, 10_000), 0, 'a');
    send(running, WINDOW);
    running.windowFull(0);
    running.forgetStall();
    expect(running.moveOffStalled(60_000)).toEqual([]);
  });

  it('moves off who receives less than half of what the others receive', () => {
    const running = transmission(span(0, 10_000), 0, 'a', 'b', 'half', 'less');
    send(running, 800);
    for (const id of ['a', 'b']) running.progress(id, 799, 800);
    running.progress('half', 799, 400);
    running.progress('less', 799, 399);
    expect(running.moveOffSlow(SLOW_INTERVAL_MS - 1)).toEqual([]);
    expect(running.moveOffSlow(SLOW_INTERVAL_MS)).toEqual([
      { student: 'less', why: 'it receives much less than the others' },
    ]);
    // What counts is the last interval, not the whole transmission.
    send(running, 100);
    for (const id of ['a', 'b']) running.progress(id, 899, 900);
    running.progress('half', 899, 449);
    expect(running.moveOffSlow(2 * SLOW_INTERVAL_MS).map(({ student }) => student)).toEqual(['half']);
  });

  it('moves nobody off whose report comes a little later than the others’', () => {
    const [interval, every, ids] = [SLOW_REPORTS * 600, 60, Array.from({ length: 24 }, (_, i) => String(i))];
    const running = new Transmission(span(0, 100_000), 0, 0, 100_000, interval);
    for (const id of ids) running.addListener(id);
    const moved: MovedOff[] = [];
    for (let now = every; now <= 10 * interval; now += every) {
      send(running, 100);
      // Each loses another share, below 1 %, and reports ten times as seldom, at its own time.
      ids.forEach((id, i) => {
        if ((now / every) % 10 === i % 10)
          running.progress(id, running.sent - 1, Math.round(running.sent * (1 - i / 2400)));
      });
      moved.push(...running.moveOffSlow(now));
    }
    expect(moved).toEqual([]);
  });

  it('does not compare a late joiner by an interval in which it was not there', () => {
    const running = transmission(span(0, 10_000), 0, 'a', 'b');
    send(running, 800);
    running.addListener('late');
    send(running, 100);
    for (const id of ['a', 'b']) running.progress(id, 899, 900);
    running.progress('late', 899, 100);
    expect(running.moveOffSlow(SLOW_INTERVAL_MS)).toEqual([]);
    send(running, 100);
    for (const id of ['a', 'b']) running.progress(id, 999, 1000);
    running.progress('late', 999, 101);
    expect(running.moveOffSlow(2 * SLOW_INTERVAL_MS).map(({ student }) => student)).toEqual(['late']);
  });

  it('takes what it sends from its source when it is first looked at, and once', () => {
    const taken: number[] = [];
    function* source(): Generator<[number, number], void, undefined> {
      for (const start of [0, 100, 200]) {
        taken.push(start);
        yield [start, start + 50];
      }
    }
    const running = new Transmission(source(), 0, 0, WINDOW);
    expect(taken).toEqual([0]);
    send(running, 49);
    expect(taken).toEqual([0]);
    running.runsAhead(new TransferLayout(1_000_000, 1000), 2);
    expect(taken).toEqual([0, 100]);
    send(running, 101);
    expect(taken).toEqual([0, 100, 200]);
    expect(running.done).toBe(true);
  });

  it('counts proactive parity apart', () => {
    const running = transmission(span(0, 10));
    send(running, 6);
    for (let i = 0; i < 4; i++) running.advance(1, 100, true);
    expect([running.sent, running.sentBytes, running.proactiveBytes]).toEqual([10, 600, 400]);
    expect(running.unitShare).toBeCloseTo(0.6);
    expect(running.done).toBe(true);
  });

  it('reckons with what the worst of those that are followed has lost lately', () => {
    const running = transmission(span(0, 10_000), 0, 'a', 'b', 'stalled');
    expect(running.reckonedLoss).toBe(0);
    send(running, 1000);
    running.progress('a', 999, 990);
    running.progress('b', 999, 950);
    running.progress('stalled', 299, 270);
    expect(running.reckonedLoss).toBeCloseTo(0.1);
    send(running, 400);
    running.windowFull(0);
    running.moveOffStalled(WINDOW_STALL_MS);
    expect(running.reckonedLoss).toBeCloseTo(0.05);
  });

  it.each([
    [[0.4], 0.4],
    [[0, 0.4], 0.4],
    [[0.01, 0.02, 0.4], OUTLIER_LOSS],
    [[0.01, 0.2, 0.4], 0.24],
    [[0.01, 0.02, 0.12], 0.12],
    [[0, 0.3, 0.3, 0.35], 0.35],
    [[0, 0, 0, 0.1, 0.6, 0.6, 0.6], OUTLIER_LOSS],
  ])('where students lose %j reckons with %f', (losses, reckoned) => {
    const students = losses.map((_, i) => `student ${i}`);
    const running = transmission(span(0, 10_000), 0, ...students);
    send(running, 1000);
    losses.forEach((loss, i) => {
      running.progress(students[i] ?? '', 999, 1000 * (1 - loss));
    });
    expect(running.reckonedLoss).toBeCloseTo(reckoned);
  });

  it('does not take for loss what was lost before the rate was cut', () => {
    const running = transmission(span(0, 10_000), 0, 'a');
    send(running, 1000);
    running.progress('a', 499, 400);
    expect(running.reckonedLoss).toBeCloseTo(0.2);
    running.forgetLoss();
    expect(running.reckonedLoss).toBe(0);
    // Sent before the cut, reported after it.
    running.progress('a', 999, 800);
    expect(running.reckonedLoss).toBe(0);
    send(running, 1000);
    running.progress('a', 1999, 1780);
    expect(running.reckonedLoss).toBeCloseTo(0.02);
  });

  it('counts no loss for what was sent before a student was there', () => {
    const running = transmission(span(0, 10_000), 0);
    send(running, 800);
    running.addListener('late');
    send(running, 10);
    running.progress('late', 809, 10);
    expect(running.takeSamples()).toEqual([{ student: 'late', passed: 10, received: 10, ahead: 0 }]);
    expect(running.takeSamples()).toEqual([
      { student: 'late', passed: 0, received: 0, ahead: Number.POSITIVE_INFINITY },
    ]);
  });
});
