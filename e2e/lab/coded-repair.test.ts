import { expect, test } from 'vitest';
import { digestsOf, makeFile } from './files';
import { impair } from './impairments';
import { describeLab, expectAllComplete, openSession, sendToAll } from './lab-test';

const MEGABYTE = 1_000_000;

describeLab('the sender’s link', () => {
  // Headers are 4 % of it, and the union of the losses would be another 34 and 15 %. Thirty students: npm run bench.
  test.for([
    { students: 8, loss: 0.05, megabytes: 12, bound: 1.2 },
    { students: 16, loss: 0.01, megabytes: 12, bound: 1.1 },
  ])('carries at most $bound times the file to $students students at $loss loss', async (row, context) => {
    const session = openSession(context, row.students);
    for (const student of session.lab.students) impair(student, { loss: row.loss });
    const bytes = row.megabytes * MEGABYTE;
    const paths = [makeFile(session.music, 'Symphony.wav', bytes)];
    const before = session.lab.traffic().multicast;
    const room = await sendToAll(session, paths);
    await expectAllComplete(session, room, digestsOf(paths));
    const share = (session.lab.traffic().multicast - before) / bytes;
    expect(room.teacher.all('announced').map(({ mode }) => mode)).toContain('coded');
    expect(share).toBeLessThanOrEqual(row.bound);
  });
});
