import { randomBytes, randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, unlink, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { StudentEvent, TeacherEvent } from '../../src-shared/ipc/events';
import type { NodeSnapshot } from '../../src-shared/ipc/snapshots';
import { shortFingerprint } from '../../src-shared/text/format';
import { PROTOCOL_VERSION } from '../../src-shared/wire/session-messages';
import { localDate } from '../library/file-naming';
import { loadIdentity } from '../security/identity';
import { PairingDesk } from '../security/pairing-desk';
import { systemClock } from './clock';
import { connectControl } from './control-client';
import { listenControl } from './control-server';
import { announceRoom } from './discovery';
import { StudentNode, type StudentNodeOptions } from './student-node';
import { TeacherRoom, type TeacherRoomOptions } from './teacher-room';

const LOOPBACK = '127.0.0.1';
const CODE = '12345678';
const WRONG_CODE = '87654321';
const PATIENCE = { timeout: 20_000, interval: 10 };

let folder: string;
let groupPort: number;
const cleanups: (() => Promise<unknown>)[] = [];

beforeEach(async () => {
  vi.stubEnv('TUTTI_INTERFACE', LOOPBACK);
  folder = await mkdtemp(join(tmpdir(), 'tutti-student-'));
  groupPort = randomInt(20_000, 30_000);
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  await rm(folder, { recursive: true });
  vi.unstubAllEnvs();
});

interface Teacher {
  readonly room: TeacherRoom;
  readonly events: TeacherEvent[];
  readonly place: { readonly host: string; readonly port: number };
  readonly fingerprint: string;
}

/** Rooms of tests that run elsewhere on this machine may be found, too: names and fingerprints here are of this test alone. */
async function openRoom(name: string, options: Partial<TeacherRoomOptions> = {}): Promise<Teacher> {
  const events: TeacherEvent[] = [];
  const room = await TeacherRoom.open({
    ...{ name, stateDir: join(folder, name), code: CODE, listen: { host: LOOPBACK, port: 0 }, interface: LOOPBACK },
    ...{ ttl: 0, groupPort, rate: 20_000_000, repair: 'auto' },
    onEvent: (event) => events.push(event),
    ...options,
  });
  cleanups.push(() => room.close());
  const view = room.snapshot().room;
  if (view === null) throw new Error('the room is not open');
  return { room, events, place: { host: view.address, port: view.port }, fingerprint: view.fingerprint };
}

interface Student {
  readonly node: StudentNode;
  readonly events: StudentEvent[];
  readonly id: string;
  readonly directory: string;
  close(): Promise<void>;
}

async function openStudent(name: string, options: Partial<StudentNodeOptions> = {}): Promise<Student> {
  const events: StudentEvent[] = [];
  const stateDir = join(folder, name, 'state');
  const directory = join(folder, name, 'music');
  const node = await StudentNode.open({
    ...{ name, stateDir, directory, interface: LOOPBACK, trust: { firstUse: false }, folderTemplate: '' },
    onEvent: (event) => events.push(event),
    ...options,
  });
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= node.close();
    return closing;
  };
  cleanups.push(close);
  const { fingerprint: id } = await loadIdentity(stateDir);
  return { node, events, id, directory, close };
}

const until = <T>(check: () => T) => vi.waitFor(check, PATIENCE);
const connection = ({ node }: Student) => node.snapshot().connection;
const becomes = (student: Student, state: NodeSnapshot['connection']) =>
  until(() => expect([connection(student), ...student.events.slice(-2)][0]).toBe(state));
const inRoom = (student: Student, { fingerprint }: Teacher) =>
  until(() => expect(student.node.snapshot()).toMatchObject({ connection: 'connected', room: { fingerprint } }));

async function paired(name: string, teacher: Teacher, options: Partial<StudentNodeOptions> = {}): Promise<Student> {
  const student = await openStudent(name, options);
  await student.node.pair({ code: CODE, room: { address: teacher.place } });
  await inRoom(student, teacher);
  return student;
}

async function songs(contents: Record<string, Buffer | number>): Promise<string> {
  const set = join(folder, `set ${randomInt(2 ** 40)}`, 'Set');
  await mkdir(set, { recursive: true });
  for (const [name, content] of Object.entries(contents)) {
    await writeFile(join(set, name), typeof content === 'number' ? randomBytes(content) : content);
  }
  return set;
}

async function send({ room }: Teacher, path: string): Promise<string> {
  return (await room.send({ paths: [path], audience: 'everyone', start: { when: 'now' } })).transfer;
}

const transferOf = ({ node }: Student, id: string) => node.snapshot().transfers.find((transfer) => transfer.id === id);
const received = (student: Student, id: string) =>
  until(() => {
    const transfer = transferOf(student, id);
    expect(transfer?.state, transfer?.failure).toBe('complete');
    return transfer;
  });

/** Somebody who announces this room at a place of its own, where nobody knows the code; it comes first in every list. */
async function announceElsewhere({ fingerprint }: Teacher): Promise<void> {
  const server = await listenControl({
    ...{ host: LOOPBACK, port: 0, room: 'Brass', identity: await loadIdentity(join(folder, 'somebody')) },
    admit: {
      desk: new PairingDesk({ time: systemClock, code: WRONG_CODE, onCode: () => {} }),
      isPaired: () => false,
      onPaired: async () => {},
      onStranger: () => {},
    },
    onStudent: () => ({ onMessage: () => {} }),
  });
  const room = { name: 'A', port: server.address.port, fingerprint };
  const announcer = announceRoom({ room, interfaces: () => [LOOPBACK], ttl: 0 });
  cleanups.push(() => Promise.all([announcer.close(), server.close()]));
}

/** A way to a place; what connections hear that are open when it is slowed down comes late. */
async function wayTo({ host, port }: Teacher['place']) {
  const lateMs = 400;
  const delays: { ms: number }[] = [];
  const proxy = createServer((near) => {
    const delay = { ms: 0 };
    delays.push(delay);
    const far = connect(port, host);
    near.pipe(far);
    far.on('data', (bytes) => setTimeout(() => near.write(bytes), delay.ms));
    far.on('end', () => setTimeout(() => near.end(), delay.ms));
    for (const socket of [near, far]) socket.on('error', () => socket.destroy());
  });
  proxy.listen(0, LOOPBACK);
  await once(proxy, 'listening');
  cleanups.push(async () => void proxy.close());
  const slowDown = () => {
    for (const delay of delays) delay.ms = lateMs;
  };
  return { place: { host: LOOPBACK, port: (proxy.address() as AddressInfo).port }, slowDown };
}

describe('pairing', () => {
  it('with an address and the code: in the room, known from then on, also after a restart', async () => {
    const teacher = await openRoom('Brass');
    const student = await openStudent('Ana', { connect: teacher.place });
    await becomes(student, 'unpaired');
    expect(student.node.snapshot().room).toMatchObject({ fingerprint: teacher.fingerprint, paired: false });
    await student.node.pair({ code: CODE, room: { address: teacher.place } });
    await inRoom(student, teacher);
    expect(student.node.snapshot().known).toEqual([{ name: 'Brass', fingerprint: teacher.fingerprint }]);
    expect(student.events.map(({ event }) => event)).toContain('paired');
    await student.close();
    const again = await openStudent('Ana', { connect: teacher.place });
    await inRoom(again, teacher);
  });

  it('with a found room, which is known from then on', async () => {
    const teacher = await openRoom('Brass');
    const student = await openStudent('Ana');
    const { fingerprint } = teacher;
    await until(() => expect(student.node.snapshot().found.map((room) => room.fingerprint)).toContain(fingerprint));
    expect(student.node.snapshot().found).toContainEqual(
      expect.objectContaining({ name: 'Brass', fingerprint, paired: false, stranger: false }),
    );
    await student.node.pair({ code: CODE, room: { fingerprint } });
    await inRoom(student, teacher);
    await student.close();
    const again = await openStudent('Ana');
    await inRoom(again, teacher);
    await until(() =>
      expect(again.node.snapshot().found).toContainEqual(expect.objectContaining({ fingerprint, paired: true })),
    );
  });

  it('fails in words: a wrong code, nobody there, a room that is not announced', async () => {
    const teacher = await openRoom('Brass');
    const student = await openStudent('Ana', { connect: teacher.place });
    await expect(student.node.pair({ code: WRONG_CODE, room: { address: teacher.place } })).rejects.toMatchObject({
      code: 'code',
      message: expect.stringMatching(/^That is not the code .*\.$/),
    });
    await expect(student.node.pair({ code: CODE, room: { address: { host: LOOPBACK, port: 1 } } })).rejects.toThrow(
      /^Nothing listens at 127\.0\.0\.1:1\./,
    );
    await expect(student.node.pair({ code: CODE, room: { fingerprint: 'ab'.repeat(32) } })).rejects.toThrow(
      /^That room is not announced/,
    );
    await becomes(student, 'unpaired');
    expect(student.node.snapshot().known).toEqual([]);
  });

  it('with another room leaves the one before only once that has worked', async () => {
    const brass = await openRoom('Brass');
    const strings = await openRoom('Strings', { code: WRONG_CODE });
    const student = await paired('Ana', brass);
    await expect(student.node.pair({ code: CODE, room: { address: strings.place } })).rejects.toThrow(/not the code/);
    expect(student.events.filter(({ event }) => event === 'left')).toEqual([]);
    await student.node.pair({ code: WRONG_CODE, room: { address: strings.place } });
    await inRoom(student, strings);
    await until(() => expect(brass.room.snapshot().students).toMatchObject([{ id: student.id, connected: false }]));
    expect(student.node.snapshot().known.map(({ name }) => name)).toEqual(['Brass', 'Strings']);
  });

  it('once more with the room that it is in changes nothing', async () => {
    const teacher = await openRoom('Brass');
    const student = await paired('Ana', teacher, { connect: teacher.place });
    await student.node.pair({ code: CODE, room: { address: teacher.place } });
    await until(() => expect(student.events.filter(({ event }) => event === 'enrolled')).toHaveLength(2));
    await inRoom(student, teacher);
    expect(teacher.room.snapshot().students).toMatchObject([{ id: student.id, connected: true }]);
  });

  it('is not got in the way of by a try of its own, however late the welcome comes', async () => {
    const teacher = await openRoom('Brass');
    const way = await wayTo(teacher.place);
    let wake = () => {};
    const student = await openStudent('Ana', {
      connect: way.place,
      // It trusts the room from here on, and is not welcomed yet.
      onEvent: ({ event }) => event === 'paired' && wake(),
    });
    const { fingerprint } = teacher;
    await until(() => expect(student.node.snapshot().found).toContainEqual(expect.objectContaining({ fingerprint })));
    wake = () => {
      way.slowDown();
      student.node.wake();
    };
    await student.node.pair({ code: CODE, room: { address: way.place } });
    await new Promise((resolve) => setTimeout(resolve, 500));
    await inRoom(student, teacher);
    expect(teacher.events.filter(({ event }) => event === 'enrolled')).toHaveLength(1);
  });

  it('switches receiving on, but only once it has worked', async () => {
    const teacher = await openRoom('Brass');
    const student = await openStudent('Ana');
    await student.node.receive({ on: false });
    const room = { address: teacher.place };
    await expect(student.node.pair({ code: WRONG_CODE, room })).rejects.toThrow(/not the code/);
    expect(connection(student)).toBe('paused');
    await student.node.pair({ code: CODE, room });
    await inRoom(student, teacher);
  });

  it('is undone by the student: it leaves and waits for a code', async () => {
    const teacher = await openRoom('Brass');
    const student = await paired('Ana', teacher, { connect: teacher.place });
    await student.node.forget({ fingerprint: teacher.fingerprint });
    await becomes(student, 'unpaired');
    expect(student.node.snapshot().known).toEqual([]);
    expect(student.events.filter(({ event }) => event === 'enrolled')).toHaveLength(1);
    await student.node.pair({ code: CODE, room: { address: teacher.place } });
    await inRoom(student, teacher);
  });

  it('is undone by the teacher: it does not knock again and again, and is paired anew', async () => {
    const teacher = await openRoom('Brass');
    const student = await paired('Ana', teacher, { connect: teacher.place });
    await teacher.room.unpair({ student: student.id });
    await becomes(student, 'unpaired');
    const knocks = () => teacher.events.filter(({ event }) => event === 'stranger').length;
    const before = knocks();
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    expect(knocks() - before).toBeLessThanOrEqual(1);
    expect(student.node.snapshot()).toMatchObject({
      ...{ connection: 'unpaired', room: { name: 'Brass', fingerprint: teacher.fingerprint, paired: false } },
      known: [{ name: 'Brass' }],
    });
    await student.node.pair({ code: CODE, room: { address: teacher.place } });
    await inRoom(student, teacher);
  });

  it('never joins a stranger that carries the name of a known room', async () => {
    const teacher = await openRoom('Brass');
    const student = await paired('Ana', teacher);
    await teacher.room.close();
    const impostor = await openRoom('Brass', { stateDir: join(folder, 'impostor'), admit: 'anyone' });
    await until(() =>
      expect(student.node.snapshot().found).toContainEqual(
        expect.objectContaining({ fingerprint: impostor.fingerprint, paired: false, stranger: true }),
      ),
    );
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(impostor.events.map(({ event }) => event)).not.toContain('enrolled');
    expect(connection(student)).not.toBe('connected');
  });

  it('gives the code to nobody but the room that was chosen, whoever announces that room elsewhere', async () => {
    const teacher = await openRoom('Brass');
    await announceElsewhere(teacher);
    const student = await openStudent('Ana');
    const { fingerprint } = teacher;
    const found = () => student.node.snapshot().found.filter((room) => room.fingerprint === fingerprint);
    await until(() => expect(found().map(({ name }) => name)).toEqual(['A', 'Brass']));
    await student.node.pair({ code: CODE, room: { fingerprint } });
    await inRoom(student, teacher);
  });

  it('calls a room that was made known without a name by its fingerprint', async () => {
    const student = await openStudent('Ana', { trust: { firstUse: false, pin: 'ab'.repeat(32) } });
    const [known] = student.node.snapshot().known;
    expect(known?.name).toBe(shortFingerprint('ab'.repeat(32)));
  });

  it('on the command line: with the room at an address', async () => {
    const teacher = await openRoom('Brass');
    const student = await openStudent('Ana', { connect: teacher.place, trust: { firstUse: false, code: CODE } });
    await inRoom(student, teacher);
    const other = await openStudent('Ben', { connect: teacher.place, trust: { firstUse: false, code: WRONG_CODE } });
    await until(() => expect(other.events).toContainEqual(expect.objectContaining({ event: 'failed', final: true })));
    expect(other.events).toContainEqual(expect.objectContaining({ reason: expect.stringMatching(/not the code/) }));
  });
});

describe('a code on the command line, without an address', () => {
  const trust = { firstUse: false, code: CODE };
  const failures = ({ events }: Student) => events.filter(({ event }) => event === 'failed');

  it('is for the one room that is found', async () => {
    const teacher = await openRoom('Brass');
    await inRoom(await openStudent('Ana', { trust }), teacher);
  });

  it('is given to nobody who only announces that room', async () => {
    const teacher = await openRoom('Brass');
    await announceElsewhere(teacher);
    await inRoom(await openStudent('Ana', { trust }), teacher);
  });

  it('is of no use where there are several: they are named', async () => {
    const rooms = [await openRoom('Brass'), await openRoom('Strings')];
    const student = await openStudent('Ana', { trust });
    await until(() => expect(failures(student)).toMatchObject([{ final: true }]));
    const [failure] = failures(student);
    for (const { place } of rooms) {
      expect(failure).toMatchObject({ reason: expect.stringContaining(`(${LOOPBACK}:${place.port})`) });
    }
    expect(connection(student)).toBe('unpaired');
  });
});

describe('receiving', () => {
  it('is switched off and on: the teacher is told, and what was interrupted goes on', async () => {
    const teacher = await openRoom('Brass', { rate: 2_000_000 });
    const student = await paired('Ana', teacher);
    const other = await paired('Ben', teacher);
    const transfer = await send(teacher, await songs({ 'a.wav': 6_000_000 }));
    await until(() => expect(transferOf(student, transfer)?.missingBytes).toBeLessThan(5_000_000));
    await student.node.receive({ on: false });
    expect(student.node.snapshot()).toMatchObject({ connection: 'paused', room: null });
    await until(() =>
      expect(teacher.events).toContainEqual(
        expect.objectContaining({ event: 'left', reason: expect.stringMatching(/receiving is switched off there/) }),
      ),
    );
    const left = transferOf(student, transfer);
    expect(left?.state).toBe('interrupted');
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(student.node.snapshot().connection).toBe('paused');
    await student.node.receive({ on: true });
    await received(student, transfer);
    await received(other, transfer);
    // What it had is not sent again.
    const { resentBytes = Infinity, filledBytes = Infinity } =
      teacher.room.snapshot().transfers.find(({ id }) => id === transfer) ?? {};
    expect(resentBytes + filledBytes).toBeLessThan(left?.missingBytes ?? 0);
  });

  it('puts files where the template says, keeps the teacher’s order, and is there after a restart', async () => {
    const teacher = await openRoom('Brass: room/7');
    const set = await songs({ 'b.wav': 1000, 'a.wav': 2000, 'c.txt': Buffer.from('same') });
    const student = await paired('Ana', teacher, { folderTemplate: '{room}/{date}/{artist}' });
    const transfer = await send(teacher, set);
    const view = await received(student, transfer);
    const at = `Brass- room-7/${localDate(new Date())}/Set`;
    expect(view?.files.map(({ path }) => path)).toEqual(['Set/a.wav', 'Set/b.wav', 'Set/c.txt']);
    expect(view?.received.map(({ path }) => path)).toEqual([`${at}/a.wav`, `${at}/b.wav`, `${at}/c.txt`]);
    expect(Math.abs((view?.at ?? 0) - Date.now())).toBeLessThan(60_000);
    await student.close();
    const again = await openStudent('Ana');
    expect(transferOf(again, transfer)).toEqual({ ...view, rate: 0, transmission: 0 });
    expect(await again.node.fileOf(transfer, 1)).toBe(join(student.directory, at, 'b.wav'));
    expect(await readFile((await again.node.fileOf(transfer, 2)) ?? '', 'utf8')).toBe('same');
    await unlink(join(student.directory, at, 'b.wav'));
    expect(await again.node.fileOf(transfer, 1)).toBeUndefined();
    expect(await again.node.fileOf(transfer, 3)).toBeUndefined();
  });

  it('replaces what has changed, where the student wants that', async () => {
    const teacher = await openRoom('Brass');
    const student = await paired('Ana', teacher, { conflict: 'replace' });
    const set = await songs({ 'a.wav': Buffer.from('old') });
    await received(student, await send(teacher, set));
    await writeFile(join(set, 'a.wav'), 'newer');
    const view = await received(student, await send(teacher, set));
    expect(view?.received.map(({ path }) => path)).toEqual(['Set/a.wav']);
    expect(await readFile(join(student.directory, 'Set/a.wav'), 'utf8')).toBe('newer');
  });

  it('shows what was interrupted after a restart, and goes on with it', async () => {
    const teacher = await openRoom('Brass', { rate: 2_000_000 });
    const student = await paired('Ana', teacher, { connect: teacher.place });
    const other = await paired('Ben', teacher);
    const transfer = await send(teacher, await songs({ 'a.wav': 8_000_000 }));
    await until(() => expect(transferOf(student, transfer)?.missingBytes).toBeLessThan(7_000_000));
    await student.close();
    await unlink(join(folder, 'Ana', 'state', 'last-room.json'));
    const offline = await openStudent('Ana', { connect: { host: LOOPBACK, port: 1 } });
    const left = transferOf(offline, transfer);
    expect(left).toMatchObject({ state: 'interrupted', from: 'Brass', files: [{ path: 'Set/a.wav' }], received: [] });
    expect(left?.missingBytes).toBeLessThan(7_100_000);
    expect(left?.lossMap.some((cell) => cell === 0)).toBe(true);
    await offline.close();
    const online = await openStudent('Ana', { connect: teacher.place });
    const view = await received(online, transfer);
    expect(view?.at).toBe(left?.at);
    await received(other, transfer);
  });

  it('forgets an interrupted transfer once the same files have come by another one', async () => {
    const teacher = await openRoom('Brass', { rate: 2_000_000 });
    const student = await paired('Ana', teacher, { connect: teacher.place });
    const set = await songs({ 'a.wav': 4_000_000 });
    const transfer = await send(teacher, set);
    await until(() => expect(transferOf(student, transfer)?.missingBytes).toBeLessThan(3_500_000));
    // Nobody else is there: for the teacher the transfer is over.
    await student.node.receive({ on: false });
    await student.node.receive({ on: true });
    await inRoom(student, teacher);
    const again = await send(teacher, set);
    expect(again).not.toBe(transfer);
    await received(student, again);
    expect(student.node.snapshot().transfers.map(({ id }) => id)).toEqual([again]);
    await until(async () => expect(await readdir(join(folder, 'Ana', 'state', 'partial'))).toEqual(['completed.json']));
  });

  it('tells the teacher how much space there is', async () => {
    const teacher = await openRoom('Brass');
    const student = await paired('Ana', teacher);
    await until(() => expect(teacher.room.snapshot().students[0]?.freeBytes).toBeGreaterThan(0));
    expect(connection(student)).toBe('connected');
  });
});

describe('by itself', () => {
  it('goes where its teacher is now, although an address was typed', async () => {
    const teacher = await openRoom('Brass');
    const student = await paired('Ana', teacher, { connect: teacher.place });
    await teacher.room.close();
    const moved = await openRoom('Brass');
    expect(moved.place.port).not.toBe(teacher.place.port);
    expect(moved.fingerprint).toBe(teacher.fingerprint);
    await until(() => expect(student.node.snapshot().room?.port).toBe(moved.place.port));
    await inRoom(student, moved);
  });

  // Linux answers on every address that begins with 127; no interface has this one, so nothing is heard there.
  it.skipIf(process.platform !== 'linux')(
    'finds its room after a restart where no announcement gets through',
    async () => {
      const teacher = await openRoom('Brass');
      const student = await paired('Ana', teacher);
      await student.close();
      const again = await openStudent('Ana', { interface: '127.0.0.2' });
      await inRoom(again, teacher);
      expect(again.node.snapshot().found).toEqual([]);
    },
  );

  it('comes back at once where its place was taken, but gives way to who takes it again', async () => {
    const teacher = await openRoom('Brass');
    const student = await paired('Ana', teacher, { connect: teacher.place });
    const timesIn = () => student.events.filter(({ event }) => event === 'enrolled').length;
    const timesOut = () => student.events.filter(({ event }) => event === 'left').length;
    const takeItsPlace = async () => {
      const { connection } = await connectControl({
        ...teacher.place,
        identity: await loadIdentity(join(folder, 'Ana', 'state')),
        hello: { type: 'hello', version: PROTOCOL_VERSION, name: 'Ana', held: [] },
        trust: () => true,
      });
      cleanups.push(async () => connection.close());
    };
    await takeItsPlace();
    await until(() => expect(timesOut()).toBe(1));
    await until(() => expect(timesIn()).toBe(2));
    await takeItsPlace();
    await until(() => expect(timesOut()).toBe(2));
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    expect(timesIn()).toBe(2);
  });

  it('keeps a connection that lives when it is woken', async () => {
    const teacher = await openRoom('Brass');
    const student = await paired('Ana', teacher, { connect: teacher.place });
    student.node.wake();
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    expect(connection(student)).toBe('connected');
    expect(student.events.map(({ event }) => event)).not.toContain('left');
  });

  it('lets go when its network is gone, and is back when that is', async () => {
    const teacher = await openRoom('Brass');
    const student = await paired('Ana', teacher, { connect: teacher.place });
    vi.stubEnv('TUTTI_INTERFACE', '192.0.2.1');
    await until(() =>
      expect(student.events).toContainEqual({ event: 'left', reason: 'This computer is in another network now.' }),
    );
    vi.stubEnv('TUTTI_INTERFACE', LOOPBACK);
    await until(() => expect(student.events.filter(({ event }) => event === 'enrolled').length).toBeGreaterThan(1));
    await inRoom(student, teacher);
  });

  it('gives up a hanging attempt when it is woken', async () => {
    // Takes connections and says nothing.
    const mute = createServer(() => {}).listen(0, LOOPBACK);
    cleanups.push(() => new Promise((resolve) => mute.close(resolve)));
    let visits = 0;
    mute.on('connection', (socket) => {
      visits++;
      cleanups.push(async () => void socket.destroy());
    });
    await once(mute, 'listening');
    const { port } = mute.address() as AddressInfo;
    const student = await openStudent('Ana', { connect: { host: LOOPBACK, port } });
    await until(() => expect(visits).toBe(1));
    student.node.wake();
    await vi.waitFor(() => expect(visits).toBe(2), { timeout: 4_000 });
    expect(student.events).toEqual([]);
  });
});
