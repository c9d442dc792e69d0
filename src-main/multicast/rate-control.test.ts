import { describe, expect, it } from 'vitest';
import { seededRandom } from '../transport/seeded-random';
import { MAX_RATE, MIN_RATE, RATE_INTERVAL_MS, START_INTERVAL_MS, START_RATE } from './params';
import { RateControl } from './rate-control';

const DATAGRAM = 1472;

interface Link {
  /** Bytes per second; what is sent above it is lost. */
  readonly capacity: number;
  /** Random loss 0…1 besides… */
  readonly loss: number;
  /** …in bursts of so many datagrams. */
  readonly burst?: number;
  /** Its student is busy, and reports so many ms late. */
  readonly lateMs?: number;
}
const CLEAN: Link = { capacity: Number.POSITIVE_INFINITY, loss: 0 };

/** Sends over links to one student each, judges every interval, and returns the rate of each interval. */
function run(control: RateControl, links: readonly Link[], ms: number, used = 1, random = seededRandom(1)): number[] {
  const rates: number[] = [];
  for (let at = 0; at < ms; at += RATE_INTERVAL_MS) {
    const rate = control.rate * used;
    const passed = Math.round((rate * RATE_INTERVAL_MS) / 1000 / DATAGRAM);
    const samples = links.map(({ capacity, loss, burst = 1, lateMs = 0 }, i) => {
      const through = Math.min(1, capacity / rate);
      let received = 0;
      for (let n = 0; n < passed; n += burst) {
        const arrives = random() >= loss;
        for (let k = n; k < Math.min(passed, n + burst); k++) if (arrives && random() < through) received++;
      }
      return { student: String(i), passed, received, ahead: (lateMs / RATE_INTERVAL_MS) * passed };
    });
    control.judge(samples, used, control.deadline);
    rates.push(control.rate);
  }
  return rates;
}

/**
 * Sends beside a TCP connection over one line with a drop-tail queue.
 * @returns the share of the line that each has got
 */
function besideTcp(control: RateControl, capacity: number, queueMs: number, ms: number): { own: number; tcp: number } {
  const perMs = capacity / 1000;
  const got = { own: 0, tcp: 0 };
  let interval = { passed: 0, received: 0 };
  let [queue, window, recovered] = [0, capacity * (queueMs / 1000), 0];
  for (let now = 0; now < ms; now++) {
    const delay = 1 + queue / perMs;
    const sent = { own: control.rate / 1000, tcp: window / delay };
    const both = sent.own + sent.tcp;
    const overflow = Math.max(0, queue + both - perMs - queueMs * perMs);
    const through = 1 - overflow / both;
    queue = Math.max(0, queue + both - overflow - perMs);
    got.own += sent.own * through;
    got.tcp += sent.tcp * through;
    interval = { passed: interval.passed + sent.own, received: interval.received + sent.own * through };
    if (overflow === 0 || now < recovered) window += DATAGRAM / delay;
    else [window, recovered] = [0.7 * window, now + delay];
    if (now < control.deadline) continue;
    const [passed, received] = [interval.passed / DATAGRAM, interval.received / DATAGRAM];
    control.judge([{ student: 'a', passed, received, ahead: (sent.own * delay) / DATAGRAM }], 1, now);
    interval = { passed: 0, received: 0 };
  }
  return { own: got.own / (perMs * ms), tcp: got.tcp / (perMs * ms) };
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const start = (options: ConstructorParameters<typeof RateControl>[2] = {}) => new RateControl(0, DATAGRAM, options);

describe('rate control', () => {
  it('doubles while nobody loses anything, up to the limit', () => {
    const rates = run(start(), [CLEAN, CLEAN], 4 * RATE_INTERVAL_MS);
    expect(rates).toEqual([2, 4, 8, 16].map((factor) => factor * START_RATE));
    expect(run(start(), [CLEAN], 1000).at(-1)).toBe(MAX_RATE);
  });

  it('waits when somebody loses more than usual, and is cut below what it gets when that goes on', () => {
    const control = start();
    const loss = [{ student: 'a', passed: 1000, received: 800, ahead: 0 }];
    control.judge(loss, 1, RATE_INTERVAL_MS);
    expect(control.rate).toBe(START_RATE);
    control.judge(loss, 1, 2 * RATE_INTERVAL_MS);
    expect(control.rate).toBeLessThan(0.8 * START_RATE);
    expect(control.rate).toBeGreaterThanOrEqual(0.5 * START_RATE);
  });

  it.each([1_000_000, 2_500_000, 6_000_000, 11_000_000, 30_000_000, 90_000_000])(
    'finds a link of %i bytes a second, and finds it again after a narrow minute',
    (capacity) => {
      const control = start();
      const link = [{ capacity, loss: 0 }];
      const settled = (ms: number) => run(control, link, ms).slice(-100);
      const bounds = (rates: readonly number[]) => {
        expect(mean(rates)).toBeGreaterThan(0.7 * capacity);
        expect(mean(rates)).toBeLessThan(1.1 * capacity);
      };
      bounds(settled(10_000));
      run(control, [{ capacity: capacity / 4, loss: 0 }], 10_000);
      expect(control.rate).toBeLessThan(0.4 * capacity);
      bounds(settled(10_000));
    },
  );

  it.each([1, 8, 30])('learns random loss of 20 percent: %i such students do not hold the rate down', (students) => {
    const links = Array.from({ length: students }, () => ({ capacity: 100_000_000, loss: 0.2 }));
    expect(mean(run(start(), links, 20_000).slice(-100))).toBeGreaterThan(2 * START_RATE);
  });

  it.each([1, 8])('is not held up at the start by %i students who lose a twentieth at any rate', (students) => {
    const links = Array.from({ length: students }, () => ({ capacity: 125_000_000, loss: 0.05 }));
    for (let seed = 1; seed <= 20; seed++) {
      const rates = run(start(), links, 500, 1, seededRandom(seed));
      expect(Math.max(...rates), `seed ${seed}`).toBeGreaterThan(0.35 * 125_000_000);
    }
  });

  it('takes a cut back where as much is lost after it, and keeps one that helped', () => {
    const rateAfter = (received: number) => {
      const control = start();
      const judge = (of1000: number) =>
        control.judge([{ student: 'a', passed: 1000, received: of1000, ahead: 0 }], 1, control.deadline);
      for (const of1000 of [700, 700, 700]) judge(of1000);
      expect(control.rate).toBeLessThan(0.7 * START_RATE);
      judge(received);
      return control.rate;
    };
    expect(rateAfter(720)).toBe(START_RATE);
    expect(rateAfter(990)).toBeLessThan(0.7 * START_RATE);
  });

  it.each([5, 30])('is not held down by loss in bursts of %i', (burst) => {
    const links = Array.from({ length: 8 }, () => ({ capacity: 100_000_000, loss: 0.05, burst }));
    for (let seed = 1; seed <= 10; seed++) {
      const rates = run(start(), links, 20_000, 1, seededRandom(seed));
      expect(mean(rates.slice(-100)), `seed ${seed}`).toBeGreaterThan(2 * START_RATE);
    }
  });

  it.each([0, 0.01, 0.05])('is not held down by busy students who report late, at a loss of %d', (loss) => {
    for (let seed = 1; seed <= 10; seed++) {
      const random = seededRandom(seed);
      const links = Array.from({ length: 8 }, () => ({ capacity: 100_000_000, loss }));
      const [busy, idle] = [links.map((link) => ({ ...link, lateMs: 60 })), links];
      const control = start();
      const rates = Array.from({ length: 40 }, (_, i) =>
        run(control, i % 2 === 0 ? busy : idle, 500, 1, random),
      ).flat();
      expect(mean(rates.slice(-100)), `seed ${seed}`).toBeGreaterThan(2 * START_RATE);
    }
  });

  it('still follows a full line after it has learned a random loss', () => {
    const control = start();
    run(control, [{ capacity: 40_000_000, loss: 0.2 }], 10_000);
    const narrow = run(control, [{ capacity: 5_000_000, loss: 0.2 }], 10_000).slice(-100);
    expect(mean(narrow)).toBeLessThan(1.3 * 5_000_000);
    expect(mean(narrow)).toBeGreaterThan(0.7 * 5_000_000);
  });

  it.each([
    { megabits: 20, queueMs: 100 },
    { megabits: 100, queueMs: 50 },
    { megabits: 300, queueMs: 30 },
  ])(
    'leaves a third of $megabits Mbit/s with a queue of $queueMs ms to a TCP connection, and gets as much',
    ({ megabits, queueMs }) => {
      for (const ms of [3000, 10_000, 60_000]) {
        const { own, tcp } = besideTcp(start(), (megabits / 8) * 1e6, queueMs, ms);
        expect(tcp, `${ms} ms`).toBeGreaterThan(1 / 3);
        expect(own, `${ms} ms`).toBeGreaterThan(0.2);
      }
    },
  );

  it('never goes below the lowest rate', () => {
    run(start(), [{ capacity: 1000, loss: 0 }], 10_000).forEach((rate) => {
      expect(rate).toBeGreaterThanOrEqual(MIN_RATE);
    });
  });

  it('never changes a fixed rate, whatever is lost', () => {
    const control = start({ fixed: 3_000_000 });
    const rates = run(control, [{ capacity: 500_000, loss: 0.5 }], 2000);
    expect(new Set([...rates, ...run(control, [CLEAN], 2000)])).toEqual(new Set([3_000_000]));
  });

  it('never goes above its ceiling, not even at the start', () => {
    for (const ceiling of [1_000_000, 40_000_000]) {
      const control = start({ ceiling });
      expect(control.rate).toBeLessThanOrEqual(ceiling);
      expect(Math.max(...run(control, [CLEAN], 2000))).toBe(ceiling);
    }
  });

  it('does not grow while the window, and not the rate, holds the sender', () => {
    expect(run(start(), [CLEAN], 2000, 0.5).at(-1)).toBe(START_RATE);
  });

  it('takes nothing from a handful of datagrams', () => {
    const control = start();
    control.judge([{ student: 'a', passed: 20, received: 0, ahead: 0 }], 1, RATE_INTERVAL_MS);
    expect(control.rate).toBe(START_RATE);
  });

  it('takes an interval without a report for no queue', () => {
    const control = start();
    const judge = (passed: number, received: number, ahead: number) =>
      control.judge([{ student: 'a', passed, received, ahead }], 1, control.deadline);
    judge(200, 150, 10);
    judge(0, 0, Number.POSITIVE_INFINITY);
    expect(control.rate).toBe(START_RATE);
  });

  it('looks more often while it is finding its rate and nobody loses anything', () => {
    const control = new RateControl(700, DATAGRAM, {});
    const judged = (received: number) => {
      const { deadline } = control;
      control.judge([{ student: 'a', passed: 1000, received, ahead: 0 }], 1, deadline);
      return control.deadline - deadline;
    };
    expect(control.deadline).toBe(700 + START_INTERVAL_MS);
    expect([judged(1000), judged(1000)]).toEqual([START_INTERVAL_MS, START_INTERVAL_MS]);
    // A burst, after which it looks on; then a full line, and the start is over.
    expect([judged(500), judged(1000)]).toEqual([RATE_INTERVAL_MS, START_INTERVAL_MS]);
    expect([judged(500), judged(500)]).toEqual([RATE_INTERVAL_MS, RATE_INTERVAL_MS]);
    expect([judged(1000), judged(1000)]).toEqual([RATE_INTERVAL_MS, RATE_INTERVAL_MS]);
  });

  it('starts with half of what an earlier transfer found, or with all of it where that was little', () => {
    const started = (found: number) => start({ found }).rate / START_RATE;
    expect([8, 4, 2, 1.5, 1, 0.2].map((share) => started(share * START_RATE))).toEqual([4, 2, 1, 1, 1, 0.2]);
    expect(start({ found: 1e9, ceiling: 20_000_000 }).rate).toBe(20_000_000);
  });

  it('counts an interval from when it was judged', () => {
    const control = new RateControl(700, DATAGRAM, {});
    control.judge([], 1, 1234);
    expect(control.deadline).toBe(1234 + START_INTERVAL_MS);
  });
});
