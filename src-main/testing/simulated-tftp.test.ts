import { describe, expect, it } from 'vitest';
import { ALL_FLOW_CONTROL, type FlowControl } from '../tftp/flow-control';
import { seededRandom } from '../transport/seeded-random';
import { type SimulatedDevice, simulateTftp, type TftpResult, type TftpRun } from './simulated-tftp';

/** TUTTI_SEED=N replays one run; TUTTI_RUNS=N runs more of them. */
const ONLY_SEED = process.env.TUTTI_SEED;
const RUNS = Number(process.env.TUTTI_RUNS ?? 1000);

const CALM = { loss: 0, duplicate: 0, reorder: 0, delay: 1, startsAt: 0 };
const OWN: SimulatedDevice = { ...CALM, kind: 'tutti', asked: { multicast: true } };
const ATFTP: SimulatedDevice = { ...CALM, kind: 'atftp', asked: { multicast: true } };
const BASE: TftpRun = { fileBytes: 51_200, delayMs: 2000, devices: [OWN] };

const blocksOf = (run: TftpRun): number => Math.floor(run.fileBytes / 512) + 1;

/** What must hold at the end of every run, whatever happened in it. */
function check(run: TftpRun, result: TftpResult): void {
  expect(result.ended).toBe(true);
  const lifeless = run.devices.filter(({ kind, diesAt }) => kind === 'mute' || diesAt !== undefined).length;
  run.devices.forEach((device, i) => {
    // Whoever has a file has the right one; whoever lives, answers and loses no more than others has one.
    expect(result.identical[i]).not.toBe(false);
    const isAlive = device.kind !== 'mute' && device.diesAt === undefined;
    // Its own six timeouts must outlast the turns of those that are dead.
    const isPatient = device.kind !== 'atftp' || 6 * (device.asked.timeout ?? 5) > 4 * lifeless;
    // By unicast it takes an OACK that comes twice for an error.
    const isForgiving = device.kind !== 'atftp' || device.duplicate === 0;
    const isTame = isAlive && isPatient && isForgiving && device.loss <= 0.05;
    if (isTame) expect([i, result.identical[i], result.reasons[i]]).toEqual([i, true, undefined]);
    expect(result.oacks[i]).toBeLessThan(60);
    expect(result.errors[i]).toBeLessThan(10);
  });
}

function randomRun(random: () => number): TftpRun {
  const pick = <T>(...values: readonly [T, ...T[]]): T => values[Math.floor(random() * values.length)] ?? values[0];
  const multicast = random() < 0.7;
  const delay = pick(0, 1, 5);
  const fileBytes = pick(0, 1, 511, 512, 513, 1024, 5000, 51_200, 70_000);
  const device = (): SimulatedDevice => {
    const blksize = pick(undefined, undefined, fileBytes > 5000 ? 512 : 8, 512, 1428, 1468, 8192, 65_464);
    const windowsize = pick(undefined, 1, 4, 16, 64);
    const timeout = pick(undefined, undefined, 1, 3);
    const kind = pick<SimulatedDevice['kind']>('tutti', 'tutti', 'atftp', 'atftp', 'sorcerer', 'mute');
    return {
      kind,
      startsAt: pick(0, 0, 10, 500, 3000, 9000),
      loss: pick(0, 0, 0.01, 0.05, 0.2),
      duplicate: pick(0, 0, 0.05, 1),
      reorder: pick(0, 0, 0.05, 0.3),
      delay,
      ...(random() < 0.15 ? { diesAt: random() * 6000 } : {}),
      asked: {
        ...(blksize === undefined ? {} : { blksize }),
        ...(windowsize === undefined || kind === 'atftp' ? {} : { windowsize }),
        ...(timeout === undefined ? {} : { timeout }),
        ...(multicast && random() < 0.9 ? { multicast } : {}),
      },
    };
  };
  return {
    fileBytes,
    devices: Array.from({ length: 1 + Math.floor(random() * 8) }, device),
    delayMs: pick(0, 100, 2000),
    groups: pick(8, 8, 1, 0),
    mode: pick('octet', 'octet', 'octet', 'octet', 'netascii'),
    flow: random() < 0.5 ? ALL_FLOW_CONTROL : randomFlow(random),
  };
}

function randomFlow(random: () => number): FlowControl {
  const toss = () => random() < 0.5;
  return { delayedStart: toss(), joining: toss(), quality: toss(), rate: toss(), lastPacket: toss() };
}

describe('TFTP over a simulated network', () => {
  it('gives every device its file or ends with a reason, whatever the network does', () => {
    const seeds = ONLY_SEED === undefined ? Array.from({ length: RUNS }, (_, i) => i) : [Number(ONLY_SEED)];
    for (const seed of seeds) {
      const random = seededRandom(seed);
      const run = randomRun(random);
      try {
        check(run, simulateTftp(run, random));
      } catch (error) {
        throw new Error(`seed ${seed} (replay it with TUTTI_SEED=${seed}): ${JSON.stringify(run)}`, { cause: error });
      }
    }
  }, 300_000);

  it.each([OWN, ATFTP])('sends each block once to six $kind clients that come within the delay', (device) => {
    const run = { ...BASE, devices: Array.from({ length: 6 }, (_, i) => ({ ...device, startsAt: i * 200 })) };
    const result = simulateTftp(run, seededRandom(1));
    check(run, result);
    expect(result.dataPackets).toBe(blocksOf(run));
    expect(sessionsOf(result)).toHaveLength(1);
    expect(result.events.find((event) => event.event === 'done')).toMatchObject({ ok: true, clients: 6, complete: 6 });
    expect(result.oacks).toEqual([1, 2, 2, 2, 2, 2]);
  });

  it('serves a late joiner from where it came, and then what it missed', () => {
    const run = { ...BASE, devices: [ATFTP, { ...OWN, startsAt: 2150 }] };
    const result = simulateTftp(run, seededRandom(2));
    check(run, result);
    expect(sessionsOf(result)).toHaveLength(1);
    expect(result.dataPackets).toBeGreaterThan(blocksOf(run));
    expect(result.dataPackets).toBeLessThan(2 * blocksOf(run));
  });

  it.each([true, false])(
    'never wakes the Sorcerer’s Apprentice, however many packets come twice (C6: %s)',
    (lastPacket) => {
      const doubled = { ...CALM, duplicate: 1, reorder: 0.2, asked: {} };
      for (const kind of ['sorcerer', 'atftp', 'tutti'] as const) {
        const run = { ...BASE, flow: { ...ALL_FLOW_CONTROL, lastPacket }, devices: [{ ...doubled, kind }] };
        const result = simulateTftp(run, seededRandom(3));
        check(run, result);
        expect(result.dataPackets).toBeLessThan(1.1 * blocksOf(run));
      }
    },
  );

  it('goes on with the next client when the master is killed', () => {
    const devices = [{ ...ATFTP, diesAt: 2060 }, ATFTP, OWN].map((device, i) => ({ ...device, startsAt: 10 * i }));
    const run = { ...BASE, devices };
    const result = simulateTftp(run, seededRandom(4));
    check(run, result);
    expect(result.identical).toEqual([undefined, true, true]);
    const ends = result.events.filter((event) => event.event === 'client' && /complete|failed/.test(event.state));
    expect(ends).toMatchObject([
      { address: '10.0.0.2:2001', state: 'complete' },
      { address: '10.0.0.3:2002', state: 'complete' },
      { address: '10.0.0.1:2000', state: 'failed', why: 'It does not answer any more' },
    ]);
  });

  it('sends no more than a few packets to a client that never answers, and none of the file', () => {
    for (const asked of [{}, { blksize: 1428 }, { multicast: true }]) {
      const run: TftpRun = { ...BASE, devices: [{ ...CALM, kind: 'mute', asked }] };
      const result = simulateTftp(run, seededRandom(5));
      check(run, result);
      const packets = (result.oacks[0] ?? 0) + result.dataPackets;
      expect(packets).toBeGreaterThan(0);
      expect(packets).toBeLessThanOrEqual('multicast' in asked ? 8 : 4);
      expect(result.events.find((event) => event.event === 'client' && event.state === 'failed')).toMatchObject({
        why: 'It never answered',
      });
    }
  });

  it.each([
    [0.01, 1.5],
    [0.05, 2.5],
  ])('needs little more than the file for six clients at a loss of %d', (loss, factor) => {
    for (const device of [ATFTP, OWN]) {
      const run = { ...BASE, devices: Array.from({ length: 6 }, () => ({ ...device, loss })) };
      const result = simulateTftp(run, seededRandom(6));
      check(run, result);
      expect(result.dataPackets).toBeLessThan(blocksOf(run) * factor);
    }
  });

  it.each([0, 1, 7, 8, 9, 65_534 * 8, 65_534 * 8 + 7])('brings %d bytes in blocks of 8 by multicast', (fileBytes) => {
    const device = { ...OWN, asked: { multicast: true, blksize: 8, windowsize: 64 } };
    const run = { ...BASE, fileBytes, devices: [device, { ...ATFTP, asked: { multicast: true, blksize: 8 } }] };
    const result = simulateTftp(run, seededRandom(7));
    expect(result.identical).toEqual([true, true]);
    expect(sessionsOf(result)).toMatchObject([{ group: '239.255.1.1:1758', blksize: 8 }]);
    expect(result.dataPackets).toBe(Math.floor(fileBytes / 8) + 1);
  });

  it('takes larger blocks where a group could not number smaller ones, else goes by unicast and rolls over to 0', () => {
    const fileBytes = 65_535 * 8;
    const by = (blksize: number, quality: boolean) => {
      const run = { ...BASE, fileBytes, flow: { ...ALL_FLOW_CONTROL, quality } };
      const devices = [{ ...OWN, loss: 0.001, asked: { multicast: true, blksize, windowsize: 64 } }];
      const result = simulateTftp({ ...run, devices }, seededRandom(8));
      expect(result.identical).toEqual([true]);
      return sessionsOf(result);
    };
    expect(by(9, true)).toMatchObject([{ blksize: 9, group: '239.255.1.1:1758' }]);
    expect(by(8, true)).toMatchObject([{ blksize: 8, group: null, why: expect.stringMatching('by unicast') }]);
    expect(by(65_464, false)).toMatchObject([{ blksize: 65_464 }]);
  });
});

describe('each flow control technique', () => {
  const without = (name: keyof FlowControl): FlowControl => ({ ...ALL_FLOW_CONTROL, [name]: false });
  const staggered = Array.from({ length: 4 }, (_, i) => ({ ...ATFTP, startsAt: 30 * i }));

  it('C2: the delayed start lets the first clients share every block', () => {
    const run = { ...BASE, devices: staggered };
    const on = simulateTftp(run, seededRandom(1));
    const off = simulateTftp({ ...run, flow: without('delayedStart') }, seededRandom(1));
    expect(on.dataPackets).toBe(blocksOf(run));
    expect(off.dataPackets).toBeGreaterThan(1.2 * blocksOf(run));
    expect(sessionsOf(off)).toHaveLength(1);
  });

  it('C3: joining lets those that come later share the rest', () => {
    const run = { ...BASE, delayMs: 10, devices: staggered };
    const off = simulateTftp({ ...run, flow: without('joining') }, seededRandom(1));
    expect(sessionsOf(simulateTftp(run, seededRandom(1)))).toHaveLength(1);
    expect(sessionsOf(off)).toHaveLength(4);
    expect(off.dataPackets).toBe(4 * blocksOf(run));
  });

  it('C4: quality keeps blocks whole on the network', () => {
    const run = { ...BASE, devices: [{ ...OWN, asked: { blksize: 65_464, windowsize: 1000 } }] };
    const [on] = sessionsOf(simulateTftp(run, seededRandom(1)));
    const [off] = sessionsOf(simulateTftp({ ...run, flow: without('quality') }, seededRandom(1)));
    expect(on).toMatchObject({ blksize: 1468, windowsize: 66 });
    expect(off).toMatchObject({ blksize: 65_464, windowsize: 64 });
  });

  it('C5: the packet rate goes down while much is lost, and up again', () => {
    const devices = [{ ...OWN, loss: 0.2, asked: { windowsize: 16 } }];
    const run = { ...BASE, fileBytes: 512_000, devices };
    const rates = (flow: FlowControl) =>
      simulateTftp({ ...run, flow }, seededRandom(1)).events.filter((event) => event.event === 'rate');
    expect(rates(ALL_FLOW_CONTROL).length).toBeGreaterThan(1);
    expect(rates(without('rate'))).toEqual([]);
  });

  it('C5: the packet rate finds what a narrow line carries, however long each timeout is', () => {
    const asked = { blksize: 1024, windowsize: 16, timeout: 1 };
    const blocks = 1954;
    for (const kind of ['atftp', 'tutti'] as const) {
      const run = { ...BASE, fileBytes: (blocks - 1) * 1024, devices: [{ ...CALM, kind, narrow: 1000, asked }] };
      const on = simulateTftp(run, seededRandom(1));
      const off = simulateTftp({ ...run, flow: without('rate') }, seededRandom(1));
      expect([on.identical, off.identical]).toEqual([[true], [true]]);
      expect(on.durationMs).toBeLessThan(3 * blocks);
      expect(on.durationMs).toBeLessThan(off.durationMs / 4);
      expect(on.dataPackets).toBeLessThan(off.dataPackets / 1.3);
    }
  });

  it('C5: the packet rate takes little from a line that loses by chance', () => {
    for (const [kind, loss] of [['atftp', 0.01] as const, ['tutti', 0.02] as const]) {
      const devices = [{ ...CALM, kind, loss, delay: 0.1, asked: { blksize: 1024, windowsize: 16 } }];
      const run = { ...BASE, fileBytes: 4_000_000, devices };
      const durations = (flow: FlowControl) =>
        [1, 2, 3, 4, 5].map((seed) => simulateTftp({ ...run, flow }, seededRandom(seed)).durationMs);
      const sum = (flow: FlowControl) => durations(flow).reduce((total, ms) => total + ms, 0);
      expect(sum(ALL_FLOW_CONTROL)).toBeLessThan(1.5 * sum(without('rate')));
    }
  });

  it('C6: the last packet again spares a client that asks twice a timeout', () => {
    const insistent = { ...ATFTP, loss: 0.05, duplicate: 0.3, asked: {} };
    const run = { ...BASE, devices: [insistent] };
    const [on, off] = [ALL_FLOW_CONTROL, without('lastPacket')].map((flow) =>
      simulateTftp({ ...run, flow }, seededRandom(1)),
    );
    const causes = (result: TftpResult | undefined) =>
      result?.events.filter((event) => event.event === 'resent' && event.why === 'unexpected').length;
    expect(causes(on)).toBeGreaterThan(0);
    expect(causes(off)).toBe(0);
    expect(on?.durationMs).toBeLessThan(off?.durationMs ?? 0);
  });
});

function sessionsOf(result: TftpResult) {
  return result.events.filter((event) => event.event === 'session');
}
