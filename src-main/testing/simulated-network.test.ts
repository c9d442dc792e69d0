import { describe, expect, it } from 'vitest';
import { normalize, sizeOf, subtract, union } from '../../src-shared/ranges/range-set';
import { CHUNK_UNITS } from '../../src-shared/wire/limits';
import { seededRandom } from '../transport/seeded-random';
import { type SimulatedResult, type SimulatedRun, type SimulatedStudent, simulate } from './simulated-network';

/** TUTTI_SEED=N replays one run; TUTTI_RUNS=N runs more of them. */
const ONLY_SEED = process.env.TUTTI_SEED;
const RUNS = Number(process.env.TUTTI_RUNS ?? 2000);

const CALM: SimulatedStudent = { loss: 0, burst: 1, duplicate: 0, reorder: 0, delay: 1, joinsAt: 0 };
const BASE: SimulatedRun = {
  contentBytes: 100_000,
  payloadBytes: 256,
  students: [CALM],
  repair: 'auto',
  by: 'multicast',
  maxRounds: 12,
  rate: 'auto',
  forged: 0,
};

/** How many students lose which share of the datagrams, one here and one there. */
const SCATTERED_LOSSES = [
  [1, 0.05],
  [8, 0.05],
  [8, 0.01],
] as const;

/** So many students, of which each loses this share. */
const losing = (count: number, loss: number) => Array.from({ length: count }, () => ({ ...CALM, loss }));
const finishedOf = (result: SimulatedResult) => result.events.find((event) => event.event === 'finished');
const announcedOf = (result: SimulatedResult) => result.events.filter((event) => event.event === 'announced');

/** What must hold at the end of every run, whatever happened in it. */
function check(run: SimulatedRun, result: SimulatedResult): void {
  expect(result.ended).toBe(true);
  const finished = finishedOf(result);
  if (finished?.event !== 'finished') throw new Error('the transfer did not finish');
  run.students.forEach((_, i) => {
    const id = String(i);
    if (finished.complete.includes(id)) expect(result.identical[i]).toBe(true);
    else expect(finished.failed.find((entry) => entry.id === id)?.reason ?? 'never enrolled').not.toBe('');
  });
  checkRetransmissionSets(result);
  checkCurrentGroup(result);
}

/** A5: the ranges of a retransmission are the union of the latest reports of the students that it names. */
function checkRetransmissionSets(result: SimulatedResult): void {
  const latest = new Map<string, readonly (readonly [number, number])[]>();
  for (const event of result.events) {
    if (event.event === 'report') latest.set(event.student, event.missing);
    if (event.event !== 'announced' || event.transmission === 0) continue;
    if (event.students.some((id) => !latest.has(id))) continue;
    expect(union(...event.students.map((id) => normalize(latest.get(id) ?? [])))).toEqual(normalize(event.ranges));
    const bytes = sizeOf(normalize(event.ranges));
    if (event.mode === 'coded') expect(event.bytes).toBeLessThan(bytes);
    else expect(event.bytes).toBe(bytes);
  }
}

/** A9: a student that reported nothing missing is not in the current group of the next scorecard. */
function checkCurrentGroup(result: SimulatedResult): void {
  let settled: string | undefined;
  for (const event of result.events) {
    if (event.event === 'report') settled = event.missingBytes === 0 ? event.student : undefined;
    if (event.event !== 'scorecard' || settled === undefined) continue;
    expect(event.current).not.toContain(settled);
    settled = undefined;
  }
}

/** How many chunks these bytes touch. */
function chunksIn(missing: readonly (readonly [number, number])[], payloadBytes: number): number {
  const chunks = new Set<number>();
  for (const [start, end] of missing) {
    for (let unit = Math.floor(start / payloadBytes); unit * payloadBytes < end; unit++)
      chunks.add(Math.floor(unit / CHUNK_UNITS));
  }
  return chunks.size;
}

function randomRun(random: () => number): SimulatedRun {
  const pick = <T>(...values: readonly [T, ...T[]]): T => values[Math.floor(random() * values.length)] ?? values[0];
  const student = (): SimulatedStudent => ({
    loss: pick(0, 0, 0.01, 0.05, 0.2, 0.4, 0.6, 1),
    burst: pick(1, 1, 5, 30),
    duplicate: pick(0, 0, 0.05, 0.5),
    reorder: pick(0, 0, 0.05, 0.3),
    delay: pick(0, 1, 5, 40),
    joinsAt: pick(0, 0, 0, 20, 400, 2000),
    ...(random() < 0.2 ? { cutAt: random() * 1500, crashes: random() < 0.5 } : {}),
    ...(random() < 0.7 ? { backAfter: random() * 6000 } : {}),
  });
  return {
    contentBytes: pick(0, 1, 256, 65_536, 65_535, 65_537, 100_000, 300_000),
    payloadBytes: pick(256, 256, 1000),
    students: Array.from({ length: 1 + Math.floor(random() * 5) }, student),
    repair: pick<SimulatedRun['repair']>('auto', 'auto', 'plain', 'tcp'),
    maxRounds: pick(12, 12, 3),
    rate: pick<SimulatedRun['rate']>('auto', 500_000, 50_000_000),
    forged: pick(0, 0, 0, 0.01),
    by: pick<SimulatedRun['by']>('multicast', 'multicast', 'multicast', 'tcp'),
  };
}

describe('a transfer over a simulated network', () => {
  it('ends with identical bytes or a recorded failure, whatever the network does', () => {
    const seeds = ONLY_SEED === undefined ? Array.from({ length: RUNS }, (_, i) => i) : [Number(ONLY_SEED)];
    for (const seed of seeds) {
      const random = seededRandom(seed);
      const run = randomRun(random);
      try {
        check(run, simulate(run, random));
      } catch (error) {
        throw new Error(`seed ${seed} (replay it with TUTTI_SEED=${seed}): ${JSON.stringify(run)}`, { cause: error });
      }
    }
  }, 300_000);

  it('sends a file once and nothing again when nobody loses anything', () => {
    const result = simulate({ ...BASE, students: [CALM, CALM, CALM] }, seededRandom(1));
    check(BASE, result);
    expect(announcedOf(result)).toHaveLength(1);
    expect(finishedOf(result)).toMatchObject({ ok: true, complete: ['0', '1', '2'], resentBytes: 0, filledBytes: 0 });
  });

  it('serves a student without a multicast path over TCP, after the class, and says why', () => {
    const result = simulate({ ...BASE, students: [CALM, { ...CALM, loss: 1 }] }, seededRandom(2));
    expect(finishedOf(result)).toMatchObject({ ok: true });
    expect(announcedOf(result).map((event) => event.event === 'announced' && [event.mode, event.students])).toEqual([
      ['plain', ['0', '1']],
      ['tcp', ['1']],
    ]);
    expect(
      result.events.some((event) => event.event === 'scorecard' && /no multicast/.test(event.permanent[1]?.why ?? '')),
    ).toBe(true);
  });

  it('records what a vanished student misses, and finishes with the others', () => {
    const run = { ...BASE, rate: 200_000, students: [CALM, { ...CALM, cutAt: 200 }] };
    const result = simulate(run, seededRandom(3));
    expect(finishedOf(result)).toMatchObject({ ok: false, complete: ['0'], failed: [{ id: '1' }] });
    const lost = result.events.find((event) => event.event === 'unrecoverable');
    expect(lost?.event === 'unrecoverable' && lost.student === '1' && lost.ranges.length).toBe(1);
  });

  it('asks only for what is missing after a student was cut off in the middle', () => {
    const run = { ...BASE, rate: 200_000, students: [CALM, { ...CALM, cutAt: 300, backAfter: 50, crashes: true }] };
    const result = simulate(run, seededRandom(4));
    expect(finishedOf(result)).toMatchObject({ ok: true });
    const second = announcedOf(result)[1];
    expect(second?.event === 'announced' && second.bytes).toBeLessThan(run.contentBytes / 2);
  });

  it('keeps forged datagrams out of the files, of units and of parity', () => {
    const students = [CALM, { ...CALM, loss: 0.1 }, { ...CALM, loss: 0.1 }];
    const result = simulate({ ...BASE, contentBytes: 300_000, forged: 0.02, students }, seededRandom(5));
    expect(result.identical).toEqual([true, true, true]);
    expect(finishedOf(result)).toMatchObject({ ok: true });
    const modes = new Set(announcedOf(result).map((event) => event.event === 'announced' && event.mode));
    expect([...modes].sort()).toEqual(['coded', 'plain', 'tcp']);
  });

  it('sends little more than what the worst student of each chunk misses', () => {
    for (const [count, loss, share, union] of [
      [30, 0.01, 0.05, 0.2],
      [8, 0.05, 0.12, 0.3],
    ] as const) {
      const students = losing(count, loss);
      const run = { ...BASE, contentBytes: 3_000_000, payloadBytes: 1000, students, rate: 50_000_000 };
      const resent = (repair: SimulatedRun['repair']) => {
        const result = simulate({ ...run, repair }, seededRandom(8));
        check(run, result);
        const finished = finishedOf(result);
        return finished?.event === 'finished' && finished.ok ? finished.resentBytes / run.contentBytes : Number.NaN;
      };
      expect(resent('auto')).toBeLessThanOrEqual(share);
      expect(resent('plain')).toBeGreaterThan(union);
    }
  });

  it('leaves few chunks to a round where datagrams are lost one here and one there', () => {
    for (const [count, loss] of [...SCATTERED_LOSSES, [1, 0.2], [4, 0.3], [2, 0.4]] as const) {
      const students = losing(count, loss);
      const run = { ...BASE, contentBytes: 10_000_000, payloadBytes: 1000, students, rate: 12_500_000 };
      const result = simulate(run, seededRandom(9));
      check(run, result);
      const { proactiveBytes = 0 } = result.events.find((event) => event.event === 'transmitted') ?? {};
      expect(proactiveBytes / run.contentBytes).toBeLessThan(0.02 + 2 * loss);
      const first = result.events.filter((event) => event.event === 'report' && event.transmission === 0);
      const left = first.map((event) => (event.event === 'report' ? chunksIn(event.missing, run.payloadBytes) : 0));
      const most = run.contentBytes / run.payloadBytes / CHUNK_UNITS;
      expect(left.reduce((sum, chunks) => sum + chunks, 0) / count).toBeLessThan(0.3 * most);
    }
  });

  it('does not make a class wait for one student that loses far more than the others', () => {
    const students = [...losing(7, 0.01), { ...CALM, loss: 0.4 }];
    const run = { ...BASE, contentBytes: 10_000_000, payloadBytes: 1000, students, rate: 12_500_000 };
    const result = simulate(run, seededRandom(12));
    check(run, result);
    const { proactiveBytes = 0 } = result.events.find((event) => event.event === 'transmitted') ?? {};
    expect(proactiveBytes / run.contentBytes).toBeLessThan(0.25);
  });

  it('mostly needs no round where an earlier transfer has found the loss', () => {
    for (const [count, loss] of SCATTERED_LOSSES) {
      const students = losing(count, loss);
      const found = { rate: 12_500_000, loss };
      const run = { ...BASE, contentBytes: 3_000_000, payloadBytes: 1000, students, rate: found.rate, found };
      const rounds = Array.from({ length: 10 }, (_, seed) => {
        const result = simulate(run, seededRandom(seed));
        check(run, result);
        return result.events.filter((event) => event.event === 'transmitted').length - 1;
      });
      expect(rounds.filter((one) => one === 0).length).toBeGreaterThan(5);
    }
  });

  it('adds no parity for a student that was moved off, nor for losses in long bursts', () => {
    const bursts = { ...CALM, loss: 0.02, burst: 100 };
    const slow = { ...CALM, loss: 0.6 };
    for (const student of [bursts, slow]) {
      const students = [CALM, CALM, CALM, student];
      const run = { ...BASE, contentBytes: 20_000_000, payloadBytes: 1000, students, rate: 5_000_000 };
      const result = simulate(run, seededRandom(10));
      check(run, result);
      const { proactiveBytes = 0 } = result.events.find((event) => event.event === 'transmitted') ?? {};
      expect(proactiveBytes / run.contentBytes).toBeLessThan(0.1);
    }
  });

  it('needs no more rounds than the protocol promises for thirty students', () => {
    for (const [loss, rounds] of [
      [0.01, 4],
      [0.05, 6],
      [0.1, 8],
    ] as const) {
      const students = losing(30, loss);
      const result = simulate(
        { ...BASE, contentBytes: 2_000_000, payloadBytes: 1000, students, rate: 50_000_000 },
        seededRandom(6),
      );
      check({ ...BASE, students }, result);
      expect(announcedOf(result).length - 1).toBeLessThanOrEqual(rounds);
    }
  });

  it('lets a late joiner take part in the running transmission', () => {
    const run = { ...BASE, rate: 200_000, students: [CALM, { ...CALM, joinsAt: 250 }] };
    const result = simulate(run, seededRandom(7));
    expect(finishedOf(result)).toMatchObject({ ok: true });
    const second = announcedOf(result)[1];
    if (second?.event !== 'announced') throw new Error('no second announcement');
    expect(subtract([[0, run.contentBytes]], normalize(second.ranges)).length).toBe(1);
  });
});
