import { appendFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { CHUNK_UNITS } from '../../src-shared/wire/limits';
import { digestsBelow, digestsOf, makeFile } from './files';
import { impair } from './impairments';
import { describeLab, expectAllComplete, openSession, sendToAll } from './lab-test';
import type { Teacher } from './session';

/** A chunk of whole payloads; 64 KiB is what other tools take. */
const EDGES = [CHUNK_UNITS * 1448, 65_536].flatMap((size) => [size - 1, size, size + 1]);

describeLab('all kinds of files', () => {
  test.for([0, 1, 1448, ...EDGES])('a file of %i bytes', async (size, context) => {
    const session = openSession(context, 2);
    impair(session.lab.student(1), { loss: 0.2 });
    const paths = [makeFile(session.music, 'Étude.wav', size)];
    await expectAllComplete(session, await sendToAll(session, paths), digestsOf(paths));
  });

  test('5,000 small files in nested folders', async (context) => {
    const session = openSession(context, 2);
    for (const student of session.lab.students) impair(student, { loss: 0.01 });
    for (let i = 0; i < 5000; i++) {
      makeFile(session.music, `Library/Composer ${i % 25}/Opus ${i % 100}/${i}.mid`, i % 3000);
    }
    const paths = [join(session.music, 'Library')];
    await expectAllComplete(session, await sendToAll(session, paths), digestsOf(paths));
  });

  test('names of all kinds arrive as they are', async (context) => {
    const session = openSession(context, 2);
    const names = [
      'Dvořák'.normalize('NFC'),
      'Dvořák'.normalize('NFD'),
      '  two  spaces and a leading one.wav',
      'prélude.wav',
      'Prélude.wav',
      'PRÉLUDE.WAV',
      'R.E.M.',
      '-rf',
      '.hidden.wav',
      '弦楽四重奏曲 🎻.flac',
      `${'é'.repeat(125)}.flac`,
      'What? "A <minor>" | 1*2: yes.mid',
    ];
    const sizes = names.map((name) => Buffer.byteLength(name));
    expect(Math.max(...sizes)).toBe(255);
    for (const name of names) makeFile(session.music, join('Names', name), 3000);
    const paths = [join(session.music, 'Names')];
    expect(Object.keys(digestsOf(paths))).toHaveLength(names.length);
    await expectAllComplete(session, await sendToAll(session, paths), digestsOf(paths));
  });

  test('one transfer after the other, as standard input names them', async (context) => {
    const session = openSession(context, 2);
    impair(session.lab.student(1), { loss: 0.02 });
    const paths = ['Prelude.wav', 'Fugue.wav', 'Suite/Air.wav'].map((name) => makeFile(session.music, name, 300_000));
    const [prelude = '', fugue = ''] = paths;
    const options = ['--stdin', '--wait-for', '2', '--wait', '30'];
    const teacher = await session.teach([prelude], options, { isFed: true });
    const students = await Promise.all([session.stay(1), session.stay(2)]);
    await teacher.feed(Buffer.from(`${fugue}\n\n${session.music}/Missing.wav\n${session.music}/Suite`));
    teacher.endFeed();
    // Somebody is told what was not sent; the rest arrives.
    expect(await teacher.exitCode()).toBe(1);
    expect(teacher.all('problem').map(({ reason }) => reason)).toEqual([expect.stringContaining('Missing.wav')]);
    expect(teacher.all('finished').map(({ ok }) => ok)).toEqual([true, true, true]);
    for (const student of students) await student.waitFor('finished', ({ transfer }) => transfer === lastOf(teacher));
    const expected = digestsOf([prelude, fugue, join(session.music, 'Suite')]);
    for (const number of [1, 2]) expect(digestsBelow(session.folderOf(number))).toEqual(expected);
  });

  test('several files and folders in one command', async (context) => {
    const session = openSession(context, 2);
    makeFile(session.music, 'Album/1.flac', 700_000);
    makeFile(session.music, 'Album/CD 2/1.flac', 300_000);
    const paths = [join(session.music, 'Album'), makeFile(session.music, 'Étude.wav', 100_000)];
    await expectAllComplete(session, await sendToAll(session, paths), digestsOf(paths));
  });

  test('the same file sent twice is there once', async (context) => {
    const session = openSession(context, 2);
    const paths = [makeFile(session.music, 'Sonata.wav', 3_000_000)];
    await expectAllComplete(session, await sendToAll(session, paths), digestsOf(paths));
    await expectAllComplete(session, await sendToAll(session, paths), digestsOf(paths));
  });

  test('another file of the same name is kept beside the first', async (context) => {
    const session = openSession(context, 1);
    const first = makeFile(session.music, 'Sonata.wav', 500_000);
    await expectAllComplete(session, await sendToAll(session, [first]), digestsOf([first]));
    const firstDigest = digestsOf([first])['Sonata.wav'];
    const second = makeFile(session.music, 'Sonata.wav', 400_000);
    const { teacher } = await sendToAll(session, [second]);
    expect(await teacher.exitCode()).toBe(0);
    const digests = { 'Sonata.wav': firstDigest, 'Sonata (2).wav': digestsOf([second])['Sonata.wav'] };
    expect(digestsBelow(session.folderOf(1))).toEqual(digests);
  });

  test('a file that changes while it is sent stops the transfer, and nobody gets a mixture', async (context) => {
    const session = openSession(context, 2);
    const path = makeFile(session.music, 'Take.wav', 8_000_000);
    const { teacher, students } = await sendToAll(session, [path], ['--rate', '32']);
    await teacher.waitFor('dataChannel', ({ state }) => state === 'open');
    appendFileSync(path, 'one more bar');
    expect(await teacher.exitCode()).toBe(1);
    for (const [i, student] of students.entries()) {
      expect(await student.exitCode()).toBe(1);
      const reasons = student.all('failed').map(({ reason }) => reason);
      expect(reasons).toEqual([expect.stringMatching(/changed while it was being sent/)]);
      expect(digestsBelow(session.folderOf(i + 1))).toEqual({});
    }
    expect(teacher.all('finished')[0]?.failed[0]?.reason).toContain(basename(path));
  });
});

function lastOf(teacher: Teacher): string | undefined {
  return teacher.all('finished').at(-1)?.transfer;
}
