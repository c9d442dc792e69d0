import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CARD, runInside } from '../lab/topology';
import { describeInterop, expectFetched, openDevicesLab } from './interop-test';
import { atftp, busybox, curl, type Peer, tftpHpa } from './peers';

const PEERS: readonly (readonly [name: string, peer: Peer, blksize: number])[] = [
  ['atftp', atftp(), 512],
  ['atftp with options', atftp('blksize 1000', 'tsize 0', 'timeout 2'), 1000],
  ['atftp with a window', atftp('blksize 1024', 'windowsize 8'), 1024],
  ['tftp-hpa', tftpHpa('binary'), 512],
  ['curl', curl(), 512],
  ['curl with a large block size', curl('--tftp-blksize', '8192'), 8192],
  ['curl without options', curl('--tftp-no-options'), 512],
  ['BusyBox', busybox(), 512],
  ['BusyBox with a block size', busybox('-b', '1400'), 1400],
];
/** What counts is the numbers of the blocks. BusyBox has its request fit into one, too. */
const SMALL = 64;
/** 135,000 blocks leave one after the other, each when the one before is acknowledged: a busy machine may take a ms for each. */
const END_MS = 300_000;

describeInterop('clients that fetch alone', () => {
  test.for(PEERS)('%s: empty, ragged and whole numbers of blocks', async ([, peer, blksize], context) => {
    const sizes = [0, 1, blksize - 1, blksize, blksize + 1, 40 * blksize];
    const lab = openDevicesLab(context, sizes.length);
    const files = sizes.map((size) => lab.file(`${size}.wav`, size));
    const server = await lab.serve();
    const fetched = sizes.map((size, i) => lab.fetch(i + 1, peer, `${size}.wav`));
    for (const [i, one] of fetched.entries()) await expectFetched(files[i] ?? '', [one]);
    for (const size of sizes) await server.waitFor('session', ({ file }) => file === `${size}.wav`);
    expect(lab.packets().multicast).toBe(0);
  });

  test('65,535 blocks, one more, and far beyond the block number’s end', { timeout: END_MS }, async (context) => {
    const lab = openDevicesLab(context, 3);
    await lab.serve();
    const small = [
      { blocks: 65_535, peer: atftp(`blksize ${SMALL}`, 'windowsize 64') },
      { blocks: 65_536, peer: curl('--tftp-blksize', String(SMALL)) },
      { blocks: 70_000, peer: busybox('-b', String(SMALL)) },
    ];
    const files = small.map(({ blocks }) => lab.file(`${blocks}.wav`, blocks * SMALL - 1));
    const fetched = small.map(({ blocks, peer }, i) => lab.fetch(i + 1, peer, `${blocks}.wav`));
    for (const [i, one] of fetched.entries()) await expectFetched(files[i] ?? '', [one], END_MS);
  });

  test.for([
    ['tftp-hpa', tftpHpa('ascii')],
    ['atftp', atftp('mode netascii')],
  ] as const)('%s gets text as text', async ([, peer], context) => {
    const lab = openDevicesLab(context, 1);
    const text = `${'One line of a programme.\n'.repeat(60)}a bare \r, and\n\n`;
    writeFileSync(join(lab.directory, 'root', 'programme.txt'), text);
    await lab.serve();
    const { program, path } = lab.fetch(1, peer, 'programme.txt');
    expect(await program.exitCode(), program.output).toBe(0);
    expect(readFileSync(path, 'latin1')).toBe(text);
  });

  test('what is not there, and what leads out, is told as RFC 1350 says', async (context) => {
    const lab = openDevicesLab(context, 2);
    lab.file('song.wav', 1000);
    writeFileSync(join(lab.directory, 'secret.txt'), 'secret');
    const server = await lab.serve();
    const lost = lab.fetch(1, atftp(), 'nothing.wav');
    const sly = lab.fetch(2, atftp(), '../secret.txt');
    expect(await lost.program.exitCode()).not.toBe(0);
    expect(await sly.program.exitCode()).not.toBe(0);
    expect(await server.waitFor('refused', ({ file }) => file === 'nothing.wav')).toMatchObject({ code: 1 });
    expect(await server.waitFor('refused', ({ file }) => file === '../secret.txt')).toMatchObject({ code: 2 });
    expect(server.all('session')).toEqual([]);
  });

  test('whoever is not of this network hears nothing, whatever it asks for', async (context) => {
    const lab = openDevicesLab(context, 1);
    const file = lab.file('song.wav', 1000);
    const server = await lab.serve();
    const elsewhere = '192.0.2.7';
    runInside(lab.device(1), 'ip', ['addr', 'add', `${elsewhere}/32`, 'dev', CARD]);
    runInside(lab.server, 'ip', ['route', 'add', `${elsewhere}/32`, 'dev', CARD]);
    const stranger = lab.fetch(1, curl('--interface', elsewhere, '--max-time', '3'), 'song.wav');
    expect(await stranger.program.exitCode()).not.toBe(0);
    expect(lab.packets().unicast).toBe(0);
    expect(server.all('refused')).toEqual([]);
    await expectFetched(file, [lab.fetch(1, curl(), 'song.wav')]);
  });
});
