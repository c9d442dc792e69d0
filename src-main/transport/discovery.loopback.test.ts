import { afterEach, expect, it, vi } from 'vitest';
import { announceRoom, findRooms } from './discovery';

// A group and port of this test's own: a room that happens to be open on this machine is not part of it.
const NETWORK = { interfaces: () => ['127.0.0.1'], group: '239.255.42.103', port: 47479 };
const open: { close(): Promise<void> }[] = [];
afterEach(() => Promise.all(open.splice(0).map((channel) => channel.close())));

function find() {
  const finder = findRooms({ ...NETWORK, onChange: () => {} });
  open.push(finder);
  return finder;
}

function announce(name: string, interfaces = NETWORK.interfaces) {
  const room = { name, port: 4000, fingerprint: Buffer.from(name.padEnd(32)).toString('hex') };
  const announcer = announceRoom({ ...NETWORK, interfaces, room, ttl: 0 });
  open.push(announcer);
  return room;
}

it('finds the rooms on the network, for several students on one host', async () => {
  const finders = [find(), find(), find()];
  const rooms = [announce('Brass'), announce('Strings')];
  for (const finder of finders)
    await vi.waitFor(
      () => expect(finder.rooms).toEqual(rooms.map((room) => ({ ...room, address: '127.0.0.1' }))),
      10_000,
    );
});

it('lives with an interface that cannot be used', async () => {
  const finder = find();
  announce('Organ', () => ['192.0.2.1', '127.0.0.1']);
  await vi.waitFor(() => expect(finder.rooms.map(({ name }) => name)).toEqual(['Organ']), 10_000);
});
