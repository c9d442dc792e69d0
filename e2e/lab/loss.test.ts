import { expect, test } from 'vitest';
import { loadNativeModule } from '../../src-main/accelerator/native-module';
import { digestsOf, makeFile } from './files';
import { impair } from './impairments';
import { describeLab, expectAllComplete, openSession, sendToAll } from './lab-test';

const MEGABYTE = 1_000_000;

describeLab('a room on a lossy network', () => {
  const cases = [1, 4, 8].flatMap((students) => [0, 0.01, 0.05, 0.2].map((loss) => ({ students, loss })));

  test.for(cases)('$students students, $loss of the datagrams lost', async ({ students, loss }, context) => {
    const session = openSession(context, students);
    for (const student of session.lab.students) impair(student, { loss });
    makeFile(session.music, 'Suite/Allemande.wav', 4 * MEGABYTE);
    makeFile(session.music, 'Suite/Courante.flac', 2 * MEGABYTE);
    const paths = [`${session.music}/Suite`];
    const room = await sendToAll(session, paths);
    await expectAllComplete(session, room, digestsOf(paths));
    if (loss >= 0.05) expect(repairedBytes(room.teacher.all('finished'))).toBeGreaterThan(0);
  });

  const pairs = (['dgram', 'accelerated'] as const).flatMap((teacher) =>
    (['dgram', 'accelerated'] as const).map((students) => ({ teacher, students })),
  );

  // All other tests use the accelerator on both sides, where there is one.
  test.for(pairs)('a teacher with $teacher, students with $students', async (paths, context) => {
    context.skip(Object.values(paths).includes('accelerated') && loadNativeModule() === undefined, 'no accelerator');
    const session = openSession(context, 3);
    for (const student of session.lab.students) impair(student, { loss: 0.05 });
    const music = [makeFile(session.music, 'Sonata.wav', 4 * MEGABYTE)];
    session.environment.TUTTI_DATA_PATH = paths.teacher;
    const teacher = await session.teach(music, ['--wait-for', '3', '--wait', '30']);
    expect(teacher.all('room').map(({ dataPath }) => dataPath)).toEqual([paths.teacher]);
    session.environment.TUTTI_DATA_PATH = paths.students;
    const students = await Promise.all([1, 2, 3].map((number) => session.receive(number)));
    await expectAllComplete(session, { teacher, students }, digestsOf(music));
    expect(repairedBytes(teacher.all('finished'))).toBeGreaterThan(0);
  });

  test('losses that come in bursts', async (context) => {
    const session = openSession(context, 4);
    session.lab.students.forEach((student, i) => {
      impair(student, { burst: { length: 40 * (i + 1), period: 1000 } });
    });
    const paths = [makeFile(session.music, 'Sonata.wav', 8 * MEGABYTE)];
    const room = await sendToAll(session, paths);
    await expectAllComplete(session, room, digestsOf(paths));
    expect(repairedBytes(room.teacher.all('finished'))).toBeGreaterThan(0);
  });

  test('a student that multicast does not reach is served over TCP, and the scorecard says why', async (context) => {
    const session = openSession(context, 3);
    impair(session.lab.student(2), { loss: 1 });
    const paths = [makeFile(session.music, 'Sonata.wav', 4 * MEGABYTE)];
    const room = await sendToAll(session, paths);
    await expectAllComplete(session, room, digestsOf(paths));
    const unreached = await session.idOf(2);
    const entries = room.teacher.all('scorecard').flatMap(({ permanent }) => permanent);
    expect(entries.filter(({ id }) => id === unreached).map(({ why }) => why)).toContainEqual(
      expect.stringMatching(/multicast/i),
    );
    const served = room.teacher.all('announced').filter(({ students }) => students.includes(unreached));
    expect(served.filter(({ transmission }) => transmission > 0).map(({ mode }) => mode)).not.toContain('plain');
    expect(room.teacher.all('finished')[0]?.filledBytes).toBeGreaterThanOrEqual(4 * MEGABYTE);
  });
});

function repairedBytes(finished: readonly { resentBytes: number; filledBytes: number }[]): number {
  return finished.reduce((sum, { resentBytes, filledBytes }) => sum + resentBytes + filledBytes, 0);
}
