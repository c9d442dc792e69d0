import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const PROGRAM = join(import.meta.dirname, '../../src-main/cli.ts');
const LOOPBACK = '127.0.0.1';
const PATIENCE_MS = 30_000;

let folder: string;
let ends: (() => Promise<unknown>)[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tutti-tftp-'));
  mkdirSync(join(folder, 'root'));
  writeFileSync(join(folder, 'root', 'song.wav'), 'la '.repeat(10_000));
  ends = [];
});
afterEach(async () => {
  await Promise.all(ends.map((end) => end()));
  rmSync(folder, { recursive: true, force: true });
});

/** A command under way: it can use the loopback interface only. */
function start(...args: string[]) {
  const env = { ...process.env, TUTTI_INTERFACE: LOOPBACK };
  const child = spawn(process.execPath, ['--import', 'tsx', PROGRAM, 'tftp', ...args], { env, timeout: PATIENCE_MS });
  const lines: string[] = [];
  const errors: string[] = [];
  const reader = createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  child.stderr.setEncoding('utf8').on('data', (text: string) => errors.push(text));
  const ended = once(child, 'close').then(() => ({ code: child.exitCode, lines, stderr: errors.join('') }));
  ends.push(() => {
    child.kill('SIGKILL');
    return ended;
  });
  return { child, ended, lines, firstLine: once(reader, 'line').then(([line]) => String(line)) };
}

const run = (...args: string[]) => start(...args).ended;
const serve = (...args: string[]) =>
  start(
    'serve',
    '--root',
    join(folder, 'root'),
    '--listen',
    `${LOOPBACK}:0`,
    '--interface',
    LOOPBACK,
    '--ttl',
    '0',
    ...args,
  );

/** The port that `serve --json` has opened. */
async function portOf({ firstLine }: ReturnType<typeof serve>): Promise<number> {
  const event: unknown = JSON.parse(await firstLine);
  expect(event).toMatchObject({
    event: 'listening',
    address: LOOPBACK,
    root: join(folder, 'root'),
    at: expect.any(Number),
  });
  return (event as { port: number }).port;
}

describe('tutti tftp', () => {
  it('serves, and fetches, with an event for each step', async () => {
    const server = serve('--json', '--delay', '0');
    const out = join(folder, 'out');
    mkdirSync(out);
    const place = `${LOOPBACK}:${await portOf(server)}`;
    const { code, lines, stderr } = await run(
      'get',
      place,
      'song.wav',
      '--multicast',
      '--blksize',
      '1428',
      '--out',
      out,
      '--json',
    );
    expect([code, stderr]).toEqual([0, '']);
    const told = lines.map((line) => JSON.parse(line) as { event: string });
    expect(told.map(({ event }) => event).filter((event) => event !== 'progress')).toEqual(['session', 'role', 'done']);
    expect(told.at(-1)).toMatchObject({ path: join(out, 'song.wav'), bytes: 30_000 });
    expect(readFileSync(join(out, 'song.wav'), 'utf8')).toBe('la '.repeat(10_000));
    server.child.kill('SIGINT');
    const ended = await server.ended;
    expect(ended.code).toBe(0);
    const events = ended.lines.map((line) => (JSON.parse(line) as { event: string }).event);
    expect(events).toEqual(expect.arrayContaining(['listening', 'session', 'client', 'done']));
  });

  it('speaks to people on a pipe', async () => {
    const server = serve('--json');
    const place = `${LOOPBACK}:${await portOf(server)}`;
    const out = join(folder, 'mine.wav');
    const { code, lines } = await run('get', place, 'song.wav', '--out', out);
    expect(code).toBe(0);
    expect(lines.at(-1)).toBe(`Complete: ${out}.`);
    const second = serve();
    expect(await second.firstLine).toMatch(/^Devices can read .+root by TFTP at 127\.0\.0\.1:\d+\.$/);
  });

  it('says why it fails, and ends with 1, or 2 where it cannot be understood', async () => {
    const server = serve('--json');
    const { code, lines } = await run(
      'get',
      `${LOOPBACK}:${await portOf(server)}`,
      'nothing.wav',
      '--out',
      join(folder, 'x'),
      '--json',
    );
    expect(code).toBe(1);
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({
      event: 'failed',
      reason: expect.stringContaining('nothing.wav'),
    });
    const nowhere = await run('serve', '--root', join(folder, 'nowhere'), '--listen', `${LOOPBACK}:0`);
    expect([nowhere.code, nowhere.stderr]).toEqual([
      1,
      expect.stringContaining('is not there: choose another folder.'),
    ]);
  });
});
