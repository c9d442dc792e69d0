import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
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
      await sleep(200);
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
    const file = lab.file('song.wav', 150_000);
    const server = await lab.serve(COLLECT);
    for (const device of [1, 2, 3]) lab.lose(device, share);
    const fetched = [1, 2, 3].map((device) => lab.fetch(device, GROUP, 'song.wav'));
    await expectFetched(file, fetched, 120_000);
    expect(await server.waitFor('done', undefined, 60_000)).toMatchObject({ complete: 3 });
    // Each block is lost by somebody with a chance of 1 − 0.95³ = 14 %; acknowledgements are lost, too.
    expect(lab.packets().multicastBytes / 150_000).toBeLessThan(2);
  });
});
