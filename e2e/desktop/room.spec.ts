import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { seededRandom } from '../../src-main/transport/seeded-random';
import { freePort } from '../free-port';
import { digestsBelow } from '../lab/files';
import { drop } from './drag';
import { codeOn } from './lab-classroom';
import { launch, photograph, type StartedApp, temporaryFolder } from './launch';

/** One teacher and two students, three real programs on the loopback interface: what a lesson does, with 5 % loss. */
const LOOPBACK = '127.0.0.1';
const WIDE = { width: 1280, height: 860 };

let folder: ReturnType<typeof temporaryFolder>;
const started: StartedApp[] = [];

test.beforeEach(() => {
  folder = temporaryFolder();
});

test.afterEach(async () => {
  for (const { app } of started.splice(0)) await app.close();
  folder.remove();
});

test('a dropped folder reaches two students', async () => {
  const source = join(folder.path, 'Suite No. 1');
  writeFiles(source);
  const port = await freePort();
  const teacher = await startTeacher(port);
  const code = await codeOn(teacher);
  const students = [await startStudent('Ana', port, 1, code), await startStudent('Ben', port, 2, code)];
  await expect(teacher.getByTestId('person')).toHaveCount(2);

  await drop(teacher, source);
  await expect(teacher.getByTestId('member')).toHaveCount(2, { timeout: 30_000 });
  await photograph(teacher, 'room-running');

  await expect(teacher.getByTestId('closing')).toContainText('2 of 2 have all 4 files.', { timeout: 60_000 });
  expect(await teacher.getByTestId('round').count()).toBeGreaterThan(1);
  await expect(teacher.getByTestId('permanent-group').getByText('Complete', { exact: true })).toHaveCount(2);
  await photograph(teacher, 'room-finished');
  for (const { page, directory } of students) {
    await expect(page.getByTestId('set')).toContainText('Suite No. 1');
    expect(Object.values(digestsBelow(directory)).sort()).toEqual(Object.values(digestsBelow(source)).sort());
  }
  await photograph(students[0]?.page ?? teacher, 'room-student');
  for (const { errors } of started) expect(errors).toEqual([]);
});

async function startTeacher(port: number): Promise<Page> {
  const teacher = await launch({
    userData: join(folder.path, 'teacher'),
    settings: { role: 'teacher', name: 'Ms Rivera, room 12' },
    env: { TUTTI_LISTEN: `${LOOPBACK}:${port}` },
    size: WIDE,
    colours: 'light',
  });
  started.push(teacher);
  await expect(teacher.page.getByTestId('let-in')).toBeVisible();
  return teacher.page;
}

async function startStudent(
  name: string,
  port: number,
  seed: number,
  code: string,
): Promise<{ page: Page; directory: string }> {
  const userData = join(folder.path, name);
  const directory = join(folder.path, `${name}’s music`);
  const student = await launch({
    userData,
    settings: { role: 'student', name, folder: directory },
    env: {
      TUTTI_CONNECT: `${LOOPBACK}:${port}`,
      TUTTI_IMPAIR: `loss=0.05,seed=${seed}`,
    },
    colours: 'light',
  });
  started.push(student);
  await student.page.getByLabel(/^Code of/).fill(code);
  await expect(student.page.getByText('Nothing has arrived yet')).toBeVisible();
  return { page: student.page, directory };
}

function writeFiles(root: string): void {
  mkdirSync(join(root, 'CD 1'), { recursive: true });
  writeFileSync(join(root, 'CD 1', '01 Prélude.wav'), noise(3_000_000, 1));
  writeFileSync(join(root, 'CD 1', '02 Allemande.wav'), noise(2_000_000, 2));
  writeFileSync(join(root, 'Programme.txt'), 'Suite No. 1\n');
  writeFileSync(join(root, 'empty.mid'), '');
}

function noise(size: number, seed: number): Uint8Array {
  const random = seededRandom(seed);
  return Uint8Array.from({ length: size }, () => random() * 256);
}
