import { expect, test, vi } from 'vitest';
import { digestsBelow, digestsOf, makeFile } from './files';
import { describeLab, expectAllComplete, expectProtocolKept, openSession, sendToAll } from './lab-test';
import { checkSequenceNumbers, checkTeacherDataChannel } from './protocol-checks';
import type { Session, Teacher } from './session';

/** At 16 Mbit/s the first transmission of 8 MB takes four seconds: time to come late, to fall over, to go away. */
const SIZE = 8_000_000;
const SLOW = ['--rate', '16'];
/** Time to start in while half of it is left, also on a busy machine. */
const SLOWER = ['--rate', '8'];

describeLab('students and teachers that come and go', () => {
  test('a student that joins in the middle gets everything', async (context) => {
    const session = openSession(context, 2);
    const paths = [makeFile(session.music, 'Sonata.wav', SIZE)];
    const teacher = await session.teach(paths, ['--wait-for', '1', '--wait', '30', ...SLOWER]);
    const early = await session.receive(1);
    await reachMiddle(session, teacher);
    const late = await session.receive(2);
    await expectAllComplete(session, { teacher, students: [early, late] }, digestsOf(paths));
    expect((await repairsFor(session, teacher, 2)).length).toBeGreaterThan(0);
  });

  test('a student that is killed and started again asks only for what it lacks', async (context) => {
    const session = openSession(context, 3);
    const paths = [makeFile(session.music, 'Sonata.wav', SIZE)];
    const { teacher, students } = await sendToAll(session, paths, SLOW);
    await reachMiddle(session, teacher);
    session.disturb(2);
    await students[1]?.kill();
    await teacher.waitFor('transmitted');
    const again = await session.receive(2);
    expect(await again.exitCode()).toBe(0);
    const finishers = students.map((student, i) => (i === 1 ? again : student));
    await expectAllComplete(session, { teacher, students: finishers }, digestsOf(paths));
    const [repair] = await repairsFor(session, teacher, 2);
    expect(repair?.bytes).toBeLessThan(SIZE * 0.9);
  });

  test('a student that vanishes is reported with what it misses, and the rest finish', async (context) => {
    const session = openSession(context, 3);
    const paths = [makeFile(session.music, 'Sonata.wav', SIZE)];
    const { teacher, students } = await sendToAll(session, paths, SLOW);
    await reachMiddle(session, teacher);
    session.disturb(3);
    const vanished = await session.idOf(3);
    session.lab.setLink(session.lab.student(3), 'down');
    expect(await teacher.exitCode(120_000)).toBe(1);
    for (const number of [1, 2]) {
      expect(await students[number - 1]?.exitCode()).toBe(0);
      expect(digestsBelow(session.folderOf(number))).toEqual(digestsOf(paths));
    }
    expect(digestsBelow(session.folderOf(3))).toEqual({});
    const [finished] = teacher.all('finished');
    expect(finished?.failed).toEqual([{ id: vanished, reason: expect.stringMatching(/./) }]);
    const loss = teacher.all('unrecoverable').find(({ student }) => student === vanished);
    expect(loss?.ranges.length).toBeGreaterThan(0);
    await expectProtocolKept(session);
  });

  test('a teacher that is killed and started again resumes the same transfer', async (context) => {
    const session = openSession(context, 3);
    const paths = [makeFile(session.music, 'Sonata.wav', SIZE)];
    const options = ['--wait-for', '3', '--wait', '30', ...SLOW];
    const { teacher: first, students } = await sendToAll(session, paths, SLOW);
    await reachMiddle(session, first);
    await first.kill();
    const second = await session.teach(paths, options);
    expect(await second.exitCode(120_000)).toBe(0);
    for (const [i, student] of students.entries()) {
      expect(await student.exitCode()).toBe(0);
      expect(digestsBelow(session.folderOf(i + 1))).toEqual(digestsOf(paths));
    }
    const [before] = first.all('announced');
    const [after] = second.all('announced');
    expect(after?.transfer).toBe(before?.transfer);
    expect(after?.bytes).toBeLessThan(SIZE * 0.9);
    const events = [...first.events, ...second.events];
    expect(checkSequenceNumbers(events)).toEqual([]);
    expect(checkTeacherDataChannel(second.events)).toEqual([]);
  });
});

/** Waits until half of the first transmission has left. */
async function reachMiddle({ lab }: Session, teacher: Teacher): Promise<void> {
  await teacher.waitFor('dataChannel', ({ state }) => state === 'open');
  const wait = { timeout: 30_000, interval: 50 };
  await vi.waitFor(() => expect(lab.traffic().multicast).toBeGreaterThan(SIZE / 2), wait);
}

/** The retransmissions that were for this student. */
async function repairsFor(session: Session, teacher: Teacher, student: number) {
  const id = await session.idOf(student);
  return teacher.all('announced').filter(({ transmission, students }) => transmission > 0 && students.includes(id));
}
