import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { TrustStore } from '../security/trust-store';
import { systemClock } from './clock';
import { RoomsInReach } from './rooms-in-reach';

const LOOPBACK = '127.0.0.1';
const ends: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

it('finds a room by its certificate where it was met at a typed address, announced or not', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tutti-rooms-'));
  const rooms = new RoomsInReach({
    interface: LOOPBACK,
    trust: { firstUse: false },
    pins: await TrustStore.load(folder),
    clock: systemClock,
    onChange: () => {},
  });
  ends.push(
    () => rooms.close(),
    () => rm(folder, { recursive: true }),
  );
  const met = rooms.met({ host: LOOPBACK, port: 4747 }, 'ab'.repeat(32));
  expect(rooms.placesOf(met.fingerprint, met)).toMatchObject([{ host: LOOPBACK, port: 4747 }]);
  expect(() => rooms.placesOf('cd'.repeat(32), met)).toThrow(/not announced/);
});
