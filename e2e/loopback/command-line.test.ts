import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Classroom, digests, LOOPBACK, sendTo, type Teacher } from './classroom';

const PROGRAM = join(import.meta.dirname, '../../src-main/cli.ts');
const PATIENCE_MS = 30_000;

let classroom: Classroom;
let folder: string;

beforeEach(async () => {
  classroom = await Classroom.open();
  folder = await classroom.files('Suite', { 'a.wav': 100_000 });
});
afterEach(() => classroom.close());

interface Ended {
  readonly code: number | string | null | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command line to its end; it can use the loopback interface only. */
function tutti(...args: string[]): Promise<Ended> {
  const env = { ...process.env, TUTTI_INTERFACE: LOOPBACK, TUTTI_IMPAIR: '' };
  return new Promise((resolve) => {
    const options = { env, timeout: PATIENCE_MS };
    execFile(process.execPath, ['--import', 'tsx', PROGRAM, ...args], options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : error.code, stdout, stderr });
    });
  });
}

function eventsIn(stdout: string): { event: string; [field: string]: unknown }[] {
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

const send = (...args: string[]) =>
  tutti('send', '--listen', `${LOOPBACK}:0`, '--interface', LOOPBACK, '--state', classroom.path('state'), ...args);
const receive = (...args: string[]) =>
  tutti('receive', '--dir', classroom.path('music'), '--interface', LOOPBACK, ...args);

describe('a command line that cannot be understood', () => {
  it.each([
    [[], 'A command is needed.'],
    [['play'], '“play” is not a command.'],
    [['send'], 'Name at least one file or folder to send.'],
    [['send', 'x', '--loud'], "Unknown option '--loud'."],
    [['send', 'x', '--rate', 'fast'], '--rate takes “auto” or a number of Mbit/s, not “fast”.'],
    [['send', 'x', '--group', '10.0.0.1'], '--group takes a multicast address'],
    [['receive'], '--dir DIR is needed'],
    [['receive', '--dir', 'x', '--connect', 'garbage'], '--connect takes HOST:PORT'],
    [['receive', '--dir', 'x', '--connect', 'host:99999'], '--connect takes HOST:PORT'],
    [['receive', '--dir', 'x', '--pin', 'beef'], 'fingerprint'],
    [['receive', '--dir', 'x', '--pin', 'ab'.repeat(32), '--trust-on-first-use'], 'not two'],
    [['receive', '--dir', 'x', '--pin', 'ab'.repeat(32), '--code', '01234567'], 'not two'],
    [['receive', '--dir', 'x', '--code', '1234567'], '--code takes the eight digits of a room, not “1234567”.'],
    [['receive', '--dir', 'x', '--folders', '../{room}'], 'it has to stay below the folder of --dir'],
    [['receive', '--dir', 'x', '--folders', '{who}'], 'in braces it takes room, date, artist, album'],
    [['receive', '--dir', 'x', '--conflict', 'maybe'], '--conflict takes keepBoth, replace, backUp, not “maybe”.'],
    [['send', 'x', '--code', 'abcdefgh'], '--code takes the eight digits of a room'],
    [['send', 'x', '--code', '01234567', '--trust-on-first-use'], 'not both'],
  ])('%j: exit code 2 and a sentence', async (args, sentence) => {
    const { code, stdout, stderr } = await tutti(...args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(sentence);
    expect(stderr).toMatch(/^tutti: .+\n\nUsage:/);
  });

  it('is one without any trust, too', async () => {
    const { code, stderr } = await receive();
    expect(code).toBe(2);
    expect(stderr).toContain('No teacher is known yet.');
  });
});

describe('a send that cannot be', () => {
  it('names a file that is not there, or is no file, and opens no room for it', async () => {
    await rm(join(folder, 'a.wav'));
    expect(await send(join(folder, 'a.wav'))).toMatchObject({
      code: 1,
      stdout: '',
      stderr: 'tutti: “a.wav” is no longer there, or never was.\n',
    });
    expect(await send(folder)).toMatchObject({ code: 1, stderr: expect.stringContaining('There is no file to send') });
    expect(await send('/dev/null')).toMatchObject({ code: 1, stderr: expect.stringContaining('neither a file') });
  });

  it('names a port that is in use, and an address that is not this computer’s', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, LOOPBACK, resolve));
    classroom.atEnd(() => new Promise<void>((resolve) => server.close(() => resolve())));
    const bound = server.address();
    const port = typeof bound === 'object' ? bound?.port : 0;
    expect(await send(folder, '--listen', `${LOOPBACK}:${port}`)).toMatchObject({
      code: 1,
      stderr: `tutti: Another program uses ${LOOPBACK}:${port} already. Close it, or choose another port.\n`,
    });
    expect(await send(folder, '--interface', '203.0.113.9')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^tutti: No network interface of this computer has the address 203\.0\.113\.9\./),
    });
  });

  it('ends with 1 when nobody joins', async () => {
    const { code, stderr } = await send(folder, '--wait', '0.2', '--json');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^tutti: Nobody joined the room in time\./);
  });
});

describe('the code of a room', () => {
  const codeOf = async (...args: string[]) => {
    const { stdout } = await send(folder, '--wait', '0.2', '--json', ...args);
    return eventsIn(stdout).find(({ event }) => event === 'room')?.code;
  };

  it('is the one that is given, a random one, or none where anyone may come in', async () => {
    expect(await codeOf('--code', '0123-4567')).toBe('01234567');
    expect(await codeOf()).toMatch(/^\d{8}$/);
    expect(await codeOf('--trust-on-first-use')).toBeNull();
  });
});

describe('a student with a code', () => {
  let teacher: Teacher;
  let connect: string;

  beforeEach(async () => {
    teacher = await classroom.teacher('Teacher', { admit: 'paired', code: '01234567' });
    connect = `${teacher.place.host}:${teacher.place.port}`;
  });

  async function receiveOnce(...args: string[]): Promise<string[]> {
    const enrolled = teacher.events.of('enrolled').length;
    const receiving = receive('--connect', connect, '--once', '--json', ...args);
    await vi.waitFor(() => expect(teacher.events.of('enrolled').length).toBeGreaterThan(enrolled), 20_000);
    await sendTo(teacher.room, [folder]);
    const { code, stdout, stderr } = await receiving;
    expect([code, stderr]).toEqual([0, '']);
    return eventsIn(stdout).map(({ event }) => event);
  }

  it('is paired once; after that neither side needs the code', async () => {
    expect((await receiveOnce('--code', '0123 4567', '--name', 'Ana')).slice(0, 2)).toEqual(['paired', 'enrolled']);
    expect(teacher.events.of('paired')).toMatchObject([{ student: { name: 'Ana', ip: LOOPBACK } }]);
    expect(await digests(classroom.path('music', 'Suite'))).toEqual(await digests(folder));
    await writeFile(join(folder, 'a.wav'), 'another take');
    expect(await receiveOnce()).not.toContain('paired');
    // A script may go on giving the code, even when it is out of date.
    await writeFile(join(folder, 'a.wav'), 'a third take');
    expect(await receiveOnce('--code', '00000000')).not.toContain('paired');
    expect(teacher.events.of('paired')).toHaveLength(1);
  });

  it('that is not the room’s gets a sentence and ends', async () => {
    const { code, stdout } = await receive('--connect', connect, '--code', '01234568', '--json');
    expect(code).toBe(1);
    expect(eventsIn(stdout)).toMatchObject([{ event: 'failed', reason: /not the code of this room/, final: true }]);
    expect([teacher.events.of('paired'), teacher.events.of('enrolled')]).toEqual([[], []]);
  });
});

describe('a student', () => {
  let teacher: Teacher;
  let connect: string;

  beforeEach(async () => {
    teacher = await classroom.teacher('Teacher '.repeat(30));
    connect = `${teacher.place.host}:${teacher.place.port}`;
  });

  it('does not listen to a teacher with another certificate, and ends', async () => {
    const { code, stdout } = await receive('--connect', connect, '--pin', 'ab'.repeat(32), '--json');
    expect(code).toBe(1);
    expect(stdout).toMatch(/"event":"failed","reason":"The room at .* is not of the teacher you trust; expected AB:/);
    expect(teacher.events.of('enrolled')).toEqual([]);
  });

  it('receives once, with names that are longer than the protocol allows', async () => {
    const receiving = receive(
      '--connect',
      connect,
      '--pin',
      teacher.fingerprint,
      '--once',
      '--json',
      '--name',
      '🎻'.repeat(99),
    );
    await teacher.events.first('enrolled');
    await sendTo(teacher.room, [folder]);
    const { code, stdout, stderr } = await receiving;
    expect([code, stderr]).toEqual([0, '']);
    const events = eventsIn(stdout);
    expect(events.map(({ event }) => event)).toContain('complete');
    expect(events.every(({ at }) => Number.isInteger(at))).toBe(true);
    expect(await digests(classroom.path('music', 'Suite'))).toEqual(await digests(folder));
  });

  it('whose folder is a file: failed here and at the teacher, by name', async () => {
    await writeFile(classroom.path('music'), 'not a folder');
    const state = classroom.path('student state');
    const receiving = receive(
      '--connect',
      connect,
      '--pin',
      teacher.fingerprint,
      '--once',
      '--state',
      state,
      '--name',
      'Ana',
    );
    await teacher.events.first('enrolled');
    await sendTo(teacher.room, [folder]);
    const { failed } = await teacher.events.first('finished');
    expect(failed.map(({ reason }) => reason)).toEqual([expect.stringMatching(/folder .*music/)]);
    expect(await receiving).toMatchObject({ code: 1 });
  });
});
