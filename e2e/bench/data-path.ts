import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { oneByOne } from '../../src-main/transport/data-channel';
import { openReceiver, openSender } from '../../src-main/transport/data-path';
import type { DataPath } from '../../src-shared/ipc/events';
import { median } from './measurement';

/**
 * `npm run bench:data-path`: what a datagram costs the processor with node:dgram and with the accelerator, in one run, on
 * loopback. Each measurement is a process of its own, whose threads are all counted; the two take turns.
 */

const PLACE = { group: '239.255.42.104', port: 47_104, interface: '127.0.0.1' };
const DATAGRAM_BYTES = 1472;
const ROUNDS = 5;
const SENT = 180_000;
/** Datagrams in a row: a chunk. */
const RUN = 45;
/** Of what a gigabit carries, about half: the receiver is to be measured, not its losses. */
const RECEIVED_A_MS = 40;
const RECEIVE_MS = 3_000;

const PATHS: readonly DataPath[] = ['dgram', 'accelerated'];
const SIDES: Readonly<Record<string, () => Promise<number>>> = { send: sendCost, receive: receiveCost };

const [role] = process.argv.slice(2);
if (role === undefined) await compare();
else if (role === 'flood') await flood();
else process.send?.(await SIDES[role]?.());

async function compare(): Promise<void> {
  for (const side of Object.keys(SIDES)) {
    const costs = new Map(PATHS.map((path): [DataPath, number[]] => [path, []]));
    for (let round = 0; round < ROUNDS; round++) {
      for (const [path, figures] of costs) figures.push(await measured(side, path));
    }
    const [dgram = 0, accelerated = 0] = [...costs.values()].map(median);
    const ratio = (dgram / accelerated).toFixed(1);
    console.log(`${side}: dgram ${dgram.toFixed(2)} µs, accelerated ${accelerated.toFixed(2)} µs, ${ratio} times`);
  }
}

/** Processor time for each datagram, in µs. */
async function measured(side: string, path: DataPath): Promise<number> {
  const flooding =
    side === 'receive' ? fork(import.meta.filename, ['flood'], { execArgv: ['--import', 'tsx'] }) : undefined;
  const env = { ...process.env, TUTTI_DATA_PATH: path };
  const child = fork(import.meta.filename, [side], { execArgv: ['--import', 'tsx'], env });
  const [cost] = await once(child, 'message');
  child.kill('SIGKILL');
  flooding?.kill('SIGKILL');
  return Number(cost);
}

/** Runs of a chunk's datagrams, a turn of the event loop between two. */
async function sendCost(): Promise<number> {
  const sender = await openSender({ ...PLACE, ttl: 0 });
  const runs = Array.from({ length: 20 }, () => Buffer.alloc(RUN * DATAGRAM_BYTES));
  const before = process.cpuUsage();
  for (let round = 0; round < SENT / RUN / runs.length; round++) {
    for (const run of runs) {
      sender.send(run, DATAGRAM_BYTES);
      await new Promise(setImmediate);
    }
  }
  return microseconds(before) / SENT;
}

async function receiveCost(): Promise<number> {
  let received = 0;
  await openReceiver({ ...PLACE, onDatagrams: oneByOne(() => received++) });
  await sleep(RECEIVE_MS / 3);
  const from = received;
  const before = process.cpuUsage();
  await sleep(RECEIVE_MS);
  return microseconds(before) / (received - from);
}

/** Its process is killed when the receiver has heard enough. */
async function flood(): Promise<void> {
  const sender = await openSender({ ...PLACE, ttl: 0 });
  const datagram = Buffer.alloc(DATAGRAM_BYTES);
  const start = performance.now();
  let sent = 0;
  for (;;) {
    for (const due = (performance.now() - start) * RECEIVED_A_MS; sent < due; sent++) sender.send(datagram);
    await sleep(1);
  }
}

function microseconds(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return user + system;
}
