import { expect, test } from 'vitest';
import { digestsOf, makeFile } from './files';
import { describeLab, expectAllComplete, openSession } from './lab-test';

const CODE = '01234567';

describeLab('a room with a code', () => {
  test('students that know the code find it and are paired all at once', async (context) => {
    const session = openSession(context, 8);
    const paths = [makeFile(session.music, 'Sonata.wav', 1_000_000)];
    const teacher = await session.teach(paths, ['--code', CODE, '--wait-for', '8', '--wait', '30']);
    const students = session.lab.students.map((_, i) => session.pair(i + 1, CODE));
    await expectAllComplete(session, { teacher, students }, digestsOf(paths));
    const [room] = teacher.all('room');
    for (const student of students) {
      expect(student.all('paired')).toMatchObject([{ fingerprint: room?.fingerprint }]);
    }
    expect(teacher.all('paired').map(({ student }) => student.ip)).toHaveLength(8);
    expect(teacher.all('code')).toEqual([]);
  });

  test('a wrong code ends its student; the sixth to try it is told of the new one', async (context) => {
    const session = openSession(context, 6);
    const paths = [makeFile(session.music, 'Sonata.wav', 100_000)];
    const teacher = await session.teach(paths, ['--code', CODE, '--wait-for', '1', '--wait', '30']);
    for (const number of [1, 2, 3, 4, 5]) {
      const student = session.pair(number, '76543210');
      expect(await student.exitCode()).toBe(1);
      expect(student.all('failed').at(-1)).toMatchObject({ reason: /not the code of this room/, final: true });
    }
    const { code } = await teacher.waitFor('code');
    expect(code).not.toBe(CODE);
    const late = session.pair(6, CODE);
    expect(await late.exitCode()).toBe(1);
    expect(late.all('failed').at(-1)?.reason).toMatch(/new code|not the code/);
    expect(teacher.all('paired')).toEqual([]);
  });
});
