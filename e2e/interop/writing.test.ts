import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeFile, sha256 } from '../lab/files';
import { PORT } from './devices-lab';
import { describeInterop, openDevicesLab } from './interop-test';

type Put = (from: string, name: string, host: string) => [command: string, args: string[]];

const PEERS: readonly (readonly [name: string, put: Put])[] = [
  ['atftp', (from, name, host) => ['atftp', ['-p', '-l', from, '-r', name, host, String(PORT)]]],
  ['tftp-hpa', (from, name, host) => ['tftp', ['-m', 'binary', host, String(PORT), '-c', 'put', from, name]]],
  ['curl', (from, name, host) => ['curl', ['--silent', '--show-error', '-T', from, `tftp://${host}:${PORT}/${name}`]]],
  [
    'BusyBox',
    (from, name, host) => ['busybox', ['tftp', '-p', '-b', '1400', '-l', from, '-r', name, host, String(PORT)]],
  ],
];

describeInterop('clients that write', () => {
  test('new files only, to the folder for it', async (context) => {
    const sizes = [0, 512, 200_001];
    const lab = openDevicesLab(context, sizes.length);
    lab.file('song.wav', 1);
    const written = join(lab.directory, 'written');
    const server = await lab.serve(['--write-to', written]);
    for (const [peer, put] of PEERS) {
      const files = sizes.map((size) => makeFile(lab.directory, `from-${peer}-${size}`, size));
      const names = sizes.map((size) => `${peer}-${size}.wav`);
      const writing = files.map((from, i) => lab.run(i + 1, ...put(from, names[i] ?? '', lab.server.address)));
      for (const [i, program] of writing.entries()) {
        expect(await program.exitCode(), program.output).toBe(0);
        expect(sha256(join(written, names[i] ?? ''))).toBe(sha256(files[i] ?? ''));
      }
    }
    const before = readdirSync(written).length;
    const again = lab.run(1, 'curl', [
      '--silent',
      '-T',
      join(lab.directory, 'from-curl-512'),
      `tftp://${lab.server.address}:${PORT}/atftp-0.wav`,
    ]);
    expect(await again.exitCode()).not.toBe(0);
    expect(await server.waitFor('refused')).toMatchObject({ file: 'atftp-0.wav', code: 6 });
    expect(readdirSync(written)).toHaveLength(before);
  });

  test('nothing, where the server has no folder for it', async (context) => {
    const lab = openDevicesLab(context, 1);
    const from = makeFile(lab.root, 'song.wav', 1000);
    const server = await lab.serve();
    const program = lab.run(1, 'atftp', ['-p', '-l', from, '-r', 'other.wav', lab.server.address, String(PORT)]);
    expect(await program.exitCode()).not.toBe(0);
    expect(await server.waitFor('refused')).toMatchObject({ file: 'other.wav', code: 2 });
    expect(readdirSync(lab.root)).toEqual(['song.wav']);
  });
});
