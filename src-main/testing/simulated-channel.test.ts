import { describe, expect, it } from 'vitest';
import { comparePackets } from '../archive/packet';
import { seededRandom } from '../transport/seeded-random';
import { type SimulatedChannelResult, type SimulatedChannelRun, simulateChannel } from './simulated-channel';
import type { SimulatedSubscriber } from './simulated-subscriber';

/** TUTTI_SEED=N replays one run; TUTTI_RUNS=N runs more of them. */
const ONLY_SEED = process.env.TUTTI_SEED;
const RUNS = Number(process.env.TUTTI_RUNS ?? 400);

const CALM: SimulatedSubscriber = { loss: 0, duplicate: 0, reorder: 0, delay: 1, joinsAt: 0, from: 'now' };
const BASE: SimulatedChannelRun = {
  packets: 500,
  everyMs: 0,
  firstSequence: 0,
  archive: CALM,
  archiveAway: undefined,
  archiveFull: undefined,
  restartAt: undefined,
  subscribers: [CALM],
  forged: 0,
};

/** What must hold at the end of every run, whatever happened in it. */
function check(run: SimulatedChannelRun, result: SimulatedChannelResult): void {
  expect(result.ended).toBe(true);
  for (const subscriber of result.subscribers) {
    const wanted = result.published.filter((packet) => comparePackets(packet, subscriber.from) >= 0);
    expect(subscriber.lost).toBe(0);
    expect(subscriber.delivered).toEqual(wanted);
    for (const asked of subscriber.queried) expect(comparePackets(asked, subscriber.from)).toBeGreaterThanOrEqual(0);
    // A lost packet costs two queries or so; nobody asks without end.
    expect(subscriber.queries).toBeLessThan(40 + 4 * run.packets);
  }
  const numbers = result.published.map(({ epoch, sequence }) => `${epoch} ${sequence}`);
  expect(new Set(numbers).size).toBe(numbers.length);
  if (run.archive !== undefined) {
    expect(result.archived).toBe(result.published.length);
    expect(result.unacknowledged).toBe(0);
  }
}

describe('a simulated channel', () => {
  it('brings every packet to everybody, in order, and to the archive', () => {
    check(BASE, simulateChannel(BASE, seededRandom(1)));
  });

  it('goes on beyond the last number with another epoch', () => {
    const run = { ...BASE, firstSequence: 2 ** 32 - 200 };
    const result = simulateChannel(run, seededRandom(2));
    check(run, result);
    expect(new Set(result.published.map(({ epoch }) => epoch)).size).toBe(2);
    expect(result.published.some(({ sequence }) => sequence === 2 ** 32 - 1)).toBe(true);
  });

  it('needs no archive', () => {
    const run = { ...BASE, archive: undefined, subscribers: [{ ...CALM, loss: 0.1 }] };
    check(run, simulateChannel(run, seededRandom(3)));
  });

  it('sends once to all what several miss', () => {
    const subscribers = Array.from({ length: 12 }, () => ({ ...CALM, loss: 0.2 }));
    const run = { ...BASE, subscribers };
    const result = simulateChannel(run, seededRandom(4));
    check(run, result);
    expect(result.broadcasts).toBeGreaterThan(0);
  });

  it('gives a late one everything from the beginning, or nothing of it', () => {
    const late = { ...CALM, joinsAt: 300 };
    const run = { ...BASE, everyMs: 1, subscribers: [CALM, late, { ...late, from: 'beginning' as const }] };
    const result = simulateChannel(run, seededRandom(5));
    check(run, result);
    const [first, now, beginning] = result.subscribers;
    expect(beginning?.delivered).toEqual(first?.delivered);
    expect(now?.delivered.length).toBeLessThan(first?.delivered.length ?? 0);
  });

  it('ends well under whatever chance brings', () => {
    const seeds = ONLY_SEED === undefined ? Array.from({ length: RUNS }, (_, i) => i) : [Number(ONLY_SEED)];
    for (const seed of seeds) tryRun(seed);
  }, 600_000);
});

function tryRun(seed: number): void {
  const random = seededRandom(seed);
  const run = chanceRun(random);
  try {
    check(run, simulateChannel(run, random));
  } catch (error) {
    throw new Error(`seed ${seed}: ${JSON.stringify(run)}`, { cause: error });
  }
}

function chanceRun(random: () => number): SimulatedChannelRun {
  const between = (low: number, high: number) => low + random() * (high - low);
  const maybe = <T>(chance: number, make: () => T): T | undefined => (random() < chance ? make() : undefined);
  const lossy = random() < 0.7;
  const link = () => ({
    loss: lossy ? random() * 0.2 : 0,
    duplicate: random() * 0.05,
    reorder: random() * 0.1,
    delay: between(0.2, 5),
  });
  const period = (): [number, number] => {
    const from = between(0, 400);
    return [from, from + between(50, 1500)];
  };
  const archive = maybe(0.8, link);
  return {
    packets: Math.floor(between(1, 400)),
    everyMs: random() < 0.5 ? 0 : between(0.5, 4),
    firstSequence: random() < 0.2 ? 2 ** 32 - Math.floor(between(1, 300)) : 0,
    archive,
    archiveAway: archive && maybe(0.3, period),
    archiveFull: archive && maybe(0.2, period),
    restartAt: maybe(0.2, () => between(20, 500)),
    subscribers: Array.from({ length: random() < 0.9 ? Math.ceil(random() * 4) : 30 }, () => {
      const crashesAt = maybe(0.2, () => between(20, 600));
      return {
        ...link(),
        joinsAt: random() < 0.6 ? 0 : between(0, 500),
        from: random() < 0.5 ? ('now' as const) : ('beginning' as const),
        ...(crashesAt === undefined ? {} : { crashesAt }),
      };
    }),
    forged: random() < 0.3 ? random() * 0.2 : 0,
  };
}
