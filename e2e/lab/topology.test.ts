import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadNativeModule } from '../../src-main/accelerator/native-module';
import { impair } from './impairments';
import { describeLab } from './lab-test';
import { COMMAND_ENV } from './requirements';
import { CARD, type Host, inside, Lab, run, runInside } from './topology';

const GROUP = '239.255.1.1';
const PORT = 5000;
const COUNT = 4000;
const SIZE = 1400;
/** IP and UDP. */
const HEADER_BYTES = 28;

/** Joins the group (or not), says so, and once its standard input ends prints how many datagrams came, and with how many gaps. */
const RECEIVER = `
  const [joins, address] = process.argv.slice(1);
  const data = require('dgram').createSocket({ type: 'udp4', reuseAddr: true, recvBufferSize: 4194304 });
  let [count, gaps, next] = [0, 0, 0];
  data.on('message', (datagram) => {
    const number = datagram.readUInt32BE();
    if (number !== next) gaps++;
    next = number + 1;
    count++;
  });
  data.bind(${PORT}, '${GROUP}', () => {
    if (joins === 'join') data.addMembership('${GROUP}', address);
    console.error('ready');
  });
  process.stdin.resume().on('end', () => { console.log(JSON.stringify({ count, gaps })); process.exit(); });`;

const DATAGRAM = `
  const datagram = (number) => { const bytes = Buffer.alloc(${SIZE}); bytes.writeUInt32BE(number); return bytes; };
  const pause = () => new Promise((resolve) => setTimeout(resolve, 1));`;

const SENDER = `${DATAGRAM}
  const socket = require('dgram').createSocket('udp4');
  socket.bind(0, process.argv[1], () => {
    socket.setMulticastInterface(process.argv[1]);
    socket.connect(${PORT}, '${GROUP}', async () => {
      for (let i = 0; i < ${COUNT}; i++) {
        socket.send(datagram(i));
        if (i % 16 === 15) await pause();
      }
      while (socket.getSendQueueCount() > 0) await pause();
      socket.close();
    });
  });`;

/** Of these the accelerator makes one buffer, which the system cuts up (GSO). */
const RUN_DATAGRAMS = 40;

const RUN_SENDER = `${DATAGRAM}
  process.env.TUTTI_DATA_PATH = 'accelerated';
  const [, address, module] = process.argv;
  const { openSender } = await import(module);
  const sender = await openSender({ group: '${GROUP}', port: ${PORT}, interface: address, ttl: 1 });
  for (let i = 0; i < ${COUNT}; i += ${RUN_DATAGRAMS}) {
    sender.send(Buffer.concat(Array.from({ length: ${RUN_DATAGRAMS} }, (_, at) => datagram(i + at))), ${SIZE});
    await pause();
  }
  await sender.close();`;

describeLab('the lab itself', () => {
  let lab: Lab;
  beforeEach(() => {
    lab = Lab.open(4);
  });
  afterEach(() => lab.close());

  test('delivers multicast with exactly the impairments that were asked for', async () => {
    impair(lab.student(2), { loss: 0.2 });
    impair(lab.student(3), { burst: { length: 30, period: 1000 } });
    impair(lab.student(4), { loss: 1 });
    const [all, some, bursts, none] = await deliver(lab, ['join', 'join', 'join', 'join']);
    expect(all?.count).toBe(COUNT);
    expect(some?.count).toBeGreaterThan(COUNT * 0.7);
    expect(some?.count).toBeLessThan(COUNT * 0.9);
    expect(bursts?.count).toBe(COUNT * 0.97);
    expect(none?.count).toBe(0);
    expect(lab.traffic().multicast).toBe(COUNT * (SIZE + HEADER_BYTES));
    expect(lab.traffic().control).toBe(0);
  });

  test('loses and counts single datagrams, though the teacher’s system has them in lumps', async (context) => {
    context.skip(loadNativeModule() === undefined, 'no accelerator');
    impair(lab.student(2), { loss: 0.05 });
    const [all, some] = await deliver(lab, ['join', 'join', 'stay', 'stay'], sendRuns);
    expect(all).toEqual({ count: COUNT, gaps: 0 });
    expect(some?.gaps).toBeGreaterThan(COUNT * 0.03);
    expect(lab.traffic().multicast).toBe(COUNT * (SIZE + HEADER_BYTES));
  });

  test('its hosts’ cards gather what they receive, and send single packets', () => {
    for (const host of [lab.teacher, lab.student(1)]) {
      const features = runInside(host, 'ethtool', ['-k', CARD]);
      expect(features).toContain('generic-receive-offload: on');
      expect(features).toContain('generic-segmentation-offload: off');
      expect(features).toContain('tcp-segmentation-offload: off');
    }
  });

  test('impairments of one student are no other’s, and replace its own', async () => {
    impair(lab.student(1), { loss: 1 });
    impair(lab.student(2), { loss: 1 });
    impair(lab.student(1), {});
    const [healed, deaf] = await deliver(lab, ['join', 'join', 'stay', 'stay']);
    expect([healed?.count, deaf?.count]).toEqual([COUNT, 0]);
  });

  test('its switch keeps multicast from those who did not join', async () => {
    await deliver(lab, ['join', 'stay', 'join', 'join']);
    expect(packetsReceived(lab.student(2))).toBeLessThan(COUNT / 10);
    expect(packetsReceived(lab.student(1))).toBeGreaterThan(COUNT);
  });

  test('a host can be cut off in two ways, and comes back', () => {
    const student = lab.student(1);
    expect(reaches(lab.teacher, student)).toBe(true);
    impair(student, { isPartitioned: true });
    expect(reaches(lab.teacher, student)).toBe(false);
    impair(student, {});
    lab.setLink(student, 'down');
    expect(reaches(lab.teacher, student)).toBe(false);
    lab.setLink(student, 'up');
    expect(reaches(lab.teacher, student)).toBe(true);
  });

  test('leaves nothing behind', () => {
    lab.close();
    expect(run('ip', ['netns', 'list'])).not.toContain(`tutti-${process.pid}-`);
  });
});

interface Delivery {
  readonly count: number;
  readonly gaps: number;
}

/** Sends to one receiver on each host; gives what each took. */
async function deliver(lab: Lab, parts: readonly ('join' | 'stay')[], send = sendSingly): Promise<Delivery[]> {
  const receivers = parts.map((part, i) => receiver(lab.student(i + 1), part));
  await Promise.all(receivers.map(({ stderr }) => once(stderr, 'data')));
  await settled();
  send(lab.teacher);
  await settled();
  return Promise.all(receivers.map(deliveryTo));
}

function sendSingly(host: Host): void {
  runInside(host, process.execPath, ['-e', SENDER, host.address]);
}

function sendRuns(host: Host): void {
  const module = join(import.meta.dirname, '../../src-main/transport/data-path.ts');
  runInside(host, process.execPath, ['--import', 'tsx', '--input-type=module', '-e', RUN_SENDER, host.address, module]);
}

function receiver(host: Host, part: 'join' | 'stay') {
  const command = inside(host, process.execPath, ['-e', RECEIVER, part, host.address]);
  return spawn(...command, { env: COMMAND_ENV, stdio: ['pipe', 'pipe', 'pipe'] });
}

async function deliveryTo({ stdin, stdout }: ReturnType<typeof receiver>): Promise<Delivery> {
  stdin.end();
  return JSON.parse(await text(stdout));
}

/** Time for memberships to reach the switch, its start-up to end, and sockets to be read. */
function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 800));
}

function packetsReceived(host: Host): number {
  return Number(runInside(host, 'cat', [`/sys/class/net/${CARD}/statistics/rx_packets`]));
}

/** A host that is reached refuses a connection to a port where nobody listens. */
const CALL = `
  const socket = require('net').connect(9, process.argv[1]);
  socket.on('error', (error) => { console.log(error.code); process.exit(); });
  setTimeout(() => { console.log('silence'); process.exit(); }, 1000);`;

function reaches(from: Host, to: Host): boolean {
  return runInside(from, process.execPath, ['-e', CALL, to.address]).trim() === 'ECONNREFUSED';
}
