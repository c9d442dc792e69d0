import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect as connectTcp, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { MAX_HELLO_BYTES } from '../../src-shared/wire/limits';
import type { Hello, StudentMessage } from '../../src-shared/wire/messages';
import type { Progress } from '../../src-shared/wire/progress';
import { PROTOCOL_VERSION } from '../../src-shared/wire/session-messages';
import { type Identity, loadIdentity } from '../security/identity';
import { ConnectError, connectControl, UntrustedTeacherError } from './control-client';
import type { CloseReason, StudentConnection, TeacherConnection } from './control-connection';
import { type ControlServer, type ControlServerOptions, ListenError, listenControl } from './control-server';
import { encodeMessage, type Frame, FrameDecoder } from './frame-codec';
import { ManualClock } from './manual-clock';

const HELLO: Hello = { type: 'hello', version: PROTOCOL_VERSION, name: 'Ana\u001b[31m', held: [] };
const PONG: StudentMessage = { type: 'leave', reason: 'bye' };

let folder: string;
let teacher: Identity;
let ana: Identity;
let ben: Identity;
const cleanups: (() => unknown)[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tutti-control-'));
  [teacher, ana, ben] = await Promise.all([
    loadIdentity(join(folder, 'teacher')),
    loadIdentity(join(folder, 'ana')),
    loadIdentity(join(folder, 'ben')),
  ]);
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

interface Enrolled {
  readonly connection: StudentConnection;
  readonly hello: Hello;
  readonly messages: [StudentMessage, Uint8Array][];
  readonly progress: Progress[];
  closed?: CloseReason;
}

async function openRoom(
  options: Partial<ControlServerOptions> = {},
): Promise<{ server: ControlServer; students: Enrolled[] }> {
  const students: Enrolled[] = [];
  const server = await listenControl({
    host: '127.0.0.1',
    port: 0,
    identity: teacher,
    room: 'Room 7',
    admit: 'anyone',
    onStudent: (connection, hello) => {
      const student: Enrolled = { connection, hello, messages: [], progress: [] };
      students.push(student);
      return {
        onMessage: (message, attachment) => student.messages.push([message, attachment]),
        onProgress: (progress) => student.progress.push(progress),
        onClose: (reason) => {
          student.closed = reason;
        },
      };
    },
    ...options,
  });
  cleanups.push(() => server.close());
  return { server, students };
}

function enrol(server: ControlServer, identity: Identity, extra: Partial<Parameters<typeof connectControl>[0]> = {}) {
  const { host, port } = server.address;
  return connectControl({ host, port, identity, hello: HELLO, trust: (fp) => fp === teacher.fingerprint, ...extra });
}

/** A peer that speaks TLS as a student does and then says whatever the test wants. */
async function openRaw(server: ControlServer, identity: Identity | undefined = ana): Promise<TLSSocket> {
  const { host, port } = server.address;
  const socket = connectTls({
    host,
    port,
    ...(identity && { cert: identity.certificatePem, key: identity.privateKeyPem }),
    ALPNProtocols: ['tutti/1'],
    rejectUnauthorized: false,
  });
  socket.on('error', () => {});
  cleanups.push(() => socket.destroy());
  await once(socket, 'secureConnect');
  return socket;
}

/** Everything that the other side says until it closes. */
async function readAll(socket: TLSSocket): Promise<unknown[]> {
  const decoder = new FrameDecoder();
  const frames: Frame[] = [];
  socket.on('data', (chunk: Buffer) => frames.push(...decoder.feed(chunk)));
  if (!socket.closed) await once(socket, 'close');
  return frames.map((frame) => (frame.kind === 'message' ? frame.body : frame));
}

function closing(connection: TeacherConnection): Promise<CloseReason> {
  return new Promise((onClose) => connection.attach({ onMessage: () => {}, onClose }));
}

describe('control channel', () => {
  it.each(['127.0.0.1', '::1'])('carries messages, attachments and progress both ways over %s', async (host) => {
    const { server, students } = await openRoom({ host });
    const { connection, welcome } = await enrol(server, ana);
    expect(welcome).toEqual({ type: 'welcome', version: PROTOCOL_VERSION, room: 'Room 7', student: ana.fingerprint });
    expect(connection).toMatchObject({ peerFingerprint: teacher.fingerprint, remoteAddress: host, localAddress: host });
    const [student] = students;
    expect(student?.hello.name).toBe('Ana [31m');
    expect(student?.connection).toMatchObject({ peerFingerprint: ana.fingerprint, remoteAddress: host });

    const attachment = Buffer.alloc(3_000_000, 'music');
    connection.attach({ onMessage: () => {} });
    connection.sendProgress({ transmission: 1, highest: 2, received: 3 });
    connection.send(PONG, attachment);
    await vi.waitFor(() => expect(student?.messages).toHaveLength(1));
    expect(student?.progress).toEqual([{ transmission: 1, highest: 2, received: 3 }]);
    expect(student?.messages[0]?.[0]).toEqual(PONG);
    expect(Buffer.compare(Buffer.from(student?.messages[0]?.[1] ?? []), attachment)).toBe(0);
  });

  it('keeps what follows the welcome until handlers are attached', async () => {
    const { server } = await openRoom({
      onStudent: (connection) => {
        for (let i = 0; i < 100; i++) connection.send({ type: 'cancel', transfer: '0'.repeat(16), reason: String(i) });
        connection.close();
        return { onMessage: () => {} };
      },
    });
    const { connection } = await enrol(server, ana);
    const reasons: string[] = [];
    await new Promise<void>((resolve) => {
      connection.attach({
        onMessage: (message) => message.type === 'cancel' && reasons.push(message.reason),
        onClose: () => resolve(),
      });
    });
    expect(reasons).toEqual(Array.from({ length: 100 }, (_, i) => String(i)));
  });

  it('says drain when there is room for more, so that fills can be pulled', async () => {
    const { server, students } = await openRoom();
    const { connection } = await enrol(server, ana);
    let left = 200;
    const fill = () => {
      while (left > 0 && connection.queuedBytes < 256 * 1024) {
        connection.send(PONG, Buffer.alloc(60_000));
        left--;
      }
    };
    connection.attach({ onMessage: () => {}, onDrain: fill });
    fill();
    expect(left).toBeGreaterThan(150);
    await vi.waitFor(() => expect(students[0]?.messages).toHaveLength(200), 20_000);
  });

  it('says nothing to a teacher with another certificate, and names both fingerprints', async () => {
    const { server, students } = await openRoom();
    const wrong = enrol(server, ana, { trust: () => false, trusted: [ben.fingerprint] });
    await expect(wrong).rejects.toThrow(UntrustedTeacherError);
    await expect(wrong).rejects.toMatchObject({ fingerprint: teacher.fingerprint });
    await expect(wrong).rejects.toThrow(/not of the teacher you trust; expected ([0-9A-F]{2}:){31}[0-9A-F]{2}, got /);
    await vi.waitFor(() => expect(server.refused).toBe(1));
    expect(students).toEqual([]);
  });

  it('tells a student of another version both versions', async () => {
    const { server, students } = await openRoom();
    // Another version's hello may have other fields: only its version counts.
    const other = { type: 'hello', version: 9, somethingNew: true } as unknown as Hello;
    const attempt = enrol(server, ana, { hello: other });
    await expect(attempt).rejects.toMatchObject({
      code: 'version',
      message: expect.stringMatching(/version 2 .*version 9/),
    });
    await expect(attempt).rejects.toThrow(ConnectError);
    expect(students).toEqual([]);
  });

  it('replaces the older connection of the same student', async () => {
    const { server, students } = await openRoom({ limits: { students: 1 } });
    const first = await enrol(server, ana);
    const closed = closing(first.connection);
    const second = await enrol(server, ana);
    expect(await closed).toMatchObject({ cause: 'fault', code: 'replaced' });
    expect(students[0]?.closed).toMatchObject({ cause: 'refused', code: 'replaced' });
    expect(second.connection.isOpen && students[1]?.connection.isOpen).toBe(true);
    await expect(enrol(server, ben)).rejects.toMatchObject({ code: 'busy' });
  });

  it('delivers the last words of both sides', async () => {
    const { server, students } = await openRoom();
    const { connection } = await enrol(server, ana);
    connection.send(PONG);
    connection.close();
    await vi.waitFor(() => expect(students[0]?.closed).toMatchObject({ cause: 'ended' }));
    expect(students[0]?.messages.map(([message]) => message)).toEqual([PONG]);

    const again = closing((await enrol(server, ana)).connection);
    await server.close();
    expect(await again).toMatchObject({ cause: 'ended' });
  });
});

describe('a hostile or broken student', () => {
  it.each<[string, Uint8Array, string]>([
    ['garbage', Buffer.from('GET / HTTP/1.1\r\n\r\n'), 'protocol'],
    [
      'a frame that is too long before the hello',
      Buffer.from((MAX_HELLO_BYTES + 1).toString(16).padStart(8, '0'), 'hex'),
      'protocol',
    ],
    ['another first message', encodeMessage(PONG), 'protocol'],
    ['a malformed hello', encodeMessage({ ...HELLO, name: '' }), 'protocol'],
    ['a hello of another version', encodeMessage({ ...HELLO, version: PROTOCOL_VERSION + 1 }), 'version'],
  ])('is told why and let go: %s', async (_, bytes, code) => {
    const { server, students } = await openRoom();
    const socket = await openRaw(server);
    socket.write(bytes);
    expect(await readAll(socket)).toMatchObject([{ type: 'fault', code }]);
    expect(students).toEqual([]);
  });

  it('is told why and let go after its hello, too', async () => {
    const { server, students } = await openRoom();
    const socket = await openRaw(server);
    socket.write(encodeMessage(HELLO));
    socket.write(encodeMessage({ type: 'of a later version' }));
    socket.write(encodeMessage({ type: 'report', transfer: '../../etc' }));
    expect(await readAll(socket)).toMatchObject([{ type: 'welcome' }, { type: 'fault', code: 'protocol' }]);
    expect(students[0]?.closed).toMatchObject({ cause: 'refused', code: 'protocol' });
  });

  it('does not get in without TLS, a certificate, or a hello in time', async () => {
    const { server, students } = await openRoom({ limits: { helloMs: 50 } });
    const plain = connectTcp(server.address);
    plain.on('error', () => {});
    plain.write('hello?');
    await once(plain, 'close');
    const anonymous = connectTls({ ...server.address, ALPNProtocols: ['tutti/1'], rejectUnauthorized: false });
    anonymous.on('error', () => {});
    await once(anonymous, 'close');
    await readAll(await openRaw(server));
    await vi.waitFor(() => expect(server.refused).toBe(3));
    expect(students).toEqual([]);
  });

  it('floods the door with 200 connections, and a student from elsewhere still enrols', async () => {
    const { server, students } = await openRoom({ limits: { handshakeMs: 300 } });
    const flood = Array.from({ length: 200 }, () => connectTcp(server.address));
    const closes = flood.map((socket) => {
      socket.on('error', () => {});
      return once(socket, 'close');
    });
    await Promise.all(flood.slice(0, 100).map((socket) => (socket.connecting ? once(socket, 'connect') : undefined)));
    if (process.platform === 'linux') {
      // All of 127.0.0.0/8 is this machine's on Linux: another address stands for another student.
      await enrol(server, ben, { localAddress: '127.0.0.2' });
      expect(students).toHaveLength(1);
    }
    await Promise.all(closes);
    await vi.waitFor(() => expect(server.refused).toBe(200));
    await enrol(server, ana);
    expect(students.at(-1)?.connection.peerFingerprint).toBe(ana.fingerprint);
  });

  it('stops reading, and is cut off when nothing moves any more', async () => {
    const clock = new ManualClock();
    const { server, students } = await openRoom({ clock, connectionLimits: { silentMs: Number.POSITIVE_INFINITY } });
    const socket = await openRaw(server);
    socket.write(encodeMessage(HELLO));
    await vi.waitFor(() => expect(students).toHaveLength(1));
    socket.pause();
    const connection = students[0]?.connection;
    for (let i = 0; i < 2; i++) connection?.sendFrame(Buffer.alloc(12 * 1024 * 1024));
    // What the system's own buffers take leaves first.
    let waiting = -1;
    await vi.waitFor(
      () => {
        const before = waiting;
        waiting = connection?.queuedBytes ?? 0;
        expect(waiting).toBe(before);
      },
      { interval: 200, timeout: 20_000 },
    );
    clock.advance(9_000);
    expect(students[0]?.closed).toBeUndefined();
    clock.advance(2_000);
    expect(students[0]?.closed).toMatchObject({ cause: 'stalled' });
  });

  it('cannot make the teacher queue more than the bound', async () => {
    const { server, students } = await openRoom({ connectionLimits: { queuedBytes: 1_000_000 } });
    await enrol(server, ana);
    students[0]?.connection.sendFrame(Buffer.alloc(1_000_001));
    expect(students[0]?.closed).toMatchObject({ cause: 'stalled' });
  });

  it('dies without a word and is noticed', async () => {
    const clock = new ManualClock();
    const { server, students } = await openRoom({ clock });
    const socket = await openRaw(server);
    socket.write(encodeMessage(HELLO));
    await vi.waitFor(() => expect(students).toHaveLength(1));
    clock.advance(4_000);
    expect(students[0]?.closed).toBeUndefined();
    clock.advance(1_000);
    expect(students[0]?.closed).toMatchObject({ cause: 'silent' });
  });

  it('stays as long as it answers', async () => {
    const clock = new ManualClock();
    const { server, students } = await openRoom({ clock });
    const socket = await openRaw(server);
    const pings: unknown[] = [];
    const decoder = new FrameDecoder();
    socket.on('data', (chunk: Buffer) => pings.push(...decoder.feed(chunk)));
    socket.write(encodeMessage(HELLO));
    await vi.waitFor(() => expect(students).toHaveLength(1));
    for (let i = 0; i < 10; i++) {
      const before = pings.length;
      clock.advance(3_000);
      await vi.waitFor(() => expect(pings.length).toBeGreaterThan(before));
      socket.write(encodeMessage({ type: 'pong', id: i }));
      socket.write(encodeMessage(PONG));
      await vi.waitFor(() => expect(students[0]?.messages).toHaveLength(i + 1));
    }
    expect(students[0]?.closed).toBeUndefined();
  });
});

describe('addresses where no room is', () => {
  it('says that nothing listens, or that something else does', async () => {
    const other = createServer((socket: Socket) => {
      socket.on('error', () => {});
      socket.end('220 mail.example ESMTP\r\n').resume();
    });
    other.listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    const options = { host: '127.0.0.1', port, identity: ana, hello: HELLO, trust: () => true };
    await expect(connectControl(options)).rejects.toMatchObject({ code: 'notTutti' });
    other.close();
    await once(other, 'close');
    await expect(connectControl(options)).rejects.toMatchObject({ code: 'refused' });
  });

  it('gives up on one that accepts and says nothing', async () => {
    const silent = createServer();
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const sockets: Socket[] = [];
    silent.on('connection', (socket) => sockets.push(socket));
    cleanups.push(() => {
      for (const socket of sockets) socket.destroy();
      silent.close();
    });
    const address = silent.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    const clock = new ManualClock();
    const attempt = connectControl({ host: '127.0.0.1', port, identity: ana, hello: HELLO, trust: () => true, clock });
    const outcome = expect(attempt).rejects.toMatchObject({ code: 'timeout' });
    await vi.waitFor(() => expect(sockets).toHaveLength(1));
    clock.advance(60_000);
    await outcome;
  });

  it('says why a room cannot be opened there', async () => {
    const { server } = await openRoom();
    const busy = openRoom({ port: server.address.port });
    await expect(busy).rejects.toThrow(ListenError);
    await expect(busy).rejects.toThrow(/uses 127\.0\.0\.1:\d+ already/);
    await expect(openRoom({ host: '192.0.2.1' })).rejects.toThrow(/does not have the address 192\.0\.2\.1/);
  });
});
