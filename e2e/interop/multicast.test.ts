import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { DeviceServer } from './devices-lab';
import { describeInterop, expectFetched, openDevicesLab } from './interop-test';
import { atftp } from './peers';

const BLKSIZE = 1428;
const SIZE = 400_000;
const BLOCKS = Math.floor(SIZE / BLKSIZE) + 1;
/** Longer than it takes to start six clients on a busy machine, and shorter than the 5 s after which they ask again. */
const COLLECT = ['--delay', '4000'];
const GROUP = atftp('multicast', `blksize ${BLKSIZE}`);

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
      expect(multicast).toBe(done.sentBlocks);
      expect(multicastBytes / SIZE, 'bytes on the group ÷ file').toBeLessThan(1.1);
      expect(done.sentBlocks - done.resentBlocks).toBe(BLOCKS);
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
    await lab.groupHasGot(300);
    const late = lab.fetch(2, GROUP, 'song.wav');
    await expectFetched(file, [early, late]);
    const done = await server.waitFor('done');
    expect(server.all('session')).toHaveLength(1);
    expect(done).toMatchObject({ ok: true, clients: 2, complete: 2 });
    expect(lab.packets().multicastBytes / size).toBeLessThan(1.9);
    expect(rolesOf(server)).toEqual(expect.arrayContaining(['master', 'member']));
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

function completeIn(server: DeviceServer): string[] {
  return server.all('client').flatMap(({ state, address }) => (state === 'complete' ? [address] : []));
}

function rolesOf(server: DeviceServer): string[] {
  return server.all('client').map(({ role }) => role);
}
