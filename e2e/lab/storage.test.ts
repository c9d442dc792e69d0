import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { digestsBelow, digestsOf, makeFile } from './files';
import { describeLab, expectProtocolKept, openSession, sendToAll } from './lab-test';
import type { Session, Student, Teacher } from './session';

const SIZE = 8_000_000;

describeLab('a student whose disk takes no more', () => {
  test('a disk that is too small', async (context) => {
    const session = openSession(context, 2);
    session.mountDisk(2, 'size=4m');
    const paths = [makeFile(session.music, 'Sonata.wav', SIZE)];
    const room = await sendToAll(session, paths);
    await expectSecondFails(session, room, paths, /space|full|free/i);
    expect(digestsBelow(session.folderOf(2))).toEqual({});
  });

  test('a disk that fills up on the way', async (context) => {
    const session = openSession(context, 2);
    const disk = session.mountDisk(2, 'size=24m');
    const paths = [makeFile(session.music, 'Sonata.wav', SIZE)];
    const room = await sendToAll(session, paths, ['--rate', '32']);
    await room.students[1]?.waitFor('dataChannel', ({ state }) => state === 'open');
    expect(() => writeFileSync(join(disk, 'filler'), Buffer.alloc(30_000_000))).toThrow(/ENOSPC/);
    await expectSecondFails(session, room, paths, /space|full/i);
    expect(Object.keys(digestsBelow(disk))).toEqual(['filler']);
  });

  test('a folder that is read-only', async (context) => {
    const session = openSession(context, 2);
    session.mountDisk(2, 'ro,size=24m');
    const paths = [makeFile(session.music, 'Sonata.wav', SIZE)];
    const teacher = await session.teach(paths, ['--wait-for', '2', '--wait', '30']);
    // Its state has a disk of its own: otherwise it could not even keep its identity.
    const state = ['--state', join(session.directory, 'state-2')];
    const students = [await session.receive(1), await session.receive(2, state)];
    await expectSecondFails(session, { teacher, students }, paths, /read-only|write|permission/i);
    expect(digestsBelow(session.folderOf(2))).toEqual({});
  });
});

/** Student 1 has everything; student 2 failed, by name and reason, at its own end and at the teacher's. */
async function expectSecondFails(
  session: Session,
  { teacher, students }: { teacher: Teacher; students: readonly Student[] },
  paths: readonly string[],
  reason: RegExp,
): Promise<void> {
  expect(await teacher.exitCode(120_000)).toBe(1);
  expect(await students[0]?.exitCode()).toBe(0);
  expect(await students[1]?.exitCode()).toBe(1);
  expect(digestsBelow(session.folderOf(1))).toEqual(digestsOf(paths));
  expect(students[1]?.all('complete')).toEqual([]);
  expect(students[1]?.all('failed').map((event) => event.reason)).toEqual([expect.stringMatching(reason)]);
  const [finished] = teacher.all('finished');
  expect(finished?.complete).toEqual([await session.idOf(1)]);
  expect(finished?.failed).toEqual([{ id: await session.idOf(2), reason: expect.stringMatching(reason) }]);
  await expectProtocolKept(session);
}
