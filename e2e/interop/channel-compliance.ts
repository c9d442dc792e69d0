import { createHash, randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Packet } from '../../src-main/archive/packet';
import type { ChannelBus, Publication, Subscription } from '../../src-main/channels/bus';
import { ChannelError } from '../../src-main/channels/bus';
import type { PublisherEvent, SubscriberEvent } from '../../src-shared/ipc/channel-events';
import { PACKET_BYTES } from '../../src-shared/wire/channel-datagram';

/** What channels run on: real sockets, real programs. */
export interface ChannelWorld {
  /** A machine: what it keeps on its disk stays when it is opened again. Every one trusts every publisher here. */
  machine(name: string): Promise<ChannelBus>;
  /** The archive of all channels ends, as in a power cut. */
  stopArchive(): Promise<void>;
  startArchive(): Promise<void>;
  close(): Promise<void>;
}

const WAIT = { timeout: 30_000, interval: 10 };

/** What every bus has to do (docs/channels.md), whatever carries it. */
export function describeChannels(title: string, open: () => Promise<ChannelWorld>): void {
  let world: ChannelWorld;

  beforeEach(async () => {
    world = await open();
  });
  afterEach(() => world.close());

  const subscribe = async (
    bus: ChannelBus,
    pattern: string,
    options: Partial<Parameters<ChannelBus['subscribe']>[1]> = {},
  ) => new Listener(await bus.subscribe(pattern, { from: 'now', ...options }));

  describe(title, () => {
    test('every subscriber has every packet, as it was and in order', async () => {
      const [a, b, c] = [await world.machine('a'), await world.machine('b'), await world.machine('c')];
      const listeners = [await subscribe(b, 'studio-a.takes'), await subscribe(c, 'studio-a.takes')];
      const channel = await a.publish('studio-a.takes');
      const sent = await append(channel, [0, 1, PACKET_BYTES, ...sizes(3_000)]);
      await channel.flush();
      for (const listener of listeners) await listener.has(sent);
    });

    test('who joins now gets what comes from now on, and nothing before', async () => {
      const [a, b] = [await world.machine('a'), await world.machine('b')];
      const events: SubscriberEvent[] = [];
      const channel = await a.publish('studio-a.takes');
      await append(channel, sizes(200));
      await archived(channel);
      const late = await subscribe(b, 'studio-a.takes', { onEvent: (event) => events.push(event) });
      await late.joined();
      const sent = await append(channel, sizes(200));
      await late.has(sent);
      const first = sent[0]?.sequence ?? 0;
      const asked = events.flatMap((event) => (event.event === 'query' || event.event === 'gap' ? event.ranges : []));
      expect(asked.filter(([start]) => start < first)).toEqual([]);
      expect(late.subscription.view()).toMatchObject({ packets: 200, lost: 0 });
    });

    test('who joins from the beginning, a number or a time gets all from there', async () => {
      const [a, b] = [await world.machine('a'), await world.machine('b')];
      const channel = await a.publish('studio-a.takes');
      const first = await append(channel, sizes(150));
      await archived(channel);
      await new Promise((resolve) => setTimeout(resolve, 20));
      const time = Date.now();
      const second = await append(channel, sizes(150));
      await archived(channel);
      await (await subscribe(b, 'studio-a.takes', { from: 'beginning' })).has([...first, ...second]);
      await (await subscribe(b, 'studio-a.takes', { from: { sequence: 77 } })).has([...first.slice(77), ...second]);
      await (await subscribe(b, 'studio-a.takes', { from: { time } })).has(second);
      await (await subscribe(b, 'studio-a.takes', { from: { time: 0 } })).has([...first, ...second]);
    });

    test('while the archive is away the publisher keeps everything, and hands it over', async () => {
      const [a, b] = [await world.machine('a'), await world.machine('b')];
      const events: PublisherEvent[] = [];
      const channel = await a.publish('studio-a.takes', { onEvent: (event) => events.push(event) });
      const listener = await subscribe(b, 'studio-a.takes');
      await listener.joined();
      const sent = await append(channel, sizes(100));
      await archived(channel);
      await world.stopArchive();
      sent.push(...(await append(channel, sizes(400))));
      await channel.flush();
      await vi.waitFor(() => expect(channel.view().archive.state).toBe('away'), WAIT);
      expect(channel.view().archive.unacknowledged).toBe(400);
      await world.startArchive();
      sent.push(...(await append(channel, sizes(100))));
      await archived(channel);
      await listener.has(sent);
      expect(states(events)).toEqual(['on', 'away', 'on']);
      // What was handed over is in the archive, for who comes later.
      await (await subscribe(await world.machine('c'), 'studio-a.takes', { from: 'beginning' })).has(sent);
    });

    test('a publisher that starts again begins another epoch, and what it had left is not lost', async () => {
      const [a, b] = [await world.machine('a'), await world.machine('b')];
      const listener = await subscribe(b, 'studio-a.takes', { from: 'beginning' });
      const channel = await a.publish('studio-a.takes');
      const sent = await append(channel, sizes(100));
      await archived(channel);
      await world.stopArchive();
      sent.push(...(await append(channel, sizes(100))));
      await channel.flush();
      await a.close();
      const again = await (await world.machine('a')).publish('studio-a.takes');
      const later = await append(again, sizes(100));
      await again.flush();
      await world.startArchive();
      await listener.has([...sent, ...later]);
      expect(later[0]?.epoch).toBeGreaterThan(sent[0]?.epoch ?? 0);
    });

    test('a subscriber goes on behind the last packet that it delivered: no gap, nothing twice', async () => {
      const a = await world.machine('a');
      const channel = await a.publish('studio-a.takes');
      const sent = await append(channel, sizes(500));
      const delivered: Packet[] = [];
      for (const count of [1, 63, 64, 65, 200, 107]) {
        const b = await world.machine('b');
        const last = delivered.at(-1);
        const cursors =
          last === undefined ? [] : [{ subject: last.subject, epoch: last.epoch, sequence: last.sequence }];
        const subscription = await b.subscribe('studio-a.takes', { from: 'beginning', cursors });
        for await (const packet of subscription) {
          if (
            delivered.push(packet) === sent.length ||
            delivered.length - (last === undefined ? 0 : delivered.indexOf(last) + 1) >= count
          )
            break;
        }
        await b.close();
      }
      expect(delivered.map(essence)).toEqual(sent.map(essence));
    });

    test('a subscriber that takes its time holds up nobody, and misses nothing', async () => {
      const [a, b, c] = [await world.machine('a'), await world.machine('b'), await world.machine('c')];
      const lost: SubscriberEvent[] = [];
      const onEvent = (event: SubscriberEvent) => event.event === 'lost' && lost.push(event);
      const slow = await b.subscribe('studio-a.takes', { from: 'now', onEvent });
      const quick = await subscribe(c, 'studio-a.takes');
      const channel = await a.publish('studio-a.takes');
      const sent = await append(
        channel,
        Array.from({ length: 12_000 }, () => PACKET_BYTES),
      );
      await quick.has(sent);
      let count = 0;
      for await (const packet of slow) {
        if (packet.sequence !== sent[count]?.sequence) expect(lost).toEqual([]);
        expect(packet.sequence).toBe(sent[count]?.sequence);
        if (++count === sent.length) break;
      }
    });

    test('patterns take all channels that match, also those that come later', async () => {
      const [a, b] = [await world.machine('a'), await world.machine('b')];
      const [star, rest] = [await subscribe(b, 'studio-a.*'), await subscribe(b, 'studio-a.>')];
      const sent: Packet[] = [];
      for (const subject of ['studio-a.takes', 'studio-a.notes', 'studio-b.takes', 'studio-a.takes.old']) {
        sent.push(...(await append(await a.publish(subject), sizes(20))));
      }
      const of = (...subjects: string[]) => sent.filter(({ subject }) => subjects.includes(subject));
      await star.has(of('studio-a.takes', 'studio-a.notes'));
      await rest.has(of('studio-a.takes', 'studio-a.notes', 'studio-a.takes.old'));
    });

    test('numbers that run out begin another epoch', async () => {
      const [a, b] = [await world.machine('a'), await world.machine('b')];
      const listener = await subscribe(b, 'studio-a.takes');
      const channel = await a.publish('studio-a.takes', { firstSequence: 2 ** 32 - 1_000 });
      const sent = await append(channel, sizes(3_000));
      await listener.has(sent);
      const epochs = new Set(sent.map(({ epoch }) => epoch));
      expect(epochs.size).toBe(2);
      expect(sent[999]).toMatchObject({ sequence: 2 ** 32 - 1 });
      expect(sent[1_000]).toMatchObject({ sequence: 0, epoch: (sent[999]?.epoch ?? 0) + 1 });
    });

    test('a channel that its publisher closes ends, after its last packet', async () => {
      const [a, b] = [await world.machine('a'), await world.machine('b')];
      const listener = await subscribe(b, 'studio-a.takes');
      const channel = await a.publish('studio-a.takes');
      const sent = await append(channel, sizes(70));
      await channel.close();
      await listener.ended;
      await listener.has(sent);
      await expect(channel.append(Buffer.alloc(1))).rejects.toThrow(ChannelError);
    });

    test('what cannot be is refused in words', async () => {
      const a = await world.machine('a');
      const channel = await a.publish('studio-a.takes');
      await expect(channel.append(Buffer.alloc(PACKET_BYTES + 1))).rejects.toThrow(/1440 bytes/);
      for (const subject of ['', 'a b', 'a.*', '>']) await expect(a.publish(subject)).rejects.toThrow(ChannelError);
      for (const pattern of ['', 'a.>.b', 'a b'])
        await expect(a.subscribe(pattern, { from: 'now' })).rejects.toThrow(ChannelError);
    });
  });
}

/** Takes a subscription's packets as they come. */
class Listener {
  readonly packets: Packet[] = [];
  readonly ended: Promise<void>;

  constructor(readonly subscription: Subscription) {
    this.ended = this.listen();
  }

  /** Waits until “now” is past: it is in the channel that is published already. */
  async joined(): Promise<void> {
    await vi.waitFor(() => expect(this.subscription.view().state).toBe('connected'), WAIT);
  }

  /** Waits until it has these packets, and no others; of each channel in this order. */
  async has(expected: readonly Packet[]): Promise<void> {
    await vi.waitFor(() => expect(this.packets.length).toBeGreaterThanOrEqual(expected.length), WAIT);
    for (const subject of new Set(expected.map((packet) => packet.subject))) {
      const of = (packets: readonly Packet[]) => packets.filter((packet) => packet.subject === subject).map(essence);
      expect(of(this.packets)).toEqual(of(expected));
    }
    expect(this.packets).toHaveLength(expected.length);
  }

  private async listen(): Promise<void> {
    for await (const packet of this.subscription) this.packets.push(packet);
  }
}

function sizes(count: number): number[] {
  return Array.from({ length: count }, (_, i) => (i * 37) % 400);
}

/** Appends random packets of these sizes. @returns what has to be delivered */
async function append(channel: Publication, bytes: readonly number[]): Promise<Packet[]> {
  const packets: Packet[] = [];
  for (const size of bytes) {
    const payload = randomBytes(size);
    const number = await channel.append(payload);
    packets.push({ subject: channel.subject, ...number, time: 0, payload });
  }
  return packets;
}

function essence({ subject, epoch, sequence, payload }: Packet): string {
  const digest = createHash('sha256').update(payload).digest('hex').slice(0, 16);
  return `${subject} ${epoch} ${sequence} ${payload.length} ${digest}`;
}

/** Waits until the archive has everything. */
async function archived(channel: Publication): Promise<void> {
  await channel.flush();
  await vi.waitFor(() => expect(channel.view().archive).toMatchObject({ state: 'on', unacknowledged: 0 }), WAIT);
}

/** The archive's states, each once in a row. */
function states(events: readonly PublisherEvent[]): string[] {
  const all = events.flatMap((event) => (event.event === 'archive' ? [event.state] : []));
  return all.filter((state, i) => state !== all[i - 1]);
}
