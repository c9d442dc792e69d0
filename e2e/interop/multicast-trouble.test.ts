import { expect, test } from 'vitest';
import type { Host } from '../lab/topology';
import type { DeviceServer } from './devices-lab';
import { describeInterop, expectFetched, openDevicesLab } from './interop-test';
import { atftp } from './peers';

const BLKSIZE = 1428;
const SIZE = 400_000;
/** The server waits as long as the client asks it to before it sends a block again, and no longer than two of these for more clients. */
const GROUP = atftp('multicast', `blksize ${BLKSIZE}`, 'timeout 1');
const COLLECT = ['--delay', '2000'];

describeInterop('multicast to atftp, in trouble', () => {
  test('a master that is killed: another becomes master, and nothing is sent from the start again', async (context) => {
    const lab = openDevicesLab(context, 3);
    const file = lab.file('song.wav', 4_000_000);
    // Some five seconds for the file, so that the kill is in time.
    lab.limitBandwidth(6);
    const server = await lab.serve(COLLECT);
    const fetched = [];
    for (const device of [1, 2, 3]) {
      fetched.push(lab.fetch(device, GROUP, 'song.wav'));
      await clientAt(server, lab.device(device));
    }
    await lab.groupHasGot(300);
    lab.cutOff(1);
    await fetched[0]?.program.kill();
    await expectFetched(file, fetched.slice(1));
    const done = await server.waitFor('done');
    expect(done).toMatchObject({ clients: 3, complete: 2 });
    const killed = server.all('client').filter(({ state }) => state === 'failed');
    expect(killed).toMatchObject([{ role: 'master', why: expect.stringMatching(/./) }]);
    // Who came late on a busy machine gets a part of the beginning again.
    expect(lab.packets().multicastBytes / 4_000_000).toBeLessThan(1.5);
  });

  test('a client that never acknowledges anything costs the others a wait, and nothing else', async (context) => {
    const lab = openDevicesLab(context, 3);
    const file = lab.file('song.wav', SIZE);
    const server = await lab.serve(COLLECT);
    const dead = lab.fetch(1, GROUP, 'song.wav');
    await server.waitFor('client');
    lab.cutOff(1);
    const others = [2, 3].map((device) => lab.fetch(device, GROUP, 'song.wav'));
    await expectFetched(file, others);
    await dead.program.kill();
    const done = await server.waitFor('done');
    expect(done).toMatchObject({ clients: 3, complete: 2 });
    expect(lab.packets().multicastBytes / SIZE).toBeLessThan(1.5);
  });

  test.for([0.01, 0.05])('three clients that each lose %f of everything', async (share, context) => {
    const lab = openDevicesLab(context, 3);
    const size = 150_000;
    const file = lab.file('song.wav', size);
    const server = await lab.serve(COLLECT);
    const fetched = [1, 2, 3].map((device) => lab.fetch(device, GROUP, 'song.wav'));
    // atftp repeats a request that was lost after 5 s, and would get on its own what the others have had by then.
    for (const device of [1, 2, 3]) await clientAt(server, lab.device(device));
    // It leaves right after its last ACK: were that one lost, the server could not know that the client has the file.
    const lastBlock = Math.floor(size / BLKSIZE) + 1;
    for (const device of [1, 2, 3]) lab.lose(device, share, lastBlock);
    await expectFetched(file, fetched, 120_000);
    expect(await server.waitFor('done', undefined, 60_000)).toMatchObject({ complete: 3 });
    // Each block is lost by somebody with a chance of 1 − 0.95³ = 14 %; acknowledgements are lost, too.
    expect(lab.packets().multicastBytes / size).toBeLessThan(2);
  });
});

/** Waits until a host takes part. */
function clientAt(server: DeviceServer, { address }: Host): Promise<unknown> {
  return server.waitFor('client', (client) => client.address.startsWith(`${address}:`));
}
