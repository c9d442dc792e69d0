import { createHash, randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { DeviceClientEvent, DeviceServerEvent } from '../../src-shared/ipc/device-events';
import { readPacket, writeAck, writeData } from '../tftp/packets';
import { ErrorCode } from '../tftp/tftp-error';
import { DeviceServer, DeviceServerError, type DeviceServerOptions } from './device-server';
import { TftpGet, type TftpGetOptions } from './tftp-get';

const LOOPBACK = '127.0.0.1';
const PATIENCE = { timeout: 20_000, interval: 10 };

let base: string;
let root: string;
let servers: DeviceServer[];

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'tutti-devices-'));
  root = join(base, 'root');
  mkdirSync(root);
  servers = [];
});
afterEach(async () => {
  await Promise.all(servers.map((server) => server.close()));
  rmSync(base, { recursive: true, force: true });
});

interface Serving {
  readonly server: DeviceServer;
  readonly events: DeviceServerEvent[];
  readonly port: number;
}

async function serve(options: Partial<DeviceServerOptions> = {}): Promise<Serving> {
  const events: DeviceServerEvent[] = [];
  const server = await DeviceServer.open({
    root,
    listen: { host: LOOPBACK, port: 0 },
    interface: LOOPBACK,
    groups: '239.255.69.200-239.255.69.203',
    ttl: 0,
    delayMs: 0,
    onEvent: (event) => events.push(event),
    ...options,
  });
  servers.push(server);
  return { server, events, port: server.snapshot().port ?? 0 };
}

interface Got {
  readonly ok: boolean;
  readonly events: DeviceClientEvent[];
  readonly out: string;
}

async function open(port: number, file: string, options: Partial<TftpGetOptions> = {}) {
  const events: DeviceClientEvent[] = [];
  const out = options.out ?? join(base, `got-${randomBytes(4).toString('hex')}`);
  const server = { host: LOOPBACK, port };
  const onEvent = (event: DeviceClientEvent) => events.push(event);
  const get = await TftpGet.open({ server, file, multicast: false, ...options, out, onEvent });
  return { get, events, out };
}

async function fetch(port: number, file: string, options: Partial<TftpGetOptions> = {}): Promise<Got> {
  const { get, events, out } = await open(port, file, options);
  return { ok: await get.finished(), events, out };
}

/** Makes a file of random bytes to share, and gives its digest. */
function share(name: string, size: number): string {
  const bytes = randomBytes(size);
  writeFileSync(join(root, name), bytes);
  return createHash('sha256').update(bytes).digest('hex');
}

function reasonsOf(events: readonly DeviceClientEvent[]): string[] {
  return events.flatMap((event) => (event.event === 'failed' ? [event.reason] : []));
}

describe('a file for one device', () => {
  it.each([
    [0, {}],
    [511, {}],
    [512, {}],
    [1_000_000, { blksize: 1428 }],
    [1_000_000, { blksize: 8192, windowsize: 16 }],
    [300_000, { blksize: 65_464, windowsize: 4, timeout: 2 }],
  ] as const)('of %i bytes arrives with %j', async (size, options) => {
    const sha256 = share('song.wav', size);
    const { server, events, port } = await serve();
    const got = await fetch(port, 'song.wav', options);
    expect(got.ok, JSON.stringify(got.events)).toBe(true);
    expect(got.events.at(-1)).toMatchObject({ event: 'done', path: got.out, bytes: size, sha256 });
    expect(createHash('sha256').update(readFileSync(got.out)).digest('hex')).toBe(sha256);
    await vi.waitFor(() => expect(events.at(-1)).toMatchObject({ event: 'done', ok: true, complete: 1 }), PATIENCE);
    const [session] = server.snapshot().sessions;
    expect(session).toMatchObject({ file: 'song.wav', bytes: size, group: null, state: 'done', progress: 1 });
    expect(session?.clients).toMatchObject([{ role: 'unicast', state: 'complete', progress: 1 }]);
  });

  it('is told why it cannot be, and leaves nothing behind', async () => {
    const { server, events, port } = await serve();
    const got = await fetch(port, 'nothing.wav', { out: join(base, 'out', 'nothing.wav') });
    expect(got.ok).toBe(false);
    expect(reasonsOf(got.events)).toEqual([
      expect.stringContaining('There is no such file in the shared folder: nothing.wav'),
    ]);
    expect(readdirSync(join(base, 'out'))).toEqual([]);
    expect(events.at(-1)).toMatchObject({ event: 'refused', file: 'nothing.wav', code: ErrorCode.notFound });
    expect(server.snapshot().refusals).toMatchObject([
      { file: 'nothing.wav', why: expect.stringContaining('no such file') },
    ]);
  });

  it('goes beside what has its name already', async () => {
    share('song.wav', 1000);
    const { port } = await serve();
    const out = join(base, 'song.wav');
    writeFileSync(out, 'mine');
    const got = await fetch(port, 'song.wav', { out });
    expect(got.events.at(-1)).toMatchObject({ event: 'done', path: join(base, 'song (2).wav') });
    expect(readFileSync(out, 'utf8')).toBe('mine');
  });

  it('that changes while it is sent stops, and nobody keeps a mixture', async () => {
    share('take.wav', 30_000_000);
    const { events, port } = await serve();
    const { get, events: told, out } = await open(port, 'take.wav');
    await vi.waitFor(() => expect(told.some(({ event }) => event === 'progress')).toBe(true), PATIENCE);
    appendFileSync(join(root, 'take.wav'), 'one more bar');
    expect(await get.finished()).toBe(false);
    expect(reasonsOf(told)).toEqual([expect.stringContaining('This changed while it was being sent: take.wav')]);
    expect(readdirSync(base).filter((name) => out.endsWith(name) || name.startsWith('.tutti'))).toEqual([]);
    expect(events.at(-1)).toMatchObject({ event: 'done', ok: false });
  });

  it('is given up by whoever fetches it', async () => {
    share('song.wav', 30_000_000);
    const { events, port } = await serve();
    const { get, events: told } = await open(port, 'song.wav');
    await vi.waitFor(() => expect(told.some(({ event }) => event === 'progress')).toBe(true), PATIENCE);
    get.abort();
    expect(await get.finished()).toBe(false);
    await vi.waitFor(() => expect(events.at(-1)).toMatchObject({ event: 'done', ok: false, complete: 0 }), PATIENCE);
  });
});

describe('a file for several devices', () => {
  it('goes by multicast once for all', async () => {
    const sha256 = share('song.wav', 500_000);
    const { events, port } = await serve({ delayMs: 500 });
    const gets = await Promise.all([1, 2, 3].map(() => fetch(port, 'song.wav', { multicast: true, blksize: 1428 })));
    for (const got of gets)
      expect(got.events.at(-1), JSON.stringify(got.events)).toMatchObject({ event: 'done', sha256 });
    await vi.waitFor(() => expect(events.at(-1)).toMatchObject({ event: 'done', clients: 3, complete: 3 }), PATIENCE);
    expect(events.filter(({ event }) => event === 'session')).toMatchObject([
      { group: expect.stringMatching(/^239\.255\.69\.20\d:\d+$/) },
    ]);
    const done = events.at(-1);
    expect(done?.event === 'done' && done.sentBlocks - done.resentBlocks).toBe(351);
  });

  it('is over for all of them when the server closes', async () => {
    share('song.wav', 30_000_000);
    const { server, port } = await serve({ delayMs: 300 });
    const gets = await Promise.all([1, 2].map(() => open(port, 'song.wav', { multicast: true })));
    for (const { events } of gets)
      await vi.waitFor(() => expect(events.some(({ event }) => event === 'progress')).toBe(true), PATIENCE);
    await server.close();
    for (const { get, events } of gets) {
      expect(await get.finished()).toBe(false);
      expect(reasonsOf(events)).toEqual([expect.stringContaining('The server stops')]);
    }
  });
});

describe('writing', () => {
  const writeRequest = Buffer.concat([Buffer.from([0, 2]), Buffer.from('take.wav\0octet\0')]);

  /** A device that writes one file in blocks of 512 bytes. @returns the codes of the ERRORs that it gets */
  async function write(port: number, bytes: Buffer): Promise<number[]> {
    const socket = createSocket('udp4');
    try {
      socket.send(writeRequest, port, LOOPBACK);
      for (let block = 0; ; block++) {
        const [answer, from]: [Buffer, { port: number }] = (await once(socket, 'message')) as never;
        const packet = readPacket(answer);
        if (packet.kind === 'error') return [packet.code];
        expect(answer).toEqual(Buffer.from(writeAck(block)));
        if (block * 512 > bytes.length) return [];
        socket.send(writeData(block + 1, bytes.subarray(block * 512, block * 512 + 512)), from.port, LOOPBACK);
      }
    } finally {
      socket.close();
    }
  }

  it('is refused', async () => {
    const { events, port } = await serve();
    expect(await write(port, Buffer.alloc(10))).toEqual([ErrorCode.accessViolation]);
    expect(events.at(-1)).toMatchObject({ event: 'refused', file: 'take.wav', code: ErrorCode.accessViolation });
    expect(readdirSync(root)).toEqual([]);
  });

  it.each([0, 511, 512, 5000])('%i bytes go to the folder for it, once', async (size) => {
    const writeFolder = join(base, 'written');
    const { port } = await serve({ writeFolder });
    const bytes = randomBytes(size);
    expect(await write(port, bytes)).toEqual([]);
    await vi.waitFor(() => expect(readdirSync(writeFolder)).toEqual(['take.wav']), PATIENCE);
    expect(readFileSync(join(writeFolder, 'take.wav')).equals(bytes)).toBe(true);
    expect(await write(port, bytes)).toEqual([ErrorCode.exists]);
  });
});

describe('a server', () => {
  it('says where it is', async () => {
    const { server, events, port } = await serve();
    expect(events).toEqual([{ event: 'listening', address: LOOPBACK, port, root }]);
    expect(server.snapshot()).toEqual({
      state: 'on',
      folder: root,
      address: LOOPBACK,
      port,
      sessions: [],
      refusals: [],
    });
  });

  it('says that its port is in use', async () => {
    const { port } = await serve();
    await expect(serve({ listen: { host: LOOPBACK, port } })).rejects.toThrow(DeviceServerError);
    await expect(serve({ listen: { host: LOOPBACK, port } })).rejects.toThrow(
      'another TFTP server runs on this computer',
    );
  });

  it('says that its folder is gone', async () => {
    await expect(serve({ root: join(base, 'nowhere') })).rejects.toThrow('is not there: choose another folder.');
  });

  it('serves by IPv6, to one device at a time', async () => {
    const sha256 = share('song.wav', 10_000);
    const { events, port } = await serve({ listen: { host: '::1', port: 0 } });
    const got = await fetch(port, 'song.wav', { server: { host: '::1', port }, multicast: true });
    expect(got.events.at(-1), JSON.stringify(got.events)).toMatchObject({ event: 'done', sha256 });
    expect(events.find(({ event }) => event === 'session')).toMatchObject({ group: null });
  });

  it('serves by IPv4 too where it listens at all addresses of IPv6', async () => {
    const sha256 = share('song.wav', 10_000);
    const { port } = await serve({ listen: { host: '::', port: 0 } });
    const got = await fetch(port, 'song.wav');
    expect(got.events.at(-1), JSON.stringify(got.events)).toMatchObject({ event: 'done', sha256 });
  });
});
