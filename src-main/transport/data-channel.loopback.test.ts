import { createSocket } from 'node:dgram';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { DataChannelError, DataSender, openReceiver, openSender } from './data-channel';

const GROUP = '239.255.42.101';
const LOOPBACK = '127.0.0.1';

const open: { close(): Promise<void> }[] = [];
afterEach(() => Promise.all(open.splice(0).map((channel) => channel.close())));

/** A UDP port that nobody uses. */
async function freePort(): Promise<number> {
  const probe = createSocket('udp4');
  await new Promise<void>((resolve) => probe.bind(0, LOOPBACK, resolve));
  const { port } = probe.address();
  await new Promise<void>((resolve) => probe.close(resolve));
  return port;
}

async function receiver(port: number, group = GROUP) {
  const got: { text: string; source: string }[] = [];
  const channel = await openReceiver({
    group,
    port,
    interface: LOOPBACK,
    onDatagram: (bytes, address, sourcePort) =>
      got.push({ text: Buffer.from(bytes).toString(), source: `${address}:${sourcePort}` }),
  });
  open.push(channel);
  return { channel, got };
}

async function sender(port: number, group = GROUP) {
  const channel = await openSender({ group, port, interface: LOOPBACK, ttl: 0 });
  open.push(channel);
  return channel;
}

describe('data channel', () => {
  it('brings every datagram to each of three receivers on one host, with its source', async () => {
    const port = await freePort();
    const receivers = await Promise.all([receiver(port), receiver(port), receiver(port)]);
    const source = await sender(port);
    const sent = Array.from({ length: 50 }, (_, i) => `datagram ${i}`);
    for (const text of sent) source.send(Buffer.from(text));
    for (const { got } of receivers) {
      await vi.waitFor(() => expect(got).toHaveLength(50));
      expect(got.map(({ text }) => text)).toEqual(sent);
      expect(new Set(got.map((datagram) => datagram.source))).toEqual(
        new Set([`${source.sourceAddress}:${source.sourcePort}`]),
      );
    }
    expect(receivers[0]?.channel.bufferBytes).toBeGreaterThan(65536);
  });

  it('takes nothing more once closing', async () => {
    const port = await freePort();
    const { got } = await receiver(port);
    const source = await sender(port);
    for (let i = 0; i < 50; i++) source.send(Buffer.from(String(i)));
    const closed = source.close();
    source.send(Buffer.from('too late'));
    await closed;
    await vi.waitFor(() => expect(got).toHaveLength(50));
    expect(source.failures).toBe(0);
  });

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
    await new DataSender(socket).close();
    expect(close).toHaveBeenCalledOnce();
    socket.close();
  });

  it('delivers nothing after the receiver closed, and can be opened again', async () => {
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

  it.skipIf(process.platform === 'win32')('does not hear another group on the same port', async () => {
    const port = await freePort();
    const [mine, other] = await Promise.all([receiver(port), receiver(port, '239.255.42.102')]);
    const source = await sender(port, '239.255.42.102');
    source.send(Buffer.from('not for you'));
    await vi.waitFor(() => expect(other.got).toHaveLength(1));
    expect(mine.got).toEqual([]);
  });

  it('says why it cannot be opened', async () => {
    const nowhere = { group: GROUP, port: 4000, interface: '192.0.2.1', ttl: 0, onDatagram: () => {} };
    await expect(openSender(nowhere)).rejects.toThrow(DataChannelError);
    await expect(openReceiver(nowhere)).rejects.toThrow(/239\.255\.42\.101, port 4000, cannot be used on 192\.0\.2\.1/);
  });
});
