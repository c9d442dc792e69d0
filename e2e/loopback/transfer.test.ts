import { mkdir, readdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CHUNK_UNITS } from '../../src-shared/wire/limits';
import { Classroom, digests, expectEverywhere, type Student, sendTo, type Teacher } from './classroom';

const CHUNK = CHUNK_UNITS * 1448;
const LOSSES = ['loss=0.1,seed=1', 'loss=0.2,burst=4,seed=2', 'loss=0.05,duplicate=0.05,reorder=0.05,seed=3'];

let classroom: Classroom;
let teacher: Teacher;

beforeEach(async () => {
  classroom = await Classroom.open();
  teacher = await classroom.teacher('Teacher');
});
afterEach(() => classroom.close());

/** Three students, each with losses of its own, all enrolled. */
async function openStudents(impairments: readonly string[] = LOSSES): Promise<Student[]> {
  const students: Student[] = [];
  for (const [index, impairment] of impairments.entries()) {
    students.push(await classroom.student(`Student ${index + 1}`, teacher, { impairment }));
  }
  await teacher.room.waitFor(impairments.length, 10_000);
  return students;
}

async function send(...paths: string[]) {
  const transfer = await sendTo(teacher.room, paths);
  return teacher.events.first('finished', (event) => event.transfer === transfer);
}

/** Every student has exactly what is in the folder that was sent, under the folder's name. */
describe('one room and three students on lossy multicast', () => {
  it('brings files of every awkward size to everybody, by rounds', async () => {
    const students = await openStudents();
    const folder = await classroom.files('Suite', {
      empty: 0,
      'one byte': 1,
      'chunk - 1': CHUNK - 1,
      chunk: CHUNK,
      'chunk + 1': CHUNK + 1,
      'Disc 1/Part 2/song.flac': 3_000_000,
      'Disc 2/empty again': 0,
    });
    const finished = await send(folder);
    expect(finished).toMatchObject({ ok: true, failed: [] });
    expect([...finished.complete].sort()).toEqual(students.map(({ id }) => id).sort());
    expect(finished.resentBytes).toBeGreaterThan(0);
    await expectEverywhere(students, folder);
    const announced = teacher.events.of('announced');
    expect(announced.map(({ mode }) => mode)).toContain('coded');
    for (const student of students) {
      const [{ files } = { files: [] }] = student.events.of('complete');
      const onDisk = await digests(student.directory);
      expect(files.map(({ path }) => path).sort()).toEqual(Object.keys(onDisk).sort());
      expect(await readdir(join(student.stateDir, 'partial'))).toEqual(['completed.json']);
    }
  });

  it.each([
    ['an empty file', 0],
    ['one byte', 1],
  ])('sends %s alone', async (_, size) => {
    const students = await openStudents();
    const folder = await classroom.files('Little', { 'a.mid': size });
    expect(await send(folder)).toMatchObject({ ok: true });
    await expectEverywhere(students, folder);
  });

  it('keeps names as they are: NFC, NFD, spaces, 255 bytes, differing only by case', async () => {
    const students = await openStudents();
    const folder = await classroom.files('Näme  ', {
      [`${'Étude'.normalize('NFC')}.wav`]: 10,
      [`${'Étude'.normalize('NFD')}.wav`]: 11,
      ' leading and trailing ': 12,
      [`${'x'.repeat(251)}.mp3`]: 13,
      [`${'音'.repeat(84)}.id`]: 14,
      'ARIA.flac': 15,
      'aria.flac': 16,
      'Who? Me: <R.E.M.> "live" | *': 17,
      '.hidden': 18,
    });
    expect(await send(folder)).toMatchObject({ ok: true });
    await expectEverywhere(students, folder);
  });

  it('sends the same files twice and keeps one copy; changed ones arrive beside the old', async () => {
    const students = await openStudents();
    const folder = await classroom.files('Twice', { 'a.wav': 200_000, 'b.wav': 300_000 });
    expect(await send(folder)).toMatchObject({ ok: true });
    expect(await send(folder)).toMatchObject({ ok: true });
    await expectEverywhere(students, folder);
    await writeFile(join(folder, 'a.wav'), 'another take');
    expect(await send(folder)).toMatchObject({ ok: true });
    for (const { directory } of students) {
      expect(Object.keys(await digests(directory))).toEqual(['Twice/a (2).wav', 'Twice/a.wav', 'Twice/b.wav']);
    }
  });

  it('sends 500 small files', async () => {
    const students = await openStudents();
    const sizes = Array.from({ length: 500 }, (_, i) => [`disc ${i % 7}/${i}.mid`, (i * 37) % 3000] as const);
    const folder = await classroom.files('Many', Object.fromEntries(sizes));
    expect(await send(folder)).toMatchObject({ ok: true });
    await expectEverywhere(students, folder);
  });
});

describe('what people do in the middle of a transfer', () => {
  const SLOW = 2_000_000;

  beforeEach(async () => {
    teacher = await classroom.teacher('Slow teacher', { rate: SLOW });
  });

  it('cancels: nobody keeps anything, and the next transfer is right', async () => {
    const students = await openStudents();
    const long = await classroom.files('Long', { 'long.wav': 20_000_000 });
    const transfer = await sendTo(teacher.room, [long]);
    await teacher.events.first('progress', ({ sentBytes }) => sentBytes > 100_000);
    teacher.room.cancel({ transfer });
    expect(await teacher.events.first('finished')).toMatchObject({ transfer, ok: false, complete: [] });
    for (const student of students) {
      expect((await student.events.first('failed')).reason).toBe('The teacher cancelled the transfer.');
      expect(await digests(student.directory)).toEqual({});
      await vi.waitFor(async () => expect(await digests(join(student.stateDir, 'partial'))).toEqual({}));
    }
    const short = await classroom.files('Short', { 'short.wav': 50_000 });
    expect(await send(short)).toMatchObject({ ok: true });
    await expectEverywhere(students, short);
  });

  it('cancels at once and sends something else at once', async () => {
    const students = await openStudents();
    const first = await classroom.files('First', { 'first.wav': 500_000 });
    const second = await classroom.files('Second', { 'second.wav': 400_000 });
    const transfer = await sendTo(teacher.room, [first]);
    teacher.room.cancel({ transfer });
    expect(await send(second)).toMatchObject({ ok: true });
    await expectEverywhere(students, second);
    for (const { directory } of students) expect(Object.keys(await digests(directory))).toEqual(['Second/second.wav']);
  });

  it('pauses and goes on', async () => {
    const students = await openStudents();
    const folder = await classroom.files('Pause', { 'pause.wav': 3_000_000 });
    const transfer = await sendTo(teacher.room, [folder]);
    await teacher.events.first('progress', ({ sentBytes }) => sentBytes > 100_000);
    teacher.room.pause({ transfer });
    const paused = () => teacher.room.snapshot().transfers[0];
    expect(paused()).toMatchObject({ paused: true });
    const before = paused()?.sentBytes;
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(paused()?.sentBytes).toBe(before);
    teacher.room.resume({ transfer });
    expect(await teacher.events.first('finished')).toMatchObject({ ok: true });
    await expectEverywhere(students, folder);
  });

  it('queues two: one after the other, both right', async () => {
    const students = await openStudents();
    const one = await classroom.files('One', { 'one.wav': 400_000 });
    const two = await classroom.files('Two', { 'two.wav': 300_000 });
    const first = await sendTo(teacher.room, [one]);
    const second = await sendTo(teacher.room, [two]);
    expect(teacher.room.snapshot().transfers.map(({ id, phase }) => [id, phase === 'queued'])).toEqual([
      [first, false],
      [second, true],
    ]);
    await teacher.events.first('finished', ({ transfer }) => transfer === second);
    expect(teacher.events.of('finished').map(({ transfer, ok }) => [transfer, ok])).toEqual([
      [first, true],
      [second, true],
    ]);
    await expectEverywhere(students, one);
    await expectEverywhere(students, two);
  });

  it('restarts a student: it asks only for what it does not have', async () => {
    const [restless, steady] = await openStudents(LOSSES.slice(0, 2));
    const folder = await classroom.files('Rest', { 'rest.wav': 8_000_000 });
    const sent = sendTo(teacher.room, [folder]);
    await teacher.events.first('progress', ({ sentBytes }) => sentBytes > 5_000_000);
    await restless?.node.close();
    const again = await classroom.student('Student 1', teacher, { impairment: 'loss=0.1,seed=9' });
    await sent;
    const finished = await teacher.events.first('finished');
    // Its goodbye counted as leaving; it came back all the same.
    expect(finished).toMatchObject({ ok: true });
    const report = teacher.events.of('report').find(({ student }) => student === again.id);
    expect(report?.missingBytes).toBeLessThan(6_000_000);
    expect(report?.missingBytes).toBeGreaterThan(0);
    await expectEverywhere(
      [again, steady].filter((student) => student !== undefined),
      folder,
    );
  });

  it('restarts the teacher: the same transfer goes on', async () => {
    const students = await openStudents();
    const folder = await classroom.files('Again', { 'again.wav': 8_000_000 });
    const transfer = await sendTo(teacher.room, [folder]);
    await teacher.events.first('progress', ({ sentBytes }) => sentBytes > 4_000_000);
    await teacher.room.close();
    teacher = await classroom.teacher('Slow teacher', { listen: teacher.place });
    await teacher.room.waitFor(3, 20_000);
    expect(await sendTo(teacher.room, [folder])).toBe(transfer);
    const finished = await teacher.events.first('finished');
    expect(finished).toMatchObject({ transfer, ok: true });
    expect(teacher.events.of('announced').every(({ transmission }) => transmission > 0)).toBe(true);
    // What was received before is not sent again.
    expect(teacher.events.of('announced')[0]?.bytes).toBeLessThan(7_000_000);
    await expectEverywhere(students, folder);
  });

  it('stops when a file changes or vanishes, and says which', async () => {
    const students = await openStudents();
    const folder = await classroom.files('Gone', { 'a.wav': 2_000_000, 'gone.wav': 6_000_000 });
    await sendTo(teacher.room, [folder]);
    await teacher.events.first('progress', ({ sentBytes }) => sentBytes > 100_000);
    await mkdir(classroom.path('elsewhere'));
    await rename(join(folder, 'gone.wav'), classroom.path('elsewhere', 'gone.wav'));
    const { ok, failed } = await teacher.events.first('finished');
    expect(ok).toBe(false);
    expect(failed.map(({ reason }) => reason)).toEqual(
      students.map(() => expect.stringMatching(/^“gone\.wav” changed while it was being sent/)),
    );
    for (const student of students) {
      expect((await student.events.first('failed')).reason).toContain('“gone.wav” changed');
      expect(await digests(student.directory)).toEqual({});
    }
  });
});
