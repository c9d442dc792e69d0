import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { sha256 } from '../lab/files';
import type { DeviceClient } from './devices-lab';
import { ATFTPD, DNSMASQ } from './foreign-servers';
import { describeInterop, expectFetched, openDevicesLab } from './interop-test';
import { atftp } from './peers';

const SIZE = 400_000;
const BLKSIZE = 1428;

describeInterop('tutti tftp get', () => {
  test.for([
    ['one block at a time', []],
    ['large blocks', ['--blksize', '8192']],
    ['a window', ['--blksize', '1024', '--windowsize', '16']],
  ] as const)('from atftpd: %s', async ([, options], context) => {
    const lab = openDevicesLab(context, 1);
    const file = lab.file('song.wav', SIZE);
    await ATFTPD.start(lab);
    await expectGot(file, [lab.get(1, 'song.wav', options)]);
  });

  test('from atftpd by multicast: three take part in one session', async (context) => {
    const lab = openDevicesLab(context, 3);
    const size = 16_000_000;
    const file = lab.file('song.wav', size);
    await ATFTPD.start(lab);
    // Some four seconds for the file: time for three programs to start.
    lab.limitBandwidth(30);
    const options = ['--multicast', '--blksize', String(BLKSIZE)];
    await expectGot(
      file,
      [1, 2, 3].map((device) => lab.get(device, 'song.wav', options)),
    );
    // atftpd starts at once: who comes a moment later gets the beginning afterwards. On their own they would cost three files.
    expect(lab.packets().multicastBytes / size).toBeLessThan(2.9);
  });

  test('from dnsmasq, which knows no multicast: by unicast, as if it had not been asked', async (context) => {
    const lab = openDevicesLab(context, 1);
    const file = lab.file('song.wav', SIZE);
    await DNSMASQ.start(lab);
    const client = lab.get(1, 'song.wav', ['--multicast', '--blksize', String(BLKSIZE)], DNSMASQ.port);
    await expectGot(file, [client]);
    expect(client.all('session')).toMatchObject([{ group: null, blksize: BLKSIZE, bytes: SIZE }]);
    expect(lab.packets().multicast).toBe(0);
  });

  test('in one session with atftp, losing 2 %', async (context) => {
    const lab = openDevicesLab(context, 4);
    const file = lab.file('song.wav', SIZE);
    const server = await lab.serve(['--delay', '6000']);
    for (const device of [2, 4]) lab.lose(device, 0.02);
    const options = ['--multicast', '--blksize', String(BLKSIZE)];
    const ours = [];
    const others = [];
    for (const device of [1, 3]) {
      others.push(lab.fetch(device, atftp('multicast', `blksize ${BLKSIZE}`), 'song.wav'));
      await sleep(100);
      ours.push(lab.get(device + 1, 'song.wav', options));
    }
    await expectFetched(file, others);
    await expectGot(file, ours);
    expect(server.all('session')).toHaveLength(1);
    expect(await server.waitFor('done')).toMatchObject({ ok: true, clients: 4, complete: 4 });
    expect(lab.packets().multicastBytes / SIZE).toBeLessThan(1.3);
  });

  test('is told by atftpd what is not there', async (context) => {
    const lab = openDevicesLab(context, 1);
    lab.file('song.wav', 10);
    await ATFTPD.start(lab);
    const client = lab.get(1, 'nothing.wav');
    expect(await client.exitCode()).toBe(1);
    expect(client.all('failed')).toMatchObject([{ reason: expect.stringMatching(/not found/i) }]);
  });
});

async function expectGot(
  original: string,
  clients: readonly (DeviceClient & { readonly path: string })[],
): Promise<void> {
  for (const client of clients) {
    expect(await client.exitCode(), client.transcript.join('\n')).toBe(0);
    expect(sha256(client.path)).toBe(sha256(original));
    expect(client.all('done')).toMatchObject([{ path: client.path, sha256: sha256(original) }]);
  }
}
