import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { oneByOne } from './data-channel';
import { openReceiver, openSender } from './data-path';

/**
 * What data-channel.loopback.test.ts wants to see in a process of its own: `interfaces` in a network namespace of its own,
 * `exit` and `terminate` on loopback. The channels are those that TUTTI_DATA_PATH names.
 */

const GROUP = '239.255.42.103';
const PORT = 47_103;
const ON_LOOPBACK = { group: GROUP, port: PORT, interface: '127.0.0.1', ttl: 0 };

/** Long enough for a datagram that has been sent on this machine to be heard. */
const SETTLED_MS = 200;

const scenarios: Readonly<Record<string, () => Promise<void>>> = { interfaces, exit, terminate };

if (isMainThread) await scenarios[process.argv[2] ?? '']?.();
else await floodMyself(() => parentPort?.postMessage('flooded'));

async function interfaces(): Promise<void> {
  ip('link set lo up');
  for (const [name, address] of [
    ['one', '10.1.0.1'],
    ['two', '10.2.0.1'],
  ]) {
    // Plugged into a socket in the wall: one that leads nowhere.
    ip(`link add ${name} type veth peer name wall-${name}`);
    // Without an address of its own making it says nothing unasked.
    for (const card of [name, `wall-${name}`]) ip(`link set ${card} addrgenmode none up`);
    ip(`addr add ${address}/24 dev ${name}`);
  }
  ip('addr add fd00::1/64 dev one nodad');
  console.log(
    JSON.stringify({
      hearsOnlyItsInterface: await hearsOnlyItsInterface(),
      leavesWithTtl: await leavesWithTtl(),
      ipv6: await ipv6(),
      throughSmallMtu: await throughSmallMtu(),
      interfaceGone: await interfaceGone(),
    }),
  );
}

async function hearsOnlyItsInterface(): Promise<string[]> {
  const heard = await listen(GROUP, '10.1.0.1');
  await say('other interface', GROUP, '10.2.0.1', 1);
  await say('same interface', GROUP, '10.1.0.1', 1);
  return heard();
}

/** Among so many the system's own (IGMP) do not matter. Linux lets a TTL of 0 out where nobody listens on the machine. */
async function leavesWithTtl(): Promise<Record<number, boolean>> {
  const left: Record<number, boolean> = {};
  const heard = await listen(GROUP, '10.2.0.1');
  for (const ttl of [0, 1]) {
    const before = packetsSentBy('two');
    for (let i = 0; i < 40; i++) await say('leaving', GROUP, '10.2.0.1', ttl);
    left[ttl] = packetsSentBy('two') - before >= 40;
  }
  await heard();
  return left;
}

async function ipv6(): Promise<{ heard: string[]; fromOwnAddress: boolean }> {
  const group = 'ff15::4242';
  const sources: string[] = [];
  const heard = await listen(group, '::%one', sources);
  await say('over IPv6', group, '::%one', 1);
  const own = networkInterfaces().one?.map(({ address }) => address) ?? [];
  return { heard: await heard(), fromOwnAddress: sources.every((source) => own.includes(source)) };
}

/** A tunnel's MTU: what the system would cut up for the sender no longer fits and goes in fragments, first in the middle of a burst. */
async function throughSmallMtu(): Promise<number[]> {
  const heard = await listen(GROUP, '10.2.0.1');
  ip('link set two mtu 1280');
  const sender = await openSender({ group: GROUP, port: PORT, interface: '10.2.0.1', ttl: 1 });
  for (const length of [1472, 1472, 1472, 1000, 1200, 1200]) sender.send(Buffer.alloc(length, 'x'));
  await sender.close();
  return (await heard()).map((text) => text.length);
}

/** An adapter that is pulled out: what is sent is lost, and both ends can still be closed. */
async function interfaceGone(): Promise<string> {
  const place = { group: GROUP, port: PORT, interface: '10.1.0.1' };
  const receiver = await openReceiver({ ...place, onDatagrams: () => {} });
  const sender = await openSender({ ...place, ttl: 1 });
  ip('link del one');
  for (let i = 0; i < 100; i++) sender.send(Buffer.from('into nothing'));
  await sleep(SETTLED_MS);
  await Promise.all([receiver.close(), sender.close()]);
  return 'both ends closed';
}

/** The program ends while datagrams arrive. */
async function exit(): Promise<void> {
  await floodMyself(() => {
    console.log('over');
    process.exit();
  });
}

/** The thread that has the channel ends while datagrams arrive; the program goes on. */
async function terminate(): Promise<void> {
  const load = `import('tsx/esm/api').then(({ register }) => { register(); return import(${JSON.stringify(import.meta.url)}); })`;
  const worker = new Worker(load, { eval: true });
  await new Promise((resolve) => worker.once('message', resolve));
  await worker.terminate();
  console.log('over');
}

/** Sends without a pause, and hears it; never ends by itself. */
async function floodMyself(onHeard: () => void): Promise<void> {
  let heard = 0;
  await openReceiver({
    ...ON_LOOPBACK,
    onDatagrams: oneByOne(() => {
      heard++;
      if (heard === 500) onHeard();
    }),
  });
  const sender = await openSender(ON_LOOPBACK);
  setInterval(() => {
    for (let i = 0; i < 200; i++) sender.send(Buffer.alloc(1472));
  }, 1);
}

async function listen(group: string, address: string, sources: string[] = []): Promise<() => Promise<string[]>> {
  const heard: string[] = [];
  const receiver = await openReceiver({
    ...{ group, port: PORT, interface: address },
    onDatagrams: oneByOne((bytes, source) => {
      heard.push(Buffer.from(bytes).toString());
      sources.push(source);
    }),
  });
  return async () => {
    await sleep(SETTLED_MS);
    await receiver.close();
    return heard;
  };
}

async function say(text: string, group: string, address: string, ttl: number): Promise<void> {
  const sender = await openSender({ group, port: PORT, interface: address, ttl });
  sender.send(Buffer.from(text));
  await sender.close();
}

function packetsSentBy(card: string): number {
  const line = readFileSync('/proc/net/dev', 'utf8')
    .split('\n')
    .find((each) => each.trim().startsWith(`${card}:`));
  return Number(line?.split(':')[1]?.trim().split(/\s+/)[9]);
}

function ip(command: string): void {
  execFileSync('ip', command.split(' '));
}
