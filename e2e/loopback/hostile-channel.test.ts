import { createSocket } from 'node:dgram';
import { describe, expect, it } from 'vitest';
import { channelGroupOf, channelIdOf } from '../../src-main/channels/channel-crypto';
import { CHANNEL_VISIT, type HostConnection } from '../../src-main/channels/channel-protocol';
import { encodeQuery } from '../../src-main/channels/query-codec';
import { type Identity, loadIdentity } from '../../src-main/security/identity';
import { connectFor } from '../../src-main/transport/control-client';
import type { CloseReason } from '../../src-main/transport/control-connection';
import { encodeRanges } from '../../src-shared/ranges/range-codec';
import { CHANNEL_HEADER_BYTES, PACKET, SEAL, writeChannelHeader } from '../../src-shared/wire/channel-datagram';
import type { ChannelMessage, HostMessage } from '../../src-shared/wire/channel-messages';
import { PROTOCOL_VERSION } from '../../src-shared/wire/session-messages';
import {
  append,
  archiveOf,
  folder,
  hasJoined,
  LOOPBACK,
  openBus,
  publish,
  SUBJECT,
  subscribe,
  textOf,
  until,
} from './channel-room';

/** A member that may say what it likes. */
class RawMember {
  readonly heard: HostMessage[] = [];
  closed: CloseReason | undefined;

  private constructor(
    readonly identity: Identity,
    readonly connection: HostConnection,
  ) {
    connection.attach({
      onMessage: (message) => this.heard.push(message),
      onClose: (reason) => {
        this.closed = reason;
      },
    });
  }

  static async enter(port: number): Promise<RawMember> {
    const identity = await loadIdentity(await folder());
    const hello = { type: 'hello', version: PROTOCOL_VERSION, name: 'mallory' } as const;
    const place = { host: LOOPBACK, port };
    const { connection } = await connectFor(CHANNEL_VISIT, { ...place, identity, hello, trust: () => true });
    return new RawMember(identity, connection);
  }

  get channel(): ChannelMessage | undefined {
    return this.heard.findLast((message) => message.type === 'channel');
  }
}

async function memberOf(port: number): Promise<{ member: RawMember; channel: ChannelMessage }> {
  const member = await RawMember.enter(port);
  await until(() => member.channel !== undefined, 'the channel is described');
  const { channel } = member;
  if (channel === undefined) throw new Error('there is no channel');
  return { member, channel };
}

describe('a channel is not harmed by', () => {
  it('anybody who sends to the group: nothing of it is delivered, acknowledged or asked for', async () => {
    const { bus, publication, port } = await publish();
    const archive = await archiveOf(port, await folder());
    const subscriber = await subscribe(port);
    await until(() => hasJoined(subscriber), 'joined');
    const channel = channelIdOf(bus.fingerprint, SUBJECT);
    const { epoch } = subscriber.events.flatMap((event) => (event.event === 'joined' ? [event.from] : []))[0] ?? {
      epoch: 0,
    };
    const socket = createSocket('udp4');
    await new Promise<void>((resolve) => socket.bind({ address: LOOPBACK, port: 0 }, resolve));
    socket.setMulticastInterface(LOOPBACK);
    for (let sequence = 0; sequence < 200; sequence++) {
      for (const kind of [PACKET, SEAL] as const) {
        const forged = new Uint8Array(CHANNEL_HEADER_BYTES + 64);
        writeChannelHeader(forged, { kind, ended: true, time: 0, channel, epoch, sequence: sequence * 1000 });
        socket.send(forged, 47475, channelGroupOf(channel));
      }
    }
    const texts = await append(publication, 100);
    await publication.flush();
    await until(() => subscriber.packets.length === 100, 'all delivered');
    socket.close();
    expect(subscriber.packets.map(textOf)).toEqual(texts);
    await until(() => publication.view().archive.unacknowledged === 0, 'everything acknowledged');
    const asked = [...subscriber.events, ...archive.events].flatMap((event) =>
      event.event === 'query' ? event.ranges : [],
    );
    expect(asked.every(([, end]) => end <= 100)).toBe(true);
  });

  it('a storm of queries: its sender is let go, the others are served', async () => {
    const { publication, port } = await publish();
    const texts = await append(publication, 300);
    await publication.flush();
    const { member, channel } = await memberOf(port);
    const everything = encodeQuery({ packets: [[0, 300]], seals: [[0, 300]] });
    for (let query = 0; query < 100; query++)
      member.connection.send({ type: 'query', channel: channel.id, query, epoch: channel.epoch }, everything);
    await until(() => member.closed !== undefined, 'it is let go');
    expect(member.closed).toMatchObject({ cause: 'fault', code: 'protocol' });
    const subscriber = await subscribe(port, 'beginning');
    await until(() => subscriber.packets.length === 300, 'the others are served');
    expect(subscriber.packets.map(textOf)).toEqual(texts);
  });

  it.each([
    ['more than a query may ask', encodeQuery({ packets: [[0, 5000]], seals: [] })],
    [
      'numbers that there cannot be',
      Buffer.concat([Buffer.from([0, 0, 0, 7]), Buffer.from([0, 0, 0xff, 0xff, 0xff, 0xff, 0x7f])]),
    ],
    ['half an attachment', Buffer.from([0, 0, 1, 0, 0])],
  ])('a query for %s: fault', async (_, attachment) => {
    const { port } = await publish();
    const { member, channel } = await memberOf(port);
    member.connection.send({ type: 'query', channel: channel.id, query: 0, epoch: channel.epoch }, attachment);
    await until(() => member.closed !== undefined, 'it is let go');
    expect(member.closed).toMatchObject({ cause: 'fault', code: 'protocol' });
  });

  it('a member that acknowledges what it has not been asked to keep', async () => {
    const { publication, port } = await publish();
    await archiveOf(port, await folder());
    await until(() => publication.view().archive.state === 'on', 'the archive is there');
    const { member, channel } = await memberOf(port);
    const everything = encodeRanges([[0, 2 ** 32]]);
    member.connection.send({ type: 'ack', channel: channel.id, epoch: channel.epoch }, everything);
    member.connection.send({ type: 'keep', channel: channel.id, port: 9 });
    await until(() => member.heard.some(({ type }) => type === 'declined'), 'it is declined');
    expect(publication.view().archive.name).not.toBe('mallory');
    expect(member.channel?.ticket).toBeUndefined();
  });

  it('a stranger at the archive’s door: without the publisher’s ticket there is nothing', async () => {
    const { publication, port } = await publish();
    const archive = await archiveOf(port, await folder());
    await append(publication, 10);
    await publication.flush();
    await until(() => publication.view().archive.unacknowledged === 0, 'everything acknowledged');
    const door = archive.events.flatMap((event) => (event.event === 'channel' ? [event.port] : []))[0] ?? 0;
    const stranger = await RawMember.enter(door);
    const { id, epoch } = (await memberOf(port)).channel;
    stranger.connection.send(
      { type: 'query', channel: id, query: 0, epoch },
      encodeQuery({ packets: [[0, 10]], seals: [] }),
    );
    await until(() => stranger.closed !== undefined, 'it is let go');
    expect(stranger.heard).toEqual([]);
    const guesser = await RawMember.enter(door);
    guesser.connection.send({ type: 'subscribe', channel: id, ticket: '0'.repeat(64) });
    await until(() => guesser.closed !== undefined, 'it is let go');
    expect(guesser.closed).toMatchObject({ cause: 'fault', code: 'unpaired' });
  });

  it('somebody who announces it at other addresses: it is found where it is', async () => {
    const { bus, publication } = await publish();
    const forged = JSON.stringify({ tuttiChannels: 1, name: 'aaa', port: 1, fingerprint: bus.fingerprint });
    const socket = createSocket('udp4');
    await new Promise<void>((resolve) => socket.bind({ address: LOOPBACK, port: 0 }, resolve));
    socket.setMulticastInterface(LOOPBACK);
    const announcing = setInterval(() => socket.send(forged, 47471, '239.255.42.77'), 100);
    try {
      const member = await openBus({ trust: { firstUse: false, pin: bus.fingerprint } });
      const subscription = await member.subscribe(SUBJECT, { from: 'beginning' });
      const texts = await append(publication, 3);
      const seen: string[] = [];
      for await (const packet of subscription) if (seen.push(textOf(packet)) === 3) break;
      expect(seen).toEqual(texts);
    } finally {
      clearInterval(announcing);
      socket.close();
    }
  });

  it('millions of ranges in an acknowledgement: refused before they are unpacked', async () => {
    const { port } = await publish();
    const { member, channel } = await memberOf(port);
    const attachment = Buffer.alloc(1024 * 1024, 1);
    attachment[0] = 0;
    member.connection.send({ type: 'ack', channel: channel.id, epoch: channel.epoch }, attachment);
    await until(() => member.closed !== undefined, 'it is let go');
    expect(member.closed).toMatchObject({ cause: 'fault', code: 'protocol' });
  });

  it('a device that is not paired: it is told nothing', async () => {
    const { port } = await publish({ admit: 'paired' });
    await expect(RawMember.enter(port)).rejects.toMatchObject({ code: 'unpaired' });
  });

  it('a subscriber that reads nothing: others get all, and it does later', async () => {
    const { publication, port } = await publish();
    const other = await subscribe(port);
    const slowBus = await openBus({ connect: { host: LOOPBACK, port } });
    let joined = false;
    const slow = await slowBus.subscribe(SUBJECT, {
      from: 'now',
      onEvent: ({ event }) => (joined ||= event === 'joined'),
    });
    await until(() => joined && hasJoined(other), 'both joined');
    const texts = await append(publication, 9_000);
    await publication.flush();
    await until(() => other.packets.length === 9_000, 'the other has all');
    const late: string[] = [];
    for await (const packet of slow) if (late.push(textOf(packet)) === 9_000) break;
    expect(late).toEqual(texts);
    expect(slow.view().lost).toBe(0);
  }, 120_000);
});

describe('a channel for paired members', () => {
  it('lets in who knows the code, once and for all', async () => {
    const { publication, port } = await publish({ admit: 'paired', code: '12345678' });
    const stateDir = await folder();
    const connect = { host: LOOPBACK, port };
    const bus = await openBus({ stateDir, connect, trust: { firstUse: false, code: '12345678' } });
    const subscription = await bus.subscribe(SUBJECT, { from: 'beginning' });
    await append(publication, 3);
    const seen: string[] = [];
    for await (const packet of subscription) if (seen.push(textOf(packet)) === 3) break;
    await bus.close();
    const again = await openBus({ stateDir, connect, trust: { firstUse: false } });
    const second = await again.subscribe(SUBJECT, { from: 'beginning' });
    for await (const packet of second) if (seen.push(textOf(packet)) === 6) break;
    expect(seen.slice(0, 3)).toEqual(seen.slice(3));
  });
});
