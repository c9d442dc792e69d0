import { expect, test } from 'vitest';
import { digestsBelow, digestsOf, makeFile } from './files';
import { describeLab, expectAllComplete, openSession, sendToAll } from './lab-test';
import { TcpFlow } from './tcp-flow';

const MEGABYTE = 1_000_000;

// Which share of a link is reached, and what is left to others: npm run bench.
describeLab('a switch whose queue is full', () => {
  test.for([20, 100, 300])('%i Mbit/s to one of three students', async (megabits, context) => {
    const session = openSession(context, 3);
    session.lab.limitPort(2, megabits);
    const paths = [makeFile(session.music, 'Sonata.wav', 6 * MEGABYTE)];
    const room = await sendToAll(session, paths);
    await expectAllComplete(session, room, digestsOf(paths));
  });

  test('two rooms send through one port', async (context) => {
    const session = openSession(context, 2);
    session.lab.limitPort(1, 50);
    const path = makeFile(session.music, 'Sonata.wav', 6 * MEGABYTE);
    const teacher = await session.teach([path], ['--wait-for', '1', '--wait', '30']);
    const second = await session.openSecondRoom(session.lab.student(2), session.lab.student(1), path);
    const students = [await session.receive(1)];
    await expectAllComplete(session, { teacher, students }, digestsOf([path]));
    expect(await second.teacher.exitCode()).toBe(0);
    expect(await second.student.exitCode()).toBe(0);
    expect(digestsBelow(session.secondFolder)).toEqual(digestsOf([path]));
  });

  test('a TCP connection goes on beside a transfer', async (context) => {
    const session = openSession(context, 2);
    session.lab.limitPort(1, 50);
    const flow = await TcpFlow.open(session.lab.student(2), session.lab.student(1));
    context.onTestFinished(() => flow.close());
    const paths = [makeFile(session.music, 'Sonata.wav', 6 * MEGABYTE)];
    const room = await sendToAll(session, paths);
    await expectAllComplete(session, room, digestsOf(paths));
    const [start = 0] = room.teacher.all('dataChannel').map(({ at }) => at);
    const [end = 0] = room.teacher.all('finished').map(({ at }) => at);
    expect(flow.bytesBetween(start, end)).toBeGreaterThan(MEGABYTE / 10);
  });
});
