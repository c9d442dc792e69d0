import { join } from 'node:path';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, headers, type NatsConnection } from '@nats-io/transport-node';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { ChannelBus, Publication, Subscription } from '../../src-main/channels/bus';
import { fieldsOf } from '../../src-main/channels/nats-message';
import { natsSubject, streamName } from '../../src-main/channels/nats-stream';
import { PacketStore } from '../../src-main/channels/packet-store';
import { Relay } from '../../src-main/channels/relay';
import { loadIdentity } from '../../src-main/security/identity';
import type { PublisherEvent, SubscriberEvent } from '../../src-shared/ipc/channel-events';
import { isRequired } from '../lab/requirements';
import { describeChannels } from './channel-compliance';
import { type NatsSettings, natsProblem } from './nats-server';
import { NatsWorld } from './nats-world';

const problem = natsProblem();
if (problem !== undefined && isRequired('interop')) throw new Error(`TUTTI_REQUIRE demands interop, but ${problem}.`);

const SUBJECT = 'studio-a.takes';
const WAIT = { timeout: 30_000, interval: 10 };

async function openWorld(settings?: NatsSettings): Promise<NatsWorld> {
  const world = await NatsWorld.open(settings);
  onTestFinished(() => world.close());
  return world;
}

/** Whoever can reach the server can do this. */
async function attacker(world: NatsWorld): Promise<NatsConnection> {
  const connection = await connect({ servers: world.server.url });
  onTestFinished(() => connection.close());
  return connection;
}

async function appendTexts(channel: Publication, ...texts: readonly string[]): Promise<void> {
  for (const text of texts) {
    await channel.append(Buffer.from(text));
    await channel.flush();
  }
}

async function archived(channel: Publication): Promise<void> {
  await vi.waitFor(() => expect(channel.view().archive).toMatchObject({ state: 'on', unacknowledged: 0 }), WAIT);
}

async function hear(
  bus: ChannelBus,
  events: SubscriberEvent[] = [],
): Promise<{ texts: string[]; subscription: Subscription }> {
  const subscription = await bus.subscribe(SUBJECT, { from: 'beginning', onEvent: (event) => events.push(event) });
  const texts: string[] = [];
  void (async () => {
    for await (const { payload } of subscription) texts.push(Buffer.from(payload).toString());
  })();
  return { texts, subscription };
}

describe.skipIf(problem !== undefined)(problem ?? 'over NATS JetStream', () => {
  describeChannels('channels', () => NatsWorld.open());

  test('only what a trusted publisher has signed is taken, and a stranger is named', async () => {
    const world = await openWorld();
    const [a, stranger] = [await world.machine('a'), await world.machine('stranger')];
    const { fingerprint } = await loadIdentity(join(world.folder, 'a'));
    const channel = await a.publish(SUBJECT);
    await appendTexts(channel, 'one');
    await archived(channel);
    await appendTexts(await stranger.publish(SUBJECT), 'not by a');
    const events: SubscriberEvent[] = [];
    const b = await world.machine('b', { pin: fingerprint, firstUse: false });
    const { texts } = await hear(b, events);
    await vi.waitFor(() => expect(events.some(({ event }) => event === 'problem')).toBe(true), WAIT);
    await appendTexts(channel, 'two');
    await vi.waitFor(() => expect(texts).toEqual(['one', 'two']), WAIT);
    const strange = await loadIdentity(join(world.folder, 'stranger'));
    expect(events.flatMap((event) => (event.event === 'problem' ? [event.reason] : []))).toEqual([
      expect.stringContaining(strange.fingerprint),
    ]);
  });

  test('a message that was changed, copied elsewhere or made up is passed over', async () => {
    const world = await openWorld();
    const channel = await (await world.machine('a')).publish(SUBJECT);
    await appendTexts(channel, 'one');
    await archived(channel);
    const connection = await attacker(world);
    const manager = await jetstreamManager(connection);
    const real = await manager.streams.getMessage(streamName(SUBJECT), { last_by_subj: natsSubject(SUBJECT) });
    if (real === null) throw new Error('nothing was published');
    const send = async (change: (fields: Record<string, string>) => void, body: Uint8Array) => {
      const fields = fieldsOf(real.header);
      change(fields);
      const forged = headers();
      for (const [name, value] of Object.entries(fields)) forged.set(name, value);
      await jetstream(connection).publish(natsSubject(SUBJECT), body, { headers: forged });
    };
    await send(() => {}, Buffer.from('\0\x03two'));
    await send((fields) => {
      fields['Tutti-First'] = '1';
    }, real.data);
    await send((fields) => {
      fields['Tutti-Epoch'] = '4294967295';
    }, real.data);
    await send((fields) => {
      fields['Tutti-Certificate'] = 'AAAA';
    }, real.data);
    await send((fields) => {
      fields['Tutti-Ended'] = '1';
    }, real.data);
    await send(() => {}, real.data);
    await jetstream(connection).publish(natsSubject(SUBJECT), 'noise');
    await appendTexts(channel, 'two');
    await archived(channel);
    const events: SubscriberEvent[] = [];
    const { texts } = await hear(await world.machine('b'), events);
    await vi.waitFor(() => expect(texts).toEqual(['one', 'two']), WAIT);
    expect(events.filter(({ event }) => event === 'gap' || event === 'lost' || event === 'ended')).toEqual([]);
  });

  test('a forged last message makes no publisher forget what the server has not got', async () => {
    const world = await openWorld();
    const a = await world.machine('a');
    const channel = await a.publish(SUBJECT);
    await appendTexts(channel, 'one');
    await archived(channel);
    const connection = await attacker(world);
    const forged = headers();
    const real = await (await jetstreamManager(connection)).streams.getMessage(streamName(SUBJECT), {
      last_by_subj: natsSubject(SUBJECT),
    });
    for (const [name, value] of Object.entries(fieldsOf(real?.header))) forged.set(name, value);
    forged.set('Tutti-First', '4000000000');
    await jetstream(connection).publish(natsSubject(SUBJECT), real?.data ?? '', { headers: forged, msgID: 'x' });
    await appendTexts(channel, 'two', 'three');
    await archived(channel);
    const { texts } = await hear(await world.machine('b'));
    await vi.waitFor(() => expect(texts).toEqual(['one', 'two', 'three']), WAIT);
  });

  test('packets that the server let go are told to be lost, and the channel goes on', async () => {
    const world = await openWorld();
    const channel = await (await world.machine('a')).publish(SUBJECT);
    await appendTexts(channel, '0', '1', '2', '3', '4');
    await archived(channel);
    const manager = await jetstreamManager(await attacker(world));
    for (const place of [3, 4]) await manager.streams.deleteMessage(streamName(SUBJECT), place);
    const events: SubscriberEvent[] = [];
    const { texts, subscription } = await hear(await world.machine('b'), events);
    await vi.waitFor(() => expect(texts).toEqual(['0', '1', '4']), WAIT);
    expect(events.filter(({ event }) => event === 'gap')).toEqual([expect.objectContaining({ ranges: [[2, 4]] })]);
    expect(events.filter(({ event }) => event === 'lost')).toEqual([expect.objectContaining({ ranges: [[2, 4]] })]);
    expect(subscription.view()).toMatchObject({ gaps: 2, lost: 2 });
  });

  test('a server without room acknowledges nothing, says so, and loses nothing', async () => {
    const world = await openWorld({ maxBytes: 300_000 });
    const events: PublisherEvent[] = [];
    const channel = await (await world.machine('a')).publish(SUBJECT, { onEvent: (event) => events.push(event) });
    const texts = Array.from({ length: 800 }, (_, i) => `${i}`.padEnd(1_000, '.'));
    for (const text of texts) await channel.append(Buffer.from(text));
    await channel.flush();
    await vi.waitFor(() => expect(channel.view().archive.state).toBe('full'), WAIT);
    expect(channel.view().archive.unacknowledged).toBeGreaterThan(0);
    await world.server.kill();
    await world.server.start({ maxBytes: 100_000_000 });
    await archived(channel);
    const { texts: heard } = await hear(await world.machine('b'));
    await vi.waitFor(() => expect(heard).toEqual(texts), WAIT);
    expect(events.some((event) => event.event === 'archive' && event.state === 'full')).toBe(true);
  });

  test('what is kept while the server is away has a bound: the oldest goes, and it is said what', async () => {
    const world = await openWorld();
    const a = await world.machine('a');
    await world.stopArchive();
    const events: PublisherEvent[] = [];
    const channel = await a.publish(SUBJECT, { retainBytes: 20_000, onEvent: (event) => events.push(event) });
    const texts = Array.from({ length: 50 }, (_, i) => `${i}`.padEnd(1_000, '.'));
    await appendTexts(channel, ...texts);
    const dropped = events.flatMap((event) => (event.event === 'dropped' ? event.ranges : []));
    expect(dropped[0]?.[0]).toBe(0);
    const first = dropped.at(-1)?.[1] ?? 0;
    expect(first).toBeGreaterThan(25);
    expect(channel.view()).toMatchObject({ dropped: first, archive: { unacknowledged: 50 - first } });
    await world.startArchive();
    await archived(channel);
    const { texts: heard } = await hear(await world.machine('b'));
    await vi.waitFor(() => expect(heard).toEqual(texts.slice(first)), WAIT);
  });

  test('a relay takes a channel to another server, and goes on where it was left', async () => {
    const [studio, room] = [await openWorld(), await openWorld()];
    const channel = await (await studio.machine('a')).publish(SUBJECT);
    const { texts } = await hear(await room.machine('b'));
    const relay = async () => {
      const memory = await PacketStore.open(join(room.folder, 'relay'));
      const [source, target] = [await studio.machine('relay'), await room.machine('relay')];
      const relayed = await Relay.open({ pattern: 'studio-a.>', source, target, memory });
      return async () => {
        await relayed.close();
        await memory.close();
      };
    };
    const stop = await relay();
    await appendTexts(channel, 'one', 'two');
    await vi.waitFor(() => expect(texts).toEqual(['one', 'two']), WAIT);
    await stop();
    await appendTexts(channel, 'three');
    const stopAgain = await relay();
    await appendTexts(channel, 'four');
    await vi.waitFor(() => expect(texts).toEqual(['one', 'two', 'three', 'four']), WAIT);
    await stopAgain();
  });

  test('an address that is none, and a server that lets nobody in, are told', async () => {
    const world = await openWorld();
    const refused = (url: string) => world.machine('a', { firstUse: true }, url);
    await expect(refused('http://127.0.0.1')).rejects.toThrow(/nats:\/\/host:4222/);
    await expect(refused('not a url')).rejects.toThrow(/nats:\/\/host:4222/);
    await world.server.kill();
    const locked = await NatsWorld.open({ user: 'studio', password: 'secret' });
    onTestFinished(() => locked.close());
    const bus = await locked.machine('a');
    const listening = async () => {
      for await (const _ of await bus.subscribe(SUBJECT, { from: 'now' })) return;
    };
    await expect(listening()).rejects.toThrow(/user and password/);
    const welcome = await locked.machine('b', { firstUse: true }, locked.server.url.replace('//', '//studio:secret@'));
    await archived(await published(welcome));
  });
});

async function published(bus: ChannelBus): Promise<Publication> {
  const channel = await bus.publish(SUBJECT);
  await appendTexts(channel, 'one');
  return channel;
}
