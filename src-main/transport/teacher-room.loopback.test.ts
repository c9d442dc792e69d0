import { randomBytes, randomInt } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ParsedArgument } from '../../src-shared/ipc/contract';
import type { TeacherEvent } from '../../src-shared/ipc/events';
import type { MemberView, TransferView } from '../../src-shared/ipc/snapshots';
import { encodeRanges } from '../../src-shared/ranges/range-codec';
import { span } from '../../src-shared/ranges/range-set';
import type { TeacherMessage } from '../../src-shared/wire/messages';
import { PROTOCOL_VERSION } from '../../src-shared/wire/session-messages';
import { type Identity, loadIdentity } from '../security/identity';
import { ConnectError, connectControl } from './control-client';
import type { CloseReason, TeacherConnection } from './control-connection';
import { layoutOf } from './prepared-transfer';
import { journalFolder, TeacherRoom, type TeacherRoomOptions } from './teacher-room';

const LOOPBACK = '127.0.0.1';
type Wish = ParsedArgument<'send'>;

const NOW: Wish['start'] = { when: 'now' };
const ASKED: Wish['start'] = { when: 'asked' };

let folder: string;
let identities: Identity[];
let teacher: Identity;
let music: string;
let otherMusic: string;
let stateDir: string;
const cleanups: (() => unknown)[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tutti-room-'));
  const names = ['teacher', 'ana', 'ben', 'cleo'];
  const all = await Promise.all(names.map((name) => loadIdentity(join(folder, name))));
  [teacher, ...identities] = all as [Identity, ...Identity[]];
  [music, otherMusic] = [join(folder, 'Set'), join(folder, 'Other')];
  for (const path of [music, otherMusic]) {
    await mkdir(path);
    await writeFile(join(path, 'song.bin'), randomBytes(150_000));
  }
});
afterAll(() => rm(folder, { recursive: true }));
beforeEach(() => {
  stateDir = join(folder, `state-${randomInt(2 ** 40)}`);
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

interface Opened {
  readonly room: TeacherRoom;
  readonly events: TeacherEvent[];
}

async function openRoom(options: Partial<TeacherRoomOptions> = {}): Promise<Opened> {
  const events: TeacherEvent[] = [];
  const room = await TeacherRoom.open({
    ...{ name: 'Room 7', stateDir, identity: teacher, code: '12345678' },
    ...{ listen: { host: LOOPBACK, port: 0 }, interface: LOOPBACK, ttl: 0 },
    ...{ groupPort: randomInt(20_000, 30_000), rate: 20_000_000, repair: 'auto' },
    onEvent: (event) => events.push(event),
    ...options,
  });
  cleanups.push(() => room.close());
  return { room, events };
}

type Conduct =
  /** No multicast reaches it; it takes everything over TCP. */
  | 'takes'
  /** It says nothing more. */
  | 'silent'
  /** Its disk is full. */
  | 'fails';

/** A student as the teacher sees it on the control channel. */
class Student {
  readonly heard: TeacherMessage[] = [];
  closed: CloseReason | undefined;
  private hasUnits = false;
  private unitCount = 0;

  private constructor(
    readonly id: string,
    private readonly connection: TeacherConnection,
    private readonly conduct: Conduct,
  ) {
    connection.attach({
      onMessage: (message) => this.hear(message),
      onClose: (reason) => {
        this.closed = reason;
      },
    });
    cleanups.push(() => connection.close());
  }

  /** @param code typed where the student is not paired yet */
  static async join(room: TeacherRoom, index: number, conduct: Conduct = 'takes', code?: string): Promise<Student> {
    const place = room.snapshot().room;
    const identity = identities[index];
    if (place === null || identity === undefined) throw new Error('no such room or student');
    const { connection } = await connectControl({
      ...{ host: place.address, port: place.port, identity },
      hello: { type: 'hello', version: PROTOCOL_VERSION, name: ['Ana', 'Ben', 'Cleo'][index] ?? '?', held: [] },
      trust: () => code === undefined,
      ...(code === undefined ? {} : { pair: { code, onPaired: async () => {} } }),
    });
    return new Student(identity.fingerprint, connection, conduct);
  }

  static pair(room: TeacherRoom, index: number, conduct: Conduct = 'takes'): Promise<Student> {
    return Student.join(room, index, conduct, '12345678');
  }

  say(message: Parameters<TeacherConnection['send']>[0], attachment?: Uint8Array): void {
    this.connection.send(message, attachment);
  }

  async leave(): Promise<void> {
    this.say({ type: 'leave', reason: 'home' });
    this.connection.close();
    await this.connection.whenGone();
  }

  /** Ids of the transfers that it was told of. */
  get announced(): string[] {
    return [...new Set(this.heard.flatMap((message) => (message.type === 'announce' ? [message.transfer] : [])))];
  }

  private hear(message: TeacherMessage): void {
    this.heard.push(message);
    if (this.conduct === 'silent' || !('transfer' in message)) return;
    const { transfer } = message;
    if (this.conduct === 'fails') return this.say({ type: 'failed', transfer, reason: 'Its disk is full.' });
    if (message.type === 'announce') this.elect(message);
    if (message.type === 'fill') this.hasUnits = true;
    if (message.type === 'end') this.report(transfer, message.transmission);
  }

  private elect({ transfer, transmission, mode, offer }: Extract<TeacherMessage, { type: 'announce' }>): void {
    if (offer !== undefined) {
      this.hasUnits = false;
      this.unitCount = layoutOf(offer).unitCount;
    }
    this.say({ type: 'elect', transfer, transmission, join: true, why: '' });
    if (mode === 'plain') this.say({ type: 'ready', transfer, transmission, probeSeen: false });
  }

  private report(transfer: string, transmission: number): void {
    const missing = encodeRanges(this.hasUnits ? [] : span(0, this.unitCount));
    this.say({ type: 'report', transfer, transmission, ip: LOOPBACK, forged: 0 }, missing);
    if (this.hasUnits) this.say({ type: 'complete', transfer });
  }
}

async function send(room: TeacherRoom, audience: Wish['audience'], start = NOW, paths = [music]): Promise<string> {
  return (await room.send({ paths, audience, start })).transfer;
}

function viewOf(room: TeacherRoom, transfer: string): TransferView {
  const view = room.snapshot().transfers.find(({ id }) => id === transfer);
  if (view === undefined) throw new Error(`no transfer ${transfer}`);
  return view;
}

const memberOf = (room: TeacherRoom, transfer: string, { id }: Student): MemberView | undefined =>
  viewOf(room, transfer).permanent.find((member) => member.id === id);

async function over(room: TeacherRoom, transfer: string): Promise<TransferView> {
  return vi.waitFor(
    () => {
      const view = viewOf(room, transfer);
      expect(view.phase, JSON.stringify(view.permanent.map(({ state, why }) => [state, why]))).toMatch(
        /finished|failed/,
      );
      return view;
    },
    { timeout: 20_000, interval: 10 },
  );
}

const until = (check: () => unknown) => vi.waitFor(check, { timeout: 10_000, interval: 10 });
const ids = (members: readonly { id: string }[]) => members.map(({ id }) => id);

describe('the audience', () => {
  it('is a group: nobody else is told of it, and a late one of the group takes part', async () => {
    const { room } = await openRoom();
    const ana = await Student.pair(room, 0, 'silent');
    const ben = await Student.pair(room, 1);
    const cleo = await Student.pair(room, 2);
    await room.setGroup({ name: 'Choir', students: [ana.id, cleo.id] });
    await cleo.leave();
    const transfer = await send(room, { group: 'Choir' });
    await until(() => expect(ana.announced).toEqual([transfer]));
    const late = await Student.join(room, 2);
    await until(() => expect(late.announced).toEqual([transfer]));
    await ben.leave();
    const benAgain = await Student.join(room, 1);
    await ana.leave();
    const view = await over(room, transfer);
    expect(view.audience).toEqual({ group: 'Choir' });
    expect(view.permanent.map(({ id, state }) => [id, state])).toEqual([
      [ana.id, 'failed'],
      [cleo.id, 'complete'],
    ]);
    expect([...ben.announced, ...benAgain.announced]).toEqual([]);
  });

  it('keeps one that has left its group in the running transfer, also when it comes back', async () => {
    const { room } = await openRoom();
    const ana = await Student.pair(room, 0, 'silent');
    await room.setGroup({ name: 'Choir', students: [ana.id] });
    const transfer = await send(room, { group: 'Choir' });
    await until(() => expect(ana.announced).toEqual([transfer]));
    await room.setGroup({ name: 'Choir', students: [] });
    await Student.join(room, 0);
    expect((await over(room, transfer)).permanent).toMatchObject([{ id: ana.id, state: 'complete' }]);
  });

  it('of a transfer that goes on after a restart is the new one', async () => {
    const first = await openRoom();
    const ana = await Student.pair(first.room, 0, 'silent');
    const ben = await Student.pair(first.room, 1);
    const transfer = await send(first.room, 'everyone');
    await until(() => expect([ana.announced, ben.announced]).toEqual([[transfer], [transfer]]));
    await first.room.close();
    const { room } = await openRoom();
    await Student.join(room, 1);
    expect(await send(room, { students: [ben.id] })).toBe(transfer);
    expect(ids((await over(room, transfer)).permanent)).toEqual([ben.id]);
  });

  it('is picked by hand; without anybody of it a transfer waits and holds up nobody', async () => {
    const { room } = await openRoom();
    const ana = await Student.pair(room, 0);
    const ben = await Student.pair(room, 1);
    await ben.leave();
    const forBen = await send(room, { students: [ben.id] });
    const forAll = await send(room, 'everyone', NOW, [otherMusic]);
    expect(ids((await over(room, forAll)).permanent)).toEqual([ana.id]);
    expect(viewOf(room, forBen).phase).toBe('queued');
    await Student.join(room, 1);
    expect(ids((await over(room, forBen)).permanent)).toEqual([ben.id]);
    expect(ana.announced).toEqual([forAll]);
  });

  it('follows its group: a new name, new members, its removal', async () => {
    const { room } = await openRoom();
    const ana = await Student.pair(room, 0, 'silent');
    const ben = await Student.pair(room, 1, 'silent');
    await room.setGroup({ name: 'Choir', students: [ana.id] });
    const running = await send(room, { group: 'Choir' });
    const waiting = await send(room, { group: 'Choir' }, ASKED, [otherMusic]);
    await room.renameGroup({ name: 'Choir', to: 'Voices' });
    expect([running, waiting].map((id) => viewOf(room, id).audience)).toEqual([
      { group: 'Voices' },
      { group: 'Voices' },
    ]);
    await room.setGroup({ name: 'Voices', students: [ana.id, ben.id] });
    await until(() => expect(ben.announced).toEqual([running]));
    await room.removeGroup({ name: 'Voices' });
    expect(viewOf(room, waiting).audience).toEqual({ students: [ana.id, ben.id] });
    await expect(send(room, { group: 'Voices' })).rejects.toThrow('There is no group “Voices” any more');
  });
});

describe('the queue', () => {
  it('starts when enough are there, at a time, or when asked, which wins over all others', async () => {
    const { room } = await openRoom();
    const two = await send(room, 'everyone', { when: 'ready', students: 2 });
    const later = await send(room, 'everyone', { when: 'at', time: Date.now() + 3_600_000 });
    const soon = await send(room, 'everyone', { when: 'at', time: Date.now() + 300 }, [otherMusic]);
    const asked = await send(room, 'everyone', ASKED, [music, otherMusic]);
    await Student.pair(room, 0);
    await over(room, soon);
    expect([two, later, asked].map((id) => viewOf(room, id).phase)).toEqual(['queued', 'queued', 'queued']);
    room.startNow({ transfer: asked });
    await over(room, asked);
    expect(viewOf(room, asked).start).toEqual(NOW);
    await Student.pair(room, 1);
    expect((await over(room, two)).permanent).toHaveLength(2);
    expect(ids(room.snapshot().transfers)).toEqual([later, two, asked, soon]);
  });

  it('takes pause, resume and cancel in every state', async () => {
    const { room } = await openRoom();
    const student = await Student.pair(room, 0, 'silent');
    const first = await send(room, 'everyone');
    await until(async () => expect(await readdir(journalFolder(stateDir))).toContain(`${first}.progress.json`));
    const second = await send(room, 'everyone');
    // The same files once more are a transfer of their own while the first is under way.
    expect(second).not.toBe(first);
    for (const transfer of [second, '0123456789abcdef']) {
      room.pause({ transfer });
      room.resume({ transfer });
      room.startNow({ transfer: '0123456789abcdef' });
    }
    room.pause({ transfer: first });
    await until(() => expect(student.heard.map(({ type }) => type)).toContain('pause'));
    expect([first, second].map((id) => viewOf(room, id).paused)).toEqual([true, false]);
    room.cancel({ transfer: second });
    expect(ids(room.snapshot().transfers)).toEqual([first]);
    room.cancel({ transfer: first });
    expect(await over(room, first)).toMatchObject({ failure: 'The teacher cancelled the transfer.', help: 'retry' });
    room.cancel({ transfer: first });
  });
});

describe('a retry', () => {
  it('sends to those who failed, under another key, over TCP if asked', async () => {
    const { room } = await openRoom();
    const ana = await Student.pair(room, 0);
    const ben = await Student.pair(room, 1, 'fails');
    const first = await send(room, 'everyone');
    const { rounds, totalBytes } = await over(room, first);
    expect(rounds[0]).toMatchObject({ mode: 'plain', unionBytes: totalBytes, apartBytes: 2 * totalBytes });
    expect(memberOf(room, first, ben)).toMatchObject({ state: 'failed', why: 'Its disk is full.', help: 'retry' });
    await ben.leave();
    const again = await Student.join(room, 1);
    const { transfer } = await room.retry({ transfer: first, by: 'tcp' });
    const view = await over(room, transfer);
    expect(view).toMatchObject({ phase: 'finished', audience: { students: [ben.id] }, resentBytes: 0 });
    expect(view.rounds.map(({ mode, why }) => [mode, why])).toEqual([['tcp', 'TCP was asked for']]);
    expect(view.filledBytes).toBe(view.totalBytes);
    expect(ana.announced).toEqual([first]);
    const keys = [...ana.heard, ...again.heard].flatMap((m) => (m.type === 'announce' && m.offer ? [m.offer.key] : []));
    expect(new Set(keys).size).toBe(2);
    await expect(room.retry({ transfer, by: 'multicast' })).rejects.toThrow('nobody in the class any more who missed');
  });

  it('need not wait for the end of the transfer', async () => {
    const { room } = await openRoom();
    await Student.pair(room, 0, 'silent');
    const ben = await Student.pair(room, 1, 'fails');
    const first = await send(room, 'everyone');
    await until(() => expect(memberOf(room, first, ben)?.state).toBe('failed'));
    await until(async () => expect(await readdir(journalFolder(stateDir))).toContain(`${first}.progress.json`));
    const { transfer } = await room.retry({ transfer: first, by: 'multicast' });
    expect(transfer).not.toBe(first);
    expect(viewOf(room, transfer)).toMatchObject({ phase: 'queued', audience: { students: [ben.id] } });
  });

  it('works from the history after a restart, for named students, and knows where the files are', async () => {
    const first = await openRoom();
    const ben = await Student.pair(first.room, 1);
    const transfer = await send(first.room, 'everyone');
    await over(first.room, transfer);
    await first.room.close();
    const { room } = await openRoom();
    expect(await room.sourceOf(transfer)).toBe(music);
    expect(await room.sourceOf('0123456789abcdef')).toBeUndefined();
    await Student.join(room, 1);
    const retried = await room.retry({ transfer, students: [ben.id], by: 'multicast' });
    expect((await over(room, retried.transfer)).phase).toBe('finished');
    await expect(room.retry({ transfer: '0123456789abcdef', by: 'tcp' })).rejects.toThrow('not known any more');
  });

  it('says what helps: TCP where no multicast came, the files where they are gone', async () => {
    const { room } = await openRoom({ repair: 'plain' });
    const ana = await Student.pair(room, 0);
    const first = await send(room, 'everyone');
    await over(room, first);
    expect(memberOf(room, first, ana)).toMatchObject({ state: 'failed', help: 'tcp' });
    const gone = join(folder, 'gone.bin');
    await writeFile(gone, randomBytes(1000));
    const second = await send(room, 'everyone', ASKED, [gone]);
    await unlink(gone);
    room.startNow({ transfer: second });
    expect(await over(room, second)).toMatchObject({ phase: 'failed', help: 'show' });
    expect(memberOf(room, second, ana)).toMatchObject({ help: 'show' });
  });
});

describe('the class', () => {
  it('loses an un-paired student in the middle of a transfer, and goes on', async () => {
    const { room, events } = await openRoom();
    const ana = await Student.pair(room, 0, 'silent');
    const ben = await Student.pair(room, 1);
    await room.setGroup({ name: 'Choir', students: [ana.id, ben.id] });
    const transfer = await send(room, 'everyone');
    const forAna = await send(room, { students: [ana.id] }, ASKED);
    await until(() => expect(ana.announced).toEqual([transfer]));
    await room.unpair({ student: ana.id });
    await over(room, transfer);
    expect(memberOf(room, transfer, ana)).toMatchObject({ state: 'failed', why: 'it was un-paired' });
    expect(memberOf(room, transfer, ben)?.state).toBe('complete');
    await until(() => expect(ana.closed).toMatchObject({ cause: 'fault', code: 'unpaired' }));
    const { students, groups } = room.snapshot();
    expect([ids(students), groups]).toEqual([[ben.id], [{ name: 'Choir', students: [ben.id] }]]);
    expect(viewOf(room, forAna)).toMatchObject({
      phase: 'failed',
      failure: 'Everybody it was for has been un-paired.',
    });
    await expect(Student.join(room, 0)).rejects.toThrow(ConnectError);
    expect(events.filter(({ event }) => event === 'unrecoverable')).toHaveLength(1);
  });

  it('is the same after a restart: students, names, groups, history', async () => {
    const first = await openRoom();
    const ana = await Student.pair(first.room, 0);
    const ben = await Student.pair(first.room, 1);
    await first.room.setGroup({ name: 'Choir', students: [ben.id] });
    await first.room.renameStudent({ student: ana.id, name: 'Zoe' });
    ana.say({ type: 'space', freeBytes: 123_456 });
    const free = () => first.room.snapshot().students.find(({ id }) => id === ana.id)?.freeBytes;
    await until(() => expect(free()).toBe(123_456));
    const transfer = await send(first.room, 'everyone');
    await over(first.room, transfer);
    await first.room.close();

    const { room } = await openRoom();
    expect(room.snapshot().students.map(({ id, name, connected, ip }) => [id, name, connected, ip])).toEqual([
      [ben.id, 'Ben', false, null],
      [ana.id, 'Zoe', false, null],
    ]);
    await Student.join(room, 0);
    expect(room.snapshot().students[0]).toEqual({ id: ana.id, name: 'Zoe', ip: LOOPBACK, connected: true });
    expect(room.snapshot().groups).toEqual([{ name: 'Choir', students: [ben.id] }]);
    const [entry, ...more] = await room.history();
    expect(more).toEqual([]);
    expect(entry).toMatchObject({ id: transfer, files: [{ path: 'Set/song.bin', size: 150_000 }] });
    expect(entry?.members.map(({ name, state }) => [name, state])).toEqual([
      ['Zoe', 'complete'],
      ['Ben', 'complete'],
    ]);
    expect(JSON.stringify(entry)).not.toContain(folder);
    await room.clearHistory();
    expect(await room.history()).toEqual([]);
  });

  it('calls a student in a running transfer as the teacher does', async () => {
    const { room } = await openRoom();
    const ana = await Student.pair(room, 0, 'silent');
    const transfer = await send(room, 'everyone');
    await until(() => expect(memberOf(room, transfer, ana)?.name).toBe('Ana'));
    await room.renameStudent({ student: ana.id, name: 'Ana L.' });
    expect(memberOf(room, transfer, ana)?.name).toBe('Ana L.');
  });
});

describe('the network doctor', () => {
  it('is asked through the room, and hears who answers and who goes', async () => {
    const { room } = await openRoom();
    await expect(room.examine()).rejects.toThrow('Nobody is in the room');
    const ana = await Student.pair(room, 0);
    const ben = await Student.pair(room, 1, 'silent');
    expect(room.snapshot().doctor).toBeNull();
    await room.examine();
    expect(room.snapshot().doctor).toMatchObject({ state: 'running', interface: LOOPBACK });
    await until(() => expect(ana.heard.map(({ type }) => type)).toContain('probe'));
    for (const probe of ana.heard) {
      if (probe.type === 'probe')
        ana.say({ type: 'probeReport', id: probe.id, ...{ slow: 60, fast: 600 }, adapter: 'wired', elsewhere: false });
    }
    await ben.leave();
    await until(() => expect(room.snapshot().doctor?.state).toBe('done'));
    expect(room.snapshot().doctor?.students).toMatchObject([
      { student: ana.id, verdict: 'good', received: 660 },
      { student: ben.id, verdict: 'noAnswer', cause: 'gone' },
    ]);
  });
});

describe('an examination under way', () => {
  it('is not begun twice, and what is sent meanwhile waits for its end', async () => {
    const { room } = await openRoom();
    const ana = await Student.pair(room, 0);
    const [first, second] = await Promise.allSettled([room.examine(), room.examine()]);
    expect(first.status).toBe('fulfilled');
    expect(second).toMatchObject({ status: 'rejected', reason: { message: expect.stringMatching(/already/) } });
    const transfer = await send(room, 'everyone');
    room.startNow({ transfer });
    expect(room.snapshot().doctor?.state).toBe('running');
    expect(viewOf(room, transfer).phase).toBe('queued');
    await ana.leave();
    await until(() => expect(room.snapshot().doctor?.state).toBe('done'));
    await Student.join(room, 0);
    expect((await over(room, transfer)).phase).toBe('finished');
  });
});

describe('a history that cannot be written', () => {
  it('stops no transfer, and is told once', async () => {
    await mkdir(join(stateDir, 'history.jsonl'), { recursive: true });
    const { room, events } = await openRoom();
    await Student.pair(room, 0);
    for (const path of [music, otherMusic]) {
      const transfer = await send(room, 'everyone', NOW, [path]);
      expect((await over(room, transfer)).phase).toBe('finished');
    }
    await until(() => expect(events.map(({ event }) => event)).toContain('problem'));
    await room.close();
    const problems = events.filter(({ event }) => event === 'problem');
    expect(problems).toMatchObject([{ reason: expect.stringMatching(/^The history cannot be written to .*history/) }]);
  });
});

describe('the door', () => {
  it('tells of strangers until they are paired, and of those who carry a known name', async () => {
    const { room, events } = await openRoom();
    const ana = await Student.pair(room, 0);
    await room.renameStudent({ student: ana.id, name: 'ben' });
    await expect(Student.join(room, 2)).rejects.toThrow(/not paired/);
    await expect(Student.join(room, 1)).rejects.toThrow(/not paired/);
    const [ben, cleo] = [identities[1]?.fingerprint, identities[2]?.fingerprint];
    expect(room.snapshot().strangers).toEqual([
      { id: ben, name: 'Ben', ip: LOOPBACK, sameName: true },
      { id: cleo, name: 'Cleo', ip: LOOPBACK, sameName: false },
    ]);
    await Student.pair(room, 1);
    expect(room.snapshot().strangers.map(({ id }) => id)).toEqual([cleo]);
    const told = events.map(({ event }) => event).filter((event) => /room|paired|stranger|enrolled/.test(event));
    expect(told).toEqual(['room', 'paired', 'enrolled', 'stranger', 'stranger', 'paired', 'enrolled']);
  });

  it('lets nobody new in while it is closed; those who are paired come as ever', async () => {
    const { room } = await openRoom();
    const ana = await Student.pair(room, 0);
    await ana.leave();
    room.letIn({ open: false });
    expect(room.snapshot().room?.code).toBeNull();
    await expect(Student.pair(room, 1)).rejects.toThrow(ConnectError);
    await Student.join(room, 0);
    room.letIn({ open: true });
    const code = room.snapshot().room?.code ?? '';
    expect(code).toMatch(/^\d{8}$/);
    await Student.join(room, 1, 'takes', code);
    room.newCode();
    expect(room.snapshot().room?.code).not.toBe(code);
  });

  it('lets anyone in where nobody has to be paired', async () => {
    const { room } = await openRoom({ admit: 'anyone' });
    expect(room.snapshot().room?.code).toBeNull();
    const ana = await Student.join(room, 0);
    expect(ids(room.snapshot().students)).toEqual([ana.id]);
    await ana.leave();
    await until(() => expect(room.snapshot().students).toEqual([]));
  });
});
