import { describe, expect, it } from 'vitest';
import { ALL_FLOW_CONTROL, type FlowControl } from '../tftp/flow-control';
import { seededRandom } from '../transport/seeded-random';
import { type SimulatedDevice, simulateTftp, type TftpResult, type TftpRun } from './simulated-tftp';

/** TUTTI_SEED=N replays one run; TUTTI_RUNS=N runs more of them. */
const ONLY_SEED = process.env.TUTTI_SEED;
const RUNS = Number(process.env.TUTTI_RUNS ?? 2000);

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
    const isTame = isAlive && isPatient && device.loss <= 0.05;
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
    expect(result.events.filter((event) => event.event === 'session')).toHaveLength(1);
    expect(result.events.find((event) => event.event === 'done')).toMatchObject({ ok: true, clients: 6, complete: 6 });
  });
});
