import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isRequired } from '../lab/requirements';
import { CliProgram } from './cli-program';
import { NatsServer, natsProblem } from './nats-server';

const problem = natsProblem();
if (problem !== undefined && isRequired('interop')) throw new Error(`TUTTI_REQUIRE demands interop, but ${problem}.`);

const SUBJECT = 'studio-a.takes';

let folder: string;
let server: NatsServer;
const programs: CliProgram[] = [];

describe.skipIf(problem !== undefined)(problem ?? 'tutti channel', () => {
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tutti-channel-'));
    server = await NatsServer.start(folder);
  });

  afterEach(async () => {
    for (const program of programs.splice(0)) await program.kill();
    await server.kill();
    rmSync(folder, { recursive: true, force: true });
  });

  function channel(command: string, ...args: readonly string[]): CliProgram {
    const program = new CliProgram(['channel', command, ...args, '--bus', server.url, '--json']);
    programs.push(program);
    return program;
  }

  const publish = (...args: string[]) => channel('publish', SUBJECT, '--state', join(folder, 'publisher'), ...args);
  const listen = (name: string, ...args: string[]) =>
    channel('subscribe', SUBJECT, '--stdout', '--trust-on-first-use', '--state', join(folder, name), ...args);
  const inbox = (name: string) => join(folder, name);
  const collect = (name: string, ...args: string[]) =>
    channel('subscribe', SUBJECT, '--dir', inbox(name), '--trust-on-first-use', ...args);
  const take = (name: string, bytes: number) => {
    mkdirSync(join(folder, 'takes'), { recursive: true });
    writeFileSync(join(folder, 'takes', name), randomBytes(bytes));
  };

  test('two programs are a pipe: what one reads the other writes, in order and to its end', async () => {
    const song = randomBytes(3_000_000);
    const publisher = publish('--stdin', '--packet', '1000');
    await publisher.until('was connected', () =>
      publisher.events().some(({ event, state }) => event === 'archive' && state === 'on'),
    );
    const listeners = [listen('a', '--from', 'beginning'), listen('b', '--from', 'beginning')];
    publisher.feed(song);
    expect(await publisher.exitCode()).toBe(0);
    for (const listener of listeners) {
      expect(await listener.exitCode()).toBe(0);
      expect(sha256(Buffer.concat(listener.output))).toBe(sha256(song));
      expect(listener.events('errors').at(-1)).toMatchObject({ event: 'ended', subject: SUBJECT });
    }
    const published = publisher.events().filter(({ event }) => event === 'published');
    expect(published.at(-1)).toMatchObject({ last: 2_999 });
  });

  test('a folder is the same everywhere, although a subscriber, the publisher and the server are killed', async () => {
    take('One.wav', 2_000_000);
    take('Two.wav', 300);
    const [a, b] = [collect('a', '--from', 'beginning'), collect('b', '--from', 'beginning')];
    const publisher = publish('--watch', join(folder, 'takes'));
    await b.until('had a part of a file', () => partIn(inbox('b')));
    await b.kill();
    const again = collect('b');
    await server.kill();
    take('Three.wav', 1_000_000);
    await publisher.until('kept a file', () => sentBy(publisher).includes('Three.wav'));
    await publisher.kill();
    const later = publish('--watch', join(folder, 'takes'));
    take('Four.wav', 100_000);
    await later.until('kept another', () => sentBy(later).includes('Four.wav'));
    await server.start();
    await again.until('had everything', () => isSame(inbox('b'), join(folder, 'takes')));
    await a.until('had everything', () => isSame(inbox('a'), join(folder, 'takes')));
    for (const program of [a, again]) {
      expect(program.events().filter(({ event }) => event === 'lost')).toEqual([]);
      program.interrupt();
      expect(await program.exitCode()).toBe(0);
    }
    expect(sentBy(later)).not.toContain('One.wav');
  });

  test('who comes late gets what comes, and from the beginning what was', async () => {
    take('Old.wav', 50_000);
    const publisher = publish('--watch', join(folder, 'takes'));
    await publisher.until('sent the file', () => publisher.events().some(({ event }) => event === 'archived'));
    await publisher.until('sent the file', () => sentBy(publisher).includes('Old.wav'));
    const late = collect('late');
    await late.until('listened', () => existsSync(join(inbox('late'), '.tutti', 'channels')));
    const all = collect('all', '--from', 'beginning');
    await all.until('had the file', () => existsSync(join(inbox('all'), 'Old.wav')));
    take('New.wav', 50_000);
    await late.until('had the new file', () => existsSync(join(inbox('late'), 'New.wav')));
    await all.until('had the new file', () => existsSync(join(inbox('all'), 'New.wav')));
    expect(existsSync(join(inbox('late'), 'Old.wav'))).toBe(false);
  });
});

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function sentBy(program: CliProgram): unknown[] {
  return program.events().flatMap(({ event, state, path }) => (event === 'file' && state === 'sent' ? [path] : []));
}

function partIn(inbox: string): boolean {
  const parts = join(inbox, '.tutti', 'incoming');
  return existsSync(parts) && readdirSync(parts).length > 0;
}

function isSame(a: string, b: string): boolean {
  return JSON.stringify(digests(a)) === JSON.stringify(digests(b));
}

function digests(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((entry) => join(entry.parentPath, entry.name)).filter((path) => !path.includes('.tutti'));
  return paths.map((path) => `${path.slice(folder.length)} ${sha256(readFileSync(path))}`).sort();
}
