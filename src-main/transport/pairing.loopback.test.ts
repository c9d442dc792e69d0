import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls, createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { StudentIdentity } from '../../src-shared/ipc/events';
import type { Hello } from '../../src-shared/wire/messages';
import { PROTOCOL_VERSION } from '../../src-shared/wire/session-messages';
import { type Identity, loadIdentity } from '../security/identity';
import { PairingDesk } from '../security/pairing-desk';
import { PAIRING_EXPORTER, PairingHandshake } from '../security/pairing-handshake';
import { connectControl, type PairRequest, UntrustedTeacherError } from './control-client';
import type { StudentConnection } from './control-connection';
import { type ControlServer, type ControlServerOptions, listenControl } from './control-server';
import { encodeMessage, type Frame, FrameDecoder } from './frame-codec';
import { ManualClock } from './manual-clock';
import { UnprovedTeacherError } from './pairing-request';

const CODE = '01234567';
const NEW_CODE = '99999999';
const WAIT = { interval: 5, timeout: 5_000 };
const HELLO: Hello = { type: 'hello', version: PROTOCOL_VERSION, name: 'Ana\u001b[31m', held: [] };

let folder: string;
let teacher: Identity;
let ana: Identity;
let eve: Identity;
let many: Identity[];
let room: Room;
const cleanups: (() => unknown)[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tutti-pairing-'));
  const load = (name: string) => loadIdentity(join(folder, name));
  [teacher, ana, eve, ...many] = await Promise.all([
    load('teacher'),
    load('ana'),
    load('eve'),
    ...Array.from({ length: 30 }, (_, i) => load(`student ${i}`)),
  ]);
});
afterAll(() => rm(folder, { recursive: true }));
beforeEach(async () => {
  room = await openRoom();
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A teacher's door with a desk, and what both have told. */
interface Room {
  readonly server: ControlServer;
  readonly desk: PairingDesk;
  /** The desk's time. */
  readonly clock: ManualClock;
  readonly paired: StudentIdentity[];
  readonly strangers: StudentIdentity[];
  readonly codes: (string | null)[];
  readonly enrolled: StudentConnection[];
  /** Keeps a student on disk. */
  pin(student: StudentIdentity): Promise<void>;
}

async function openRoom(options: Partial<ControlServerOptions> = {}): Promise<Room> {
  const clock = new ManualClock();
  const codes: (string | null)[] = [];
  const desk = new PairingDesk({
    time: clock,
    code: CODE,
    makeCode: () => NEW_CODE,
    onCode: (code) => codes.push(code),
  });
  const opened: Omit<Room, 'server'> = {
    desk,
    clock,
    codes,
    paired: [],
    strangers: [],
    enrolled: [],
    pin: async () => {},
  };
  const server = await listenControl({
    host: '127.0.0.1',
    port: 0,
    identity: teacher,
    room: 'Room 7',
    admit: {
      desk,
      isPaired: (id) => opened.paired.some((student) => student.id === id),
      onPaired: async (student) => {
        await opened.pin(student);
        opened.paired.push(student);
      },
      onStranger: (stranger) => opened.strangers.push(stranger),
    },
    onStudent: (connection) => {
      opened.enrolled.push(connection);
      return { onMessage: () => {} };
    },
    ...options,
  });
  cleanups.push(() => server.close());
  return Object.assign(opened, { server });
}

function idsIn({ paired }: Room): string[] {
  return paired.map(({ id }) => id);
}

interface Pinned {
  readonly fingerprint: string;
  readonly room: string;
}

/** A student that knows no teacher and is asked to pair. @returns what it pinned */
async function joinRoom(identity: Identity, code: string, changes: { port?: number; trusts?: string } = {}) {
  const pinned: Pinned[] = [];
  const pair: PairRequest = {
    code,
    onPaired: async (teacherSeen) => {
      pinned.push(teacherSeen);
    },
  };
  const { connection, welcome } = await connectControl({
    host: '127.0.0.1',
    port: changes.port ?? room.server.address.port,
    identity,
    hello: HELLO,
    trust: (fingerprint) => fingerprint === changes.trusts,
    pair,
  });
  connection.attach({ onMessage: () => {} });
  return { connection, welcome, pinned };
}

/** A student that says what a test tells it to, over TLS. */
class Raw {
  readonly heard: Record<string, unknown>[] = [];

  private constructor(readonly socket: TLSSocket) {
    const decoder = new FrameDecoder();
    socket.on('data', (chunk: Buffer) => {
      for (const frame of decoder.feed(chunk)) this.take(frame);
    });
  }

  static async open(identity: Identity, port = room.server.address.port): Promise<Raw> {
    const socket = connectTls({
      host: '127.0.0.1',
      port,
      cert: identity.certificatePem,
      key: identity.privateKeyPem,
      ALPNProtocols: ['tutti/1'],
      rejectUnauthorized: false,
    });
    socket.on('error', () => {});
    cleanups.push(() => socket.destroy());
    await once(socket, 'secureConnect');
    return new Raw(socket);
  }

  say(...messages: readonly object[]): void {
    for (const message of messages) this.socket.write(encodeMessage(message));
  }

  async hears(type: string): Promise<Record<string, unknown>> {
    return vi.waitFor(() => {
      const found = this.heard.find((message) => message.type === type);
      if (found === undefined) throw new Error(`no ${type} among ${JSON.stringify(this.heard)}`);
      return found;
    }, WAIT);
  }

  handshake(identity: Identity, code = CODE): PairingHandshake {
    const { bytes, label } = PAIRING_EXPORTER;
    const exporter = this.socket.exportKeyingMaterial(bytes, label, Buffer.alloc(0));
    const context = { code, exporter, student: identity.fingerprint, teacher: teacher.fingerprint };
    return new PairingHandshake('student', context, randomBytes(32));
  }

  private take(frame: Frame): void {
    if (frame.kind === 'message') this.heard.push(frame.body as Record<string, unknown>);
  }
}

const pairWith = (share: string) => ({ type: 'pair', version: PROTOCOL_VERSION, name: 'Eve', share });

describe('pairing', () => {
  it('lets both pin each other, and the hello follows on the same connection', async () => {
    const { welcome, pinned, connection } = await joinRoom(ana, CODE);
    expect(pinned).toEqual([{ fingerprint: teacher.fingerprint, room: 'Room 7' }]);
    expect(room.paired).toEqual([{ id: ana.fingerprint, name: 'Ana [31m', ip: '127.0.0.1' }]);
    expect(welcome).toMatchObject({ room: 'Room 7', student: ana.fingerprint });
    expect(room.enrolled.map(({ peerFingerprint }) => peerFingerprint)).toEqual([ana.fingerprint]);
    expect(connection.isOpen).toBe(true);
    // From now on no code is needed on either side.
    connection.close();
    await connectControl({
      ...room.server.address,
      identity: ana,
      hello: HELLO,
      trust: (fingerprint) => fingerprint === pinned[0]?.fingerprint,
    });
    expect(room.enrolled).toHaveLength(2);
  });

  it('lets thirty students in at once', async () => {
    const joined = await Promise.all(many.map((identity) => joinRoom(identity, CODE)));
    expect(new Set(idsIn(room))).toEqual(new Set(many.map(({ fingerprint }) => fingerprint)));
    expect(joined.every(({ pinned }) => pinned[0]?.fingerprint === teacher.fingerprint)).toBe(true);
    expect([room.codes, room.strangers]).toEqual([[], []]);
  });

  it('tells who types another code, and pins nobody', async () => {
    await expect(joinRoom(ana, '01234568')).rejects.toMatchObject({
      code: 'code',
      message: "That is not the code of this room. Look at the teacher's screen and try again.",
    });
    expect([idsIn(room), room.enrolled]).toEqual([[], []]);
    room.clock.advance(2_000);
    await joinRoom(ana, CODE);
    expect(idsIn(room)).toEqual([ana.fingerprint]);
  });

  it('takes a new code after five wrong ones, and the old one no more', async () => {
    for (let i = 0; i < 5; i++) {
      await expect(joinRoom(eve, `0000000${i}`)).rejects.toMatchObject({ code: 'code' });
      room.clock.advance(300_000);
    }
    expect(room.codes).toEqual([NEW_CODE]);
    await expect(joinRoom(ana, CODE)).rejects.toMatchObject({ code: 'code' });
    room.clock.advance(300_000);
    await joinRoom(ana, NEW_CODE);
    expect(idsIn(room)).toEqual([ana.fingerprint]);
  });

  it('is paired anew with a teacher that has forgotten it, or that it has forgotten', async () => {
    const { pinned } = await joinRoom(ana, CODE);
    room.paired.length = 0;
    const again = await joinRoom(ana, CODE, { trusts: teacher.fingerprint });
    expect([again.pinned, idsIn(room)]).toEqual([pinned, [ana.fingerprint]]);
    const third = await joinRoom(ana, CODE);
    expect(third.pinned).toEqual(pinned);
  });

  it('asks nothing of a teacher that knows it', async () => {
    await joinRoom(ana, CODE);
    const { pinned } = await joinRoom(ana, 'not even a code', { trusts: teacher.fingerprint });
    expect(pinned).toEqual([]);
  });

  it('is not offered by a room that lets nobody new in', async () => {
    room.desk.close();
    await expect(joinRoom(ana, CODE)).rejects.toMatchObject({ code: 'unpaired', message: /nobody new/ });
    // One connection was enough to learn that.
    await vi.waitFor(() => expect(room.server.refused).toBe(1), WAIT);
    expect(idsIn(room)).toEqual([]);
  });

  it('tells the student what kept the teacher from remembering it', async () => {
    room.pin = () => Promise.reject(new Error('The disk is full.'));
    await expect(joinRoom(ana, CODE)).rejects.toMatchObject({ code: 'busy', message: 'The disk is full.' });
    expect(room.enrolled).toEqual([]);
  });

  it('says paired only when the student is pinned', async () => {
    let finish: (() => void) | undefined;
    room.pin = () =>
      new Promise((resolve) => {
        finish = resolve;
      });
    let isOver = false;
    const joining = joinRoom(ana, CODE).finally(() => {
      isOver = true;
    });
    await vi.waitFor(() => expect(finish).toBeDefined(), WAIT);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect([isOver, room.enrolled]).toEqual([false, []]);
    finish?.();
    await joining;
    expect(idsIn(room)).toEqual([ana.fingerprint]);
  });
});

describe('who is not paired', () => {
  it('is shown to the teacher as a stranger and gets nothing but the reason', async () => {
    const attempt = connectControl({ ...room.server.address, identity: eve, hello: HELLO, trust: () => true });
    await expect(attempt).rejects.toMatchObject({
      code: 'unpaired',
      message: "This computer is not paired with the room. Type the room's code once.",
    });
    expect(room.strangers).toEqual([{ id: eve.fingerprint, name: 'Ana [31m', ip: '127.0.0.1' }]);
    expect(room.enrolled).toEqual([]);
  });

  it('is told to the teacher no more often than a person can read', async () => {
    const clock = new ManualClock();
    room = await openRoom({ clock });
    const knock = async () => {
      const attempt = connectControl({ ...room.server.address, identity: eve, hello: HELLO, trust: () => true });
      await expect(attempt).rejects.toMatchObject({ code: 'unpaired' });
    };
    for (let i = 0; i < 15; i++) await knock();
    expect(room.strangers).toHaveLength(10);
    clock.advance(5_000);
    for (let i = 0; i < 5; i++) await knock();
    expect(room.strangers).toHaveLength(11);
  });

  it('says nothing to an unknown teacher without a code', async () => {
    const attempt = connectControl({ ...room.server.address, identity: ana, hello: HELLO, trust: () => false });
    await expect(attempt).rejects.toThrow(UntrustedTeacherError);
    expect(room.strangers).toEqual([]);
  });

  it.each<[string, (raw: Raw) => object[], string]>([
    ['a confirm before pair', () => [{ type: 'confirm', tag: '0'.repeat(128) }], 'protocol'],
    ['a neutral share', () => [pairWith('00'.repeat(32))], 'protocol'],
    ['a share that is not canonical', () => [pairWith(`ed${'ff'.repeat(30)}7f`)], 'protocol'],
    ['a share that is too long', () => [pairWith('ab'.repeat(33))], 'protocol'],
    ['a pair of another version', () => [{ ...pairWith('ab'.repeat(32)), version: PROTOCOL_VERSION + 1 }], 'version'],
    ['a hello in place of the proof', (raw) => [pairWith(raw.handshake(eve).share), HELLO], 'protocol'],
    ['two shares', (raw) => [pairWith(raw.handshake(eve).share), pairWith(raw.handshake(eve).share)], 'protocol'],
    ['a guessed tag', (raw) => [pairWith(raw.handshake(eve).share), { type: 'confirm', tag: '0'.repeat(128) }], 'code'],
  ])('is told why and let go: %s', async (_, messages, code) => {
    const raw = await Raw.open(eve);
    raw.say(...messages(raw));
    expect(await raw.hears('fault')).toMatchObject({ code });
    expect([idsIn(room), room.enrolled]).toEqual([[], []]);
  });

  it('uses up no try with a share that tells nothing', async () => {
    for (let i = 0; i < 9; i++) {
      const raw = await Raw.open(eve);
      raw.say(pairWith('00'.repeat(32)));
      await raw.hears('fault');
    }
    expect(room.codes).toEqual([]);
    await joinRoom(ana, CODE);
  });

  it('uses up a try by hanging, and by going away', async () => {
    for (let i = 0; i < 5; i++) {
      const raw = await Raw.open(eve);
      raw.say(pairWith(raw.handshake(eve).share));
      await raw.hears('pairShare');
      if (i % 2 === 0) {
        room.clock.advance(5_000);
        expect(await raw.hears('fault')).toMatchObject({ code: 'busy' });
      } else raw.socket.destroy();
      // The teacher notices in its own time that somebody is gone: then the next turn is free.
      if (i < 4) await vi.waitFor(() => expect(room.clock.timers).toBe(0), WAIT);
      room.clock.advance(300_000);
    }
    expect(room.codes).toEqual([NEW_CODE]);
  });

  it('gets nowhere by sending a recorded handshake again', async () => {
    const first = await Raw.open(ana);
    const handshake = first.handshake(ana);
    first.say(pairWith(handshake.share));
    const { share } = await first.hears('pairShare');
    const confirm = { type: 'confirm', tag: handshake.receive(String(share)).tag };
    first.say(confirm);
    await first.hears('paired');
    room.paired.length = 0;
    // Even with the stolen key: another connection has another exporter and the teacher another share.
    const second = await Raw.open(ana);
    second.say(pairWith(handshake.share), confirm);
    expect(await second.hears('fault')).toMatchObject({ code: 'code' });
    expect(idsIn(room)).toEqual([]);
  });
});

describe('somebody in between, with a certificate of its own', () => {
  /** Ends both TLS connections and carries every byte from one to the other. */
  async function listenBetween(onPlain: (bytes: Buffer) => void): Promise<number> {
    const own = { cert: eve.certificatePem, key: eve.privateKeyPem, ALPNProtocols: ['tutti/1'] };
    const server = createTlsServer({ ...own, requestCert: true, rejectUnauthorized: false }, (student) => {
      const onward = connectTls({ ...own, ...room.server.address, rejectUnauthorized: false });
      for (const [from, to] of [
        [student, onward],
        [onward, student],
      ] as const) {
        from.on('error', () => {});
        from.on('data', onPlain);
        from.pipe(to);
      }
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    cleanups.push(() => server.close());
    const address = server.address();
    return typeof address === 'object' ? (address?.port ?? 0) : 0;
  }

  it('is never paired, and both sides are told', async () => {
    let seen = '';
    const port = await listenBetween((bytes) => {
      seen += bytes.toString();
    });
    await expect(joinRoom(ana, CODE, { port })).rejects.toMatchObject({ code: 'code' });
    // It carried a whole handshake, and it was of no use to it.
    for (const type of ['pair', 'pairShare', 'confirm', 'fault']) expect(seen).toContain(`"type":"${type}"`);
    expect(seen).not.toContain('hello');
    expect([idsIn(room), room.enrolled]).toEqual([[], []]);
  });

  it('cannot pretend to be the teacher, who does not know the code', async () => {
    const server = createTlsServer(
      {
        cert: eve.certificatePem,
        key: eve.privateKeyPem,
        ALPNProtocols: ['tutti/1'],
        requestCert: true,
        rejectUnauthorized: false,
      },
      (socket) => {
        const { bytes, label } = PAIRING_EXPORTER;
        const exporter = socket.exportKeyingMaterial(bytes, label, Buffer.alloc(0));
        const context = { code: '55555555', exporter, student: ana.fingerprint, teacher: eve.fingerprint };
        const { share } = new PairingHandshake('teacher', context, randomBytes(32));
        socket.on('error', () => {});
        socket.write(encodeMessage({ type: 'pairShare', share }));
        socket.write(encodeMessage({ type: 'paired', tag: 'ab'.repeat(64), room: 'Room 7' }));
      },
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    cleanups.push(() => server.close());
    const address = server.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    const onPaired = vi.fn(async () => {});
    const attempt = connectControl({
      host: '127.0.0.1',
      port,
      identity: ana,
      hello: HELLO,
      trust: () => false,
      pair: { code: CODE, onPaired },
    });
    await expect(attempt).rejects.toThrow(UnprovedTeacherError);
    expect(onPaired).not.toHaveBeenCalled();
  });
});

describe('a room for anyone', () => {
  it('has no code, and says so', async () => {
    const server = await listenControl({
      host: '127.0.0.1',
      port: 0,
      identity: teacher,
      room: 'Open',
      admit: 'anyone',
      onStudent: () => ({ onMessage: () => {} }),
    });
    cleanups.push(() => server.close());
    await expect(joinRoom(ana, CODE, { port: server.address.port })).rejects.toMatchObject({
      code: 'unpaired',
      message: /has no code/,
    });
  });
});
