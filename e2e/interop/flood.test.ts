import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PORT } from './devices-lab';
import { describeInterop, expectFetched, openDevicesLab } from './interop-test';
import { atftp, curl } from './peers';

const FLOOD = join(import.meta.dirname, 'flood.ts');
const PACKETS = 100_000;
const SEED = 6097;
/** What a process may grow by while it is flooded: buffers of sessions, and what is not collected yet. */
const GROWTH_BYTES = 80e6;

describeInterop('a flood', () => {
  test(`of ${PACKETS} random packets: the server goes on serving, and does not grow`, async (context) => {
    const lab = openDevicesLab(context, 2);
    const file = lab.file('song.wav', 300_000);
    const server = await lab.serve();
    const before = residentBytes(server.pid);
    const what = [lab.server.address, PORT, PACKETS, SEED].map(String);
    const flood = lab.run(1, process.execPath, ['--import', import.meta.resolve('tsx'), FLOOD, ...what]);
    await expectFetched(file, [lab.fetch(2, atftp('blksize 1428'), 'song.wav')]);
    expect(await flood.exitCode(60_000), flood.output).toBe(0);
    await expectFetched(file, [lab.fetch(2, atftp('blksize 1428'), 'song.wav')]);
    expect(server.hasExited).toBe(false);
    expect(residentBytes(server.pid) - before).toBeLessThan(GROWTH_BYTES);
    expect(server.all('refused').length, 'packets that were answered with an ERROR').toBeGreaterThan(0);
  });

  test('of requests without a source port: nobody can be answered, and the others are', async (context) => {
    const lab = openDevicesLab(context, 2);
    const file = lab.file('song.wav', 1000);
    const server = await lab.serve();
    lab.hideSourcePort(1);
    const { program: reader } = lab.fetch(1, curl('--max-time', '2'), 'song.wav');
    const writer = lab.run(1, 'curl', ['--max-time', '2', '-T', file, `tftp://${lab.server.address}:${PORT}/take.wav`]);
    for (const program of [reader, writer]) expect(await program.exitCode(), program.output).not.toBe(0);
    await expectFetched(file, [lab.fetch(2, atftp(), 'song.wav')]);
    expect(server.hasExited).toBe(false);
    expect(server.all('client').filter(({ address }) => address.startsWith(lab.device(1).address))).toEqual([]);
  });
});

/** Resident memory of a process, in bytes (proc(5)). */
function residentBytes(pid: number): number {
  const line = /^VmRSS:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(line?.[1]) * 1024;
}
