import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import type { DeviceServer, DevicesLab } from './devices-lab';
import { describeInterop, expectFetched, openDevicesLab } from './interop-test';
import { atftp } from './peers';

const BLKSIZE = 1428;
const SIZE = 400_000;
const BLOCKS = Math.floor(SIZE / BLKSIZE) + 1;
/** Longer than it takes to start six clients on a busy machine, and well below their patience of 25 s. */
const COLLECT = ['--delay', '2000'];
const GROUP = atftp('multicast', `blksize ${BLKSIZE}`);
/** The server waits as long as the client asks it to before it sends a block again. */
const QUICK_GROUP = atftp('multicast', `blksize ${BLKSIZE}`, 'timeout 1');

describeInterop('multicast to atftp', () => {
  test.for([1, 3, 6])(
    '%i clients that come one after the other: one session, the file once on the wire',
    async (clients, context) => {
      const lab = openDevicesLab(context, clients);
      const file = lab.file('song.wav', SIZE);
      const server = await lab.serve(COLLECT);
      const fetched = [];
      for (let device = 1; device <= clients; device++) {
        fetched.push(lab.fetch(device, GROUP, 'song.wav'));
        await sleep(100);
      }
      await expectFetched(file, fetched);
      const done = await server.waitFor('done');
      expect(server.all('session')).toMatchObject([{ file: 'song.wav', bytes: SIZE, blksize: BLKSIZE }]);
      expect(server.all('session')[0]?.group).toMatch(/^239\.255\.77\.\d+:\d+$/);
      expect(done).toMatchObject({ ok: true, clients, complete: clients });
      expect(new Set(completeIn(server)).size).toBe(clients);
      const { multicast, multicastBytes } = lab.packets();
      expect(multicast).toBe(done.sentBlocks + done.resentBlocks);
      expect(multicastBytes / SIZE, 'bytes on the group ÷ file').toBeLessThan(1.1);
      expect(done.sentBlocks).toBe(BLOCKS);
    },
  );

  test('a client that comes late joins the session, and only what it missed is sent again', async (context) => {
    const lab = openDevicesLab(context, 2);
    const size = 3_000_000;
    const file = lab.file('song.wav', size);
    // Some four seconds for the file, so that the late one is in time.
    lab.limitBandwidth(6);
    const server = await lab.serve(['--delay', '0']);
    const early = lab.fetch(1, GROUP, 'song.wav');
    await sent(lab, 300);
    const late = lab.fetch(2, GROUP, 'song.wav');
    await expectFetched(file, [early, late]);
    const done = await server.waitFor('done');
    expect(server.all('session')).toHaveLength(1);
    expect(done).toMatchObject({ ok: true, clients: 2, complete: 2 });
    expect(lab.packets().multicastBytes / size).toBeLessThan(1.9);
    expect(rolesOf(server)).toEqual(expect.arrayContaining(['master', 'member']));
  });

  test('a master that is killed: another becomes master, and nothing is sent from the start again', async (context) => {
    const lab = openDevicesLab(context, 3);
    const file = lab.file('song.wav', 4_000_000);
    const server = await lab.serve(COLLECT);
    const fetched = [];
    for (const device of [1, 2, 3]) {
      fetched.push(lab.fetch(device, QUICK_GROUP, 'song.wav'));
      await sleep(200);
    }
    await sent(lab, 300);
    lab.cutOff(1);
    await fetched[0]?.program.kill();
    await expectFetched(file, fetched.slice(1));
    const done = await server.waitFor('done');
    expect(done).toMatchObject({ clients: 3, complete: 2 });
    const killed = server.all('client').filter(({ state }) => state === 'failed');
    expect(killed).toMatchObject([{ role: 'master', why: expect.stringMatching(/./) }]);
    expect(lab.packets().multicastBytes / 4_000_000).toBeLessThan(1.2);
  });

  test('a client that never acknowledges anything costs the others a wait, and nothing else', async (context) => {
    const lab = openDevicesLab(context, 3);
    const file = lab.file('song.wav', SIZE);
    const server = await lab.serve(COLLECT);
    const dead = lab.fetch(1, QUICK_GROUP, 'song.wav');
    await server.waitFor('client');
    lab.cutOff(1);
    const others = [2, 3].map((device) => lab.fetch(device, QUICK_GROUP, 'song.wav'));
    await expectFetched(file, others);
    await dead.program.kill();
    const done = await server.waitFor('done');
    expect(done).toMatchObject({ clients: 3, complete: 2 });
    expect(lab.packets().multicastBytes / SIZE).toBeLessThan(1.1);
  });

  test.for([0.01, 0.05])('three clients that each lose %f of everything', async (share, context) => {
    const lab = openDevicesLab(context, 3);
    const file = lab.file('song.wav', 150_000);
    const server = await lab.serve(COLLECT);
    for (const device of [1, 2, 3]) lab.lose(device, share);
    const fetched = [1, 2, 3].map((device) => lab.fetch(device, QUICK_GROUP, 'song.wav'));
    await expectFetched(file, fetched, 120_000);
    expect(await server.waitFor('done', undefined, 60_000)).toMatchObject({ complete: 3 });
    // Each block is lost by somebody with a chance of 1 − 0.95³ = 14 %; acknowledgements are lost, too.
    expect(lab.packets().multicastBytes / 150_000).toBeLessThan(2);
  });

  test.for([0, BLKSIZE, 10 * BLKSIZE])('a file of %i bytes', async (size, context) => {
    const lab = openDevicesLab(context, 2);
    const file = lab.file('song.wav', size);
    await lab.serve(['--delay', '500']);
    await expectFetched(
      file,
      [1, 2].map((device) => lab.fetch(device, GROUP, 'song.wav')),
    );
  });
});

/** Waits until the group has got so many packets. */
function sent(lab: DevicesLab, packets: number): Promise<void> {
  return vi.waitFor(() => expect(lab.packets().multicast).toBeGreaterThan(packets), { timeout: 30_000, interval: 20 });
}

function completeIn(server: DeviceServer): string[] {
  return server.all('client').flatMap(({ state, address }) => (state === 'complete' ? [address] : []));
}

function rolesOf(server: DeviceServer): string[] {
  return server.all('client').map(({ role }) => role);
}
