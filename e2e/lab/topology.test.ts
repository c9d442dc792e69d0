import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { impair } from './impairments';
import { describeLab } from './lab-test';
import { COMMAND_ENV } from './requirements';
import { type Host, inside, Lab, run, runInside } from './topology';

const GROUP = '239.255.1.1';
const PORT = 5000;
const COUNT = 4000;

/** Joins the group (or not), says so, and once its standard input ends prints how many datagrams came. */
const RECEIVER = `
  const [joins, address] = process.argv.slice(1);
  const data = require('dgram').createSocket({ type: 'udp4', reuseAddr: true, recvBufferSize: 4194304 });
  let count = 0;
  data.on('message', () => count++);
  data.bind(${PORT}, '${GROUP}', () => {
    if (joins === 'join') data.addMembership('${GROUP}', address);
    console.error('ready');
  });
  process.stdin.resume().on('end', () => { console.log(count); process.exit(); });`;

const SENDER = `
  const socket = require('dgram').createSocket('udp4');
  const pause = () => new Promise((resolve) => setTimeout(resolve, 1));
  socket.bind(0, process.argv[1], () => {
    socket.setMulticastInterface(process.argv[1]);
    socket.connect(${PORT}, '${GROUP}', async () => {
      for (let i = 0; i < ${COUNT}; i++) {
        socket.send(Buffer.alloc(1400));
        if (i % 16 === 15) await pause();
      }
      while (socket.getSendQueueCount() > 0) await pause();
      socket.close();
    });
  });`;

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
    expect(all).toBe(COUNT);
    expect(some).toBeGreaterThan(COUNT * 0.7);
    expect(some).toBeLessThan(COUNT * 0.9);
    expect(bursts).toBe(COUNT * 0.97);
    expect(none).toBe(0);
    expect(lab.traffic().multicast).toBe(COUNT * (1400 + 28));
    expect(lab.traffic().control).toBe(0);
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

/** Sends to one receiver on each host; gives how many datagrams each took. */
async function deliver(lab: Lab, parts: readonly ('join' | 'stay')[]): Promise<number[]> {
  const receivers = parts.map((part, i) => receiver(lab.student(i + 1), part));
  await Promise.all(receivers.map(({ stderr }) => once(stderr, 'data')));
  await settled();
  runInside(lab.teacher, process.execPath, ['-e', SENDER, lab.teacher.address]);
  await settled();
  return Promise.all(receivers.map(countOf));
}

function receiver(host: Host, part: 'join' | 'stay') {
  const command = inside(host, process.execPath, ['-e', RECEIVER, part, host.address]);
  return spawn(...command, { env: COMMAND_ENV, stdio: ['pipe', 'pipe', 'pipe'] });
}

async function countOf({ stdin, stdout }: ReturnType<typeof receiver>): Promise<number> {
  stdin.end();
  return Number(await text(stdout));
}

/** Time for memberships to reach the switch, its start-up to end, and sockets to be read. */
function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 800));
}

function packetsReceived(host: Host): number {
  return Number(runInside(host, 'cat', ['/sys/class/net/e0/statistics/rx_packets']));
}

/** A host that is reached refuses a connection to a port where nobody listens. */
const CALL = `
  const socket = require('net').connect(9, process.argv[1]);
  socket.on('error', (error) => { console.log(error.code); process.exit(); });
  setTimeout(() => { console.log('silence'); process.exit(); }, 1000);`;

function reaches(from: Host, to: Host): boolean {
  return runInside(from, process.execPath, ['-e', CALL, to.address]).trim() === 'ECONNREFUSED';
}
