import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { loadNativeModule, type NativeModule } from '../accelerator/native-module';
import { acceleratedChannels } from './accelerated-channel';
import { DataChannelError, type DataChannels, datagramsIn, oneByOne } from './data-channel';
import * as dgram from './dgram-channel';
import { seededRandom } from './seeded-random';

/** What a data channel has to be, whoever provides it. Where there is no accelerator, its half is skipped. */

const GROUP = '239.255.42.101';
const LOOPBACK = '127.0.0.1';
/** The most that one datagram of Tutti has. */
const FULL_BYTES = 1472;
/** Few enough for the smallest receive buffer. */
const BURST = 40;

const native = loadNativeModule();
const canIsolate = process.platform === 'linux' && spawnSync('unshare', ['--net', 'true']).status === 0;

const open: { close(): Promise<void> }[] = [];
const programs: ChildProcess[] = [];
afterEach(async () => {
  for (const program of programs.splice(0)) program.kill('SIGKILL');
  await Promise.all(open.splice(0).map((channel) => channel.close()));
});

const CHANNELS: readonly [string, DataChannels | undefined][] = [
  ['dgram', dgram],
  ['accelerated', native === undefined ? undefined : acceleratedChannels(native)],
];

describe.each(CHANNELS)('data channel, %s', (path, channels = dgram) => {
  const isThere = path === 'dgram' || native !== undefined;
  const here = it.skipIf(!isThere);
  const { receiver, sender } = using(channels);

  here('brings every datagram to each of three receivers on one host, with its source', async () => {
    const port = await freePort();
    const receivers = await Promise.all([receiver(port), receiver(port), receiver(port)]);
    const source = await sender(port);
    const sent = Array.from({ length: BURST }, (_, i) => `datagram ${i}`);
    for (const text of sent) source.send(Buffer.from(text));
    for (const { got } of receivers) {
      await vi.waitFor(() => expect(got).toHaveLength(BURST));
      expect(got.map(({ text }) => text)).toEqual(sent);
      expect(new Set(got.map((datagram) => datagram.source))).toEqual(
        new Set([`${source.sourceAddress}:${source.sourcePort}`]),
      );
    }
    expect(source.sourceAddress).toBe(LOOPBACK);
    expect(receivers[0]?.channel.bufferBytes).toBeGreaterThan(65536);
  });

  here('tells several sources apart', async () => {
    const port = await freePort();
    const { got } = await receiver(port);
    const sources = await Promise.all([sender(port), sender(port), sender(port)]);
    for (let i = 0; i < 5; i++) {
      for (const source of sources) source.send(Buffer.from(`${source.sourceAddress}:${source.sourcePort}`));
      await vi.waitFor(() => expect(got).toHaveLength((i + 1) * sources.length));
    }
    expect(got.filter(({ text, source }) => text !== source)).toEqual([]);
    expect(new Set(got.map(({ source }) => source)).size).toBe(3);
  });

  here('keeps order, length and bytes of datagrams of any length, however they are mixed', async () => {
    const port = await freePort();
    const { got } = await receiver(port);
    const source = await sender(port);
    const random = seededRandom(1);
    const lengths = [0, 1, 2, 1000, FULL_BYTES - 1, FULL_BYTES, FULL_BYTES, FULL_BYTES];
    const sent: string[] = [];
    // More than the accelerator's ring holds.
    for (let burst = 0; burst < 200; burst++) {
      for (let i = 0; i < BURST; i++) {
        const length = lengths[Math.floor(random() * lengths.length)] ?? 0;
        const text = String.fromCharCode(97 + ((burst + i) % 26)).repeat(length);
        sent.push(text);
        source.send(Buffer.from(text));
      }
      await vi.waitFor(() => expect(got.length).toBe(sent.length), { interval: 1 });
    }
    expect(got.every(({ text }, i) => text === sent[i])).toBe(true);
  });

  here.each([
    ['with a shorter last datagram', FULL_BYTES, 9 * FULL_BYTES + 700],
    ['of full datagrams only', FULL_BYTES, BURST * FULL_BYTES],
    ['of more than 64 datagrams', 300, 149 * 300 + 1],
    ['of one datagram, shorter than its size', FULL_BYTES, 3],
  ])('cuts up a run %s', async (_, size, length) => {
    const port = await freePort();
    const { got } = await receiver(port);
    const source = await sender(port);
    const run = randomBytes(length);
    const sent = cut(run, size);
    source.send(Buffer.from('before'));
    source.send(run, size);
    source.send(Buffer.from('after'));
    await vi.waitFor(() => expect(got).toHaveLength(sent.length + 2));
    expect(got.map(({ text }) => text)).toEqual(['before', ...sent.map(String), 'after']);
    await vi.waitFor(() => expect(source.queued).toBe(0));
  });

  here('has taken the bytes when nothing is queued any more', async () => {
    const port = await freePort();
    const { got } = await receiver(port);
    const source = await sender(port);
    const buffer = Buffer.alloc(FULL_BYTES);
    for (let i = 0; i < 20; i++) {
      buffer.fill(65 + i);
      source.send(buffer);
      await vi.waitFor(() => expect(source.queued).toBe(0));
    }
    buffer.fill(0);
    await vi.waitFor(() => expect(got).toHaveLength(20));
    expect(got.map(({ text }) => text)).toEqual(
      Array.from({ length: 20 }, (_, i) => String.fromCharCode(65 + i).repeat(FULL_BYTES)),
    );
  });

  here('takes nothing more once closing', async () => {
    const port = await freePort();
    const { got } = await receiver(port);
    const source = await sender(port);
    for (let i = 0; i < BURST; i++) source.send(Buffer.from(String(i)));
    const closed = source.close();
    source.send(Buffer.from('too late'));
    await closed;
    await vi.waitFor(() => expect(got).toHaveLength(BURST));
  });

  here('loses what the system refuses, and goes on', async () => {
    const port = await freePort();
    const { got } = await receiver(port);
    const source = await sender(port);
    source.send(Buffer.alloc(70_000));
    source.send(Buffer.from('one'));
    await vi.waitFor(() => expect(got.map(({ text }) => text)).toEqual(['one']));
  });

  here('delivers nothing after the receiver closed, and can be opened again', async () => {
    const port = await freePort();
    const [first, witness] = await Promise.all([receiver(port), receiver(port)]);
    const source = await sender(port);
    await first.channel.close();
    await first.channel.close();
    source.send(Buffer.from('one'));
    await vi.waitFor(() => expect(witness.got).toHaveLength(1));
    expect(first.got).toEqual([]);
    const again = await receiver(port);
    source.send(Buffer.from('two'));
    await vi.waitFor(() => expect(again.got.map(({ text }) => text)).toEqual(['two']));
  });

  here('may be closed by the datagram that it hands over', async () => {
    const port = await freePort();
    const { got: all } = await receiver(port);
    const got: string[] = [];
    const channel = await channels.openReceiver({
      ...{ group: GROUP, port, interface: LOOPBACK },
      onDatagrams: (bytes) => {
        got.push(Buffer.from(bytes).toString());
        void channel.close();
      },
    });
    const source = await sender(port);
    for (let i = 0; i < BURST; i++) source.send(Buffer.from(String(i)));
    await vi.waitFor(() => expect(all).toHaveLength(BURST));
    // Of what has come in one go it still gets the rest; nothing after that.
    expect(got).toHaveLength(1);
  });

  here('opens and closes a hundred times in the middle of a flood', async () => {
    const port = await freePort();
    const source = await sender(port);
    const flood = setInterval(() => {
      for (let i = 0; i < BURST; i++) source.send(Buffer.alloc(FULL_BYTES));
    }, 1);
    let heard = 0;
    for (let i = 0; i < 100; i++) {
      const { channel, got } = await receiver(port);
      await vi.waitFor(() => expect(got.length).toBeGreaterThan(0), { interval: 1 });
      heard += got.length;
      await channel.close();
    }
    clearInterval(flood);
    expect(heard).toBeGreaterThanOrEqual(100);
  });

  here('goes on after a callee that threw', async () => {
    const port = await freePort();
    const thrown: unknown[] = [];
    const listeners = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException').on('uncaughtException', (error) => thrown.push(error));
    const got: string[] = [];
    const channel = await channels.openReceiver({
      ...{ group: GROUP, port, interface: LOOPBACK },
      onDatagrams: oneByOne((bytes) => {
        const text = Buffer.from(bytes).toString();
        got.push(text);
        if (text === 'bad') throw new Error(text);
      }),
    });
    open.push(channel);
    const source = await sender(port);
    for (const text of ['one', 'bad', 'two']) source.send(Buffer.from(text));
    await vi.waitFor(() => expect(got).toEqual(['one', 'bad', 'two']));
    expect(thrown).toEqual([new Error('bad')]);
    process.removeAllListeners('uncaughtException');
    for (const listener of listeners) process.on('uncaughtException', listener);
  });

  it.skipIf(!isThere || process.platform === 'win32')('does not hear another group on the same port', async () => {
    const port = await freePort();
    const [mine, other] = await Promise.all([receiver(port), receiver(port, '239.255.42.102')]);
    const source = await sender(port, '239.255.42.102');
    source.send(Buffer.from('not for you'));
    await vi.waitFor(() => expect(other.got).toHaveLength(1));
    expect(mine.got).toEqual([]);
  });

  here('says why it cannot be opened', async () => {
    const nowhere = { group: GROUP, port: 4000, interface: '192.0.2.1', ttl: 0, onDatagrams: () => {} };
    await expect(channels.openSender(nowhere)).rejects.toThrow(DataChannelError);
    await expect(channels.openReceiver(nowhere)).rejects.toThrow(
      /239\.255\.42\.101, port 4000, cannot be used on 192\.0\.2\.1/,
    );
    const noGroup = { ...nowhere, group: LOOPBACK, interface: LOOPBACK };
    await expect(channels.openReceiver(noGroup)).rejects.toThrow(DataChannelError);
  });

  // On interfaces of its own: in a network namespace that ends with the program.
  it.skipIf(!isThere || !canIsolate)(
    'keeps to its interface and TTL, speaks IPv6, passes a small MTU and outlives its adapter',
    async () => {
      const { code, said } = await program('interfaces', path, ['unshare', '--net']);
      expect(JSON.parse(said)).toEqual({
        hearsOnlyItsInterface: ['same interface'],
        leavesWithTtl: { 0: false, 1: true },
        ipv6: { heard: ['over IPv6'], fromOwnAddress: true },
        throughSmallMtu: [1472, 1472, 1472, 1000, 1200, 1200],
        interfaceGone: 'both ends closed',
      });
      expect(code).toBe(0);
    },
  );

  here.each(['exit', 'terminate'])('lets the program %s in the middle of a flood', async (scenario) => {
    for (let i = 0; i < 3; i++) expect(await program(scenario, path)).toEqual({ code: 0, said: 'over' });
  });
});

describe('data channel, dgram', () => {
  it('closes only when its queue is empty', async () => {
    const socket = createSocket('udp4');
    const queue = [3, 2, 1, 0];
    // The loopback interface never makes anything wait.
    vi.spyOn(socket, 'getSendQueueCount').mockImplementation(() => queue.shift() ?? 0);
    const close = vi.spyOn(socket, 'close').mockImplementationOnce((callback) => {
      expect(queue).toEqual([]);
      callback?.();
      return socket;
    });
    await new dgram.DgramSender(socket).close();
    expect(close).toHaveBeenCalledOnce();
    socket.close();
  });
});

describe.skipIf(native === undefined)('data channel, accelerated', () => {
  it('hands over equal datagrams of one source in one go, the last may be shorter', async () => {
    if (native === undefined) return;
    const channels = acceleratedChannels(native);
    const port = await freePort();
    const got: { datagrams: string; each: number }[] = [];
    const channel = await channels.openReceiver({
      ...{ group: GROUP, port, interface: LOOPBACK },
      onDatagrams: (datagrams, each) => got.push({ datagrams: Buffer.from(datagrams).toString(), each }),
    });
    open.push(channel);
    const source = await using(channels).sender(port);
    const sent = [...Array.from({ length: BURST - 1 }, (_, i) => String(1000 + i)), 'end'];
    for (const text of sent) source.send(Buffer.from(text));
    await vi.waitFor(() => expect(got.map(({ datagrams }) => datagrams).join('')).toBe(sent.join('')));
    expect(got.length).toBeLessThan(BURST / 2);
    expect(got[0]).toMatchObject({ each: 4 });
  });

  it('drops what is longer than any datagram of Tutti, and goes on', async () => {
    if (native === undefined) return;
    const { receiver } = using(acceleratedChannels(native));
    const port = await freePort();
    const { got } = await receiver(port);
    const stranger = createSocket('udp4');
    await new Promise<void>((resolve) => stranger.bind(0, LOOPBACK, resolve));
    stranger.setMulticastInterface(LOOPBACK);
    for (const length of [2048, 2049, 4000, 65_507, 3]) stranger.send(Buffer.alloc(length, 'a'), port, GROUP);
    await vi.waitFor(() => expect(got.map(({ text }) => text.length)).toEqual([2048, 3]));
    await new Promise<void>((resolve) => stranger.close(resolve));
  });

  it('sends again what the system’s queue did not take, and closes only when it is empty', async () => {
    if (native === undefined) return;
    const slow = slowed(native, [0, 3, 0, 0]);
    const { receiver, sender } = using(acceleratedChannels(slow));
    const port = await freePort();
    const { got } = await receiver(port);
    const source = await sender(port);
    const sent = Array.from({ length: BURST }, (_, i) => String(i));
    for (const text of sent) source.send(Buffer.from(text));
    await source.close();
    expect(slow.send).toHaveBeenCalledTimes(5);
    await vi.waitFor(() => expect(got.map(({ text }) => text)).toEqual(sent));
  });

  it('goes on in the middle of a run where the system’s queue was full', async () => {
    if (native === undefined) return;
    const slow = slowed(native, [7, 0, 1, 64]);
    const { receiver, sender } = using(acceleratedChannels(slow));
    const port = await freePort();
    const { got } = await receiver(port);
    const source = await sender(port);
    const run = randomBytes(99 * 300 + 1);
    source.send(run, 300);
    expect(source.queued).toBe(93);
    await source.close();
    expect(slow.send).toHaveBeenCalledTimes(5);
    await vi.waitFor(() => expect(got.map(({ text }) => text)).toEqual(cut(run, 300).map(String)));
  });

  it('refuses handles and memory that are not its own', async () => {
    if (native === undefined) return;
    const { openSender, openReceiver } = native;
    const sender = openSender(GROUP, await freePort(), LOOPBACK, 0);
    const ring = new Uint8Array(native.ringBytes);
    const table = new Uint32Array(4 * native.ringBatches);
    const openWith = (...memory: [Uint8Array, Uint32Array]) =>
      openReceiver(GROUP, 47_000, LOOPBACK, 1000, ...memory, () => {});
    expect(() => openWith(ring.subarray(1), table)).toThrow(TypeError);
    expect(() => openWith(ring, table.subarray(1))).toThrow(TypeError);
    expect(() => Reflect.apply(native.readable, undefined, [sender])).toThrow(TypeError);
    expect(() => Reflect.apply(native.send, undefined, [{}, [], []])).toThrow(TypeError);
    expect(() => Reflect.apply(native.send, undefined, [sender, ['text'], [4]])).toThrow(TypeError);
    expect(() => Reflect.apply(native.send, undefined, [sender, [ring], []])).toThrow(TypeError);
    expect(() => Reflect.apply(native.send, undefined, [sender, [ring], ['size']])).toThrow(TypeError);
    expect(() => Reflect.apply(native.send, undefined, [sender, [ring]])).toThrow(TypeError);
    expect(() => Reflect.apply(native.send, undefined, [sender])).toThrow(TypeError);
    expect(() => openSender('x'.repeat(1000), 1, LOOPBACK, 0)).toThrow(TypeError);
    expect(() => openSender(GROUP, 70_000, LOOPBACK, 0)).toThrow(TypeError);
    const receiver = openWith(ring, table);
    expect(() => native.release(receiver, 1)).toThrow(TypeError);
    expect(() => native.sourceOf(receiver, native.ringBatches)).toThrow(TypeError);
    native.closeReceiver(receiver);
    native.closeReceiver(receiver);
    native.closeSender(sender);
    expect(() => native.readable(receiver)).toThrow('closed');
    expect(() => native.send(sender, [], [])).toThrow('closed');
  });
});

function using(channels: DataChannels) {
  return {
    async receiver(port: number, group = GROUP) {
      const got: { text: string; source: string }[] = [];
      const channel = await channels.openReceiver({
        group,
        port,
        interface: LOOPBACK,
        onDatagrams: oneByOne((bytes, address, sourcePort) =>
          got.push({ text: Buffer.from(bytes).toString(), source: `${address}:${sourcePort}` }),
        ),
      });
      open.push(channel);
      return { channel, got };
    },
    async sender(port: number, group = GROUP) {
      const channel = await channels.openSender({ group, port, interface: LOOPBACK, ttl: 0 });
      open.push(channel);
      return channel;
    },
  };
}

/** An accelerator whose system takes so many datagrams at each call and is full then; after that all. */
function slowed(native: NativeModule, took: number[]) {
  // The loopback interface never makes anything wait.
  const send = vi.fn<typeof native.send>((handle, runs, sizes) => {
    const datagrams = runs.flatMap((run, i) => cut(run, sizes[i] ?? 0)).slice(0, took.shift());
    return native.send(
      handle,
      datagrams,
      datagrams.map(({ length }) => length),
    );
  });
  return { ...native, send };
}

/** What goes into each datagram of a run. */
function cut(run: Uint8Array, size: number): Buffer[] {
  const count = datagramsIn(run, size);
  return Array.from({ length: count }, (_, i) => Buffer.from(run.subarray(i * size, (i + 1) * size)));
}

/** A UDP port that nobody uses. */
async function freePort(): Promise<number> {
  const probe = createSocket('udp4');
  await new Promise<void>((resolve) => probe.bind(0, LOOPBACK, resolve));
  const { port } = probe.address();
  await new Promise<void>((resolve) => probe.close(resolve));
  return port;
}

/** Runs data-channel.test-program.ts to its end. */
async function program(scenario: string, path: string, prefix: readonly string[] = []) {
  const file = join(import.meta.dirname, 'data-channel.test-program.ts');
  const [command = '', ...args] = [...prefix, process.execPath, '--import', 'tsx', file, scenario];
  const child = spawn(command, args, {
    env: { ...process.env, TUTTI_DATA_PATH: path },
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 30_000,
  });
  programs.push(child);
  let said = '';
  child.stdout.on('data', (bytes) => {
    said += String(bytes);
  });
  await once(child, 'close');
  return { code: child.exitCode, said: said.trim() };
}
