import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { makeMusic } from '../demo/music/make-music';
import { digestsBelow } from '../lab/files';
import { impair } from '../lab/impairments';
import { isRequired, labProblem } from '../lab/requirements';
import { loadRules } from '../lab/topology';
import { drop } from './drag';
import { codeOn, type Desk, introduce, LabClassroom, pair } from './lab-classroom';
import { photograph, told } from './launch';

/** One teacher and three students, four real programs in four network namespaces: what a lesson does. */

const TEACHER = 'Ms Rivera';
const problem = labProblem();
test.skip(problem !== undefined && !isRequired('lab'), problem);
test.setTimeout(180_000);

let room: LabClassroom;
let teacher: Desk;
let students: Desk[];

test.beforeEach(async () => {
  room = new LabClassroom(3);
  students = [];
});

test.afterEach(async () => {
  const { errors } = room;
  await room.close();
  expect(errors).toEqual([]);
});

/** The first minute of everybody: roles, names, the code. */
async function gather(...names: string[]): Promise<void> {
  teacher = await room.teacher(TEACHER);
  await introduce(teacher, 'I teach');
  const code = await codeOn(teacher.app.page);
  for (const [i, name] of names.entries()) {
    const student = await room.student(i + 1, name);
    students.push(student);
    await introduce(student, 'I receive');
    await pair(student, TEACHER, code);
    await expect(student.app.page.getByRole('banner').getByText(`In ${TEACHER}`)).toBeVisible();
  }
  await expect(teacher.app.page.getByText(`${names.length} of ${names.length} here`).first()).toBeVisible();
}

function student(number: number): Desk {
  const desk = students[number - 1];
  if (desk === undefined) throw new Error(`there is no student ${number}`);
  return desk;
}

let seed = 0;

/** A folder with twelve pieces of several kinds, which no other has. */
async function suite(name: string, megabytes = 6): Promise<string> {
  const folder = join(room.folder, name);
  await makeMusic(folder, { megabytes, seed: ++seed });
  return folder;
}

async function expectArrived(folder: string, ...desks: Desk[]): Promise<void> {
  const sent = Object.values(digestsBelow(folder));
  for (const { music } of desks) {
    await expect
      .poll(() => Object.values(digestsBelow(music)), { timeout: 60_000 })
      .toEqual(expect.arrayContaining(sent));
  }
}

const closing = () => teacher.app.page.getByTestId('closing');

test('a first lesson: names, the code, a dropped folder, and everybody has it', async () => {
  await gather('Ana Lima', 'Ben Okafor', 'Chiara Rossi');
  await photograph(teacher.app.page, 'lesson-room');
  for (const [i, loss] of [0.02, 0.05, 0].entries()) impair(student(i + 1).host, { loss });
  const music = await suite('Suite No. 1');
  await drop(teacher.app.page, music);
  await expect(teacher.app.page.getByTestId('member')).toHaveCount(3, { timeout: 30_000 });
  await photograph(teacher.app.page, 'lesson-running');
  await expect(closing()).toContainText('3 of 3 have all 12 files.', { timeout: 60_000 });
  expect(await teacher.app.page.getByTestId('round').count()).toBeGreaterThan(1);
  await photograph(teacher.app.page, 'lesson-finished');
  await expectArrived(music, ...students);
  for (const desk of students) {
    expect(await told(desk.app.page, 'tray')).toMatchObject({
      state: 'idle',
      tooltip: expect.stringContaining(TEACHER),
    });
  }

  await test.step('a student hears it, from its own disk', async () => {
    const { page } = student(1).app;
    await page.getByRole('button', { name: /^Play/ }).first().click();
    await expect(page.getByTestId('position')).not.toHaveText(/^0:00/, { timeout: 20_000 });
    await photograph(page, 'lesson-playing');
  });

  await test.step('the teacher finds it in the library', async () => {
    const { page } = teacher.app;
    await page.getByRole('button', { name: 'Library', exact: true }).click();
    await expect(page.getByTestId('history-entry')).toHaveCount(1);
    await photograph(page, 'lesson-library');
  });
});

test('lessons go on by themselves: a cable, a power cut, a teacher who restarts', async () => {
  await gather('Ana Lima', 'Ben Okafor', 'Chiara Rossi');
  const first = await suite('Before');
  await test.step('a student is off the network while the others get it', async () => {
    room.lab.setLink(student(1).host, 'down');
    await drop(teacher.app.page, first);
    await expectArrived(first, student(2), student(3));
    room.lab.setLink(student(1).host, 'up');
    await expectArrived(first, student(1));
    await expect(closing()).toContainText('3 of 3 have all 12 files.', { timeout: 60_000 });
  });
  await test.step('a student’s power fails in the middle of it', async () => {
    // Slow enough to be in the middle of it.
    room.lab.limitBandwidth(16);
    const second = await suite('In between', 12);
    await drop(teacher.app.page, second);
    await expect.poll(async () => (await told(student(2).app.page, 'tray')).state).toBe('receiving');
    await room.kill(student(2));
    await expectArrived(second, student(1), student(3));
    await room.restart(student(2));
    await expectArrived(second, student(2));
  });
  await test.step('the teacher restarts: nobody is asked anything', async () => {
    await teacher.app.app.close();
    await room.restart(teacher);
    await expect(teacher.app.page.getByText('3 of 3 here').first()).toBeVisible({ timeout: 60_000 });
    const third = await suite('After that');
    await drop(teacher.app.page, third);
    await expectArrived(third, ...students);
  });
});

test('a full disk is told by name, and the button beside it helps', async () => {
  room.mountDisk(2, 'size=12m');
  await gather('Ana Lima', 'Ben Okafor');
  const filler = join(student(2).music, 'filler');
  writeFileSync(filler, Buffer.alloc(11_000_000));
  const sent = await suite('Too large', 6);
  await drop(teacher.app.page, sent);
  await expect(closing()).toContainText('1 of 2 has all 12 files.', { timeout: 60_000 });
  await expect(closing()).toContainText('Ben Okafor failed');
  await photograph(teacher.app.page, 'lesson-failed');
  await photograph(student(2).app.page, 'lesson-student-failed');
  rmSync(filler);
  await teacher.app.page
    .getByRole('button', { name: 'Retry for 1 student' })
    .or(teacher.app.page.getByRole('button', { name: /^Retry/ }))
    .first()
    .click();
  await expectArrived(sent, ...students);
});

test('a student without multicast is served all the same, and the network page says why', async () => {
  await gather('Ana Lima', 'Ben Okafor', 'Chiara Rossi');
  loadRules(
    student(3).host,
    'table inet deaf {\n chain input {\n type filter hook input priority 0;\n ip daddr 239.0.0.0/8 drop\n }\n}',
  );
  await teacher.app.page.getByRole('navigation').getByRole('button', { name: 'Network' }).click();
  await teacher.app.page.getByRole('button', { name: 'Examine the network' }).click();
  await expect(teacher.app.page.getByTestId('finding')).not.toHaveCount(0, { timeout: 30_000 });
  await photograph(teacher.app.page, 'lesson-network');
  await expect(teacher.app.page.getByTestId('finding')).toHaveCount(2, { timeout: 30_000 });
  await expect(teacher.app.page.getByText('Chiara Rossi')).toBeVisible();
  await photograph(teacher.app.page, 'lesson-network');
  await teacher.app.page.keyboard.press('Control+1');
  const music = await suite('By TCP');
  await drop(teacher.app.page, music);
  await expectArrived(music, ...students);
  await expect(closing()).toContainText('by TCP', { timeout: 60_000 });
});

test('only a group gets it; a stranger gets nothing; an un-paired student has to type the code anew', async () => {
  await gather('Ana Lima', 'Ben Okafor', 'Chiara Rossi');
  const { page } = teacher.app;
  await test.step('a group', async () => {
    await page.keyboard.press('Control+2');
    await page.getByRole('button', { name: 'New group' }).click();
    await page.getByLabel('Name').fill('Strings');
    await page.getByText('Ana Lima').last().click();
    await page.getByText('Chiara Rossi').last().click();
    await page.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByTestId('group')).toHaveCount(1);
    await page.keyboard.press('Control+1');
    await page.getByRole('button', { name: /^To/ }).click();
    await page.getByRole('option', { name: /Strings/ }).click();
    await page.keyboard.press('Escape');
    const music = await suite('For strings');
    await drop(page, music);
    await expectArrived(music, student(1), student(3));
    await expect(closing()).toContainText('2 of 2 have all 12 files.', { timeout: 60_000 });
    expect(digestsBelow(student(2).music)).toEqual({});
  });
  await test.step('a device that took a name over', async () => {
    await student(2).app.app.close();
    rmSync(join(student(2).userData, 'student'), { recursive: true });
    await room.restart(student(2));
    await expect(student(2).app.page.getByLabel(`Code of ${TEACHER}`)).toBeVisible({ timeout: 30_000 });
    await pair(student(2), TEACHER, '00000000');
    await expect(student(2).app.page.getByText('That is not the code of this room.')).toBeVisible();
    await photograph(student(2).app.page, 'lesson-wrong-code');
    await expect(page.getByText('1 of 2 here').or(page.getByText('2 of 3 here')).first()).toBeVisible();
  });
  await test.step('an un-paired student knocks, is not let in, and comes back by the code', async () => {
    await page.keyboard.press('Control+2');
    await page.getByRole('button', { name: 'Actions for Chiara Rossi' }).click();
    await page.getByRole('menuitem', { name: 'Un-pair…' }).click();
    await page.getByRole('button', { name: 'Un-pair', exact: true }).click();
    await expect(page.getByText('Chiara Rossi wants in but is not paired')).toBeVisible({ timeout: 60_000 });
    await photograph(page, 'lesson-stranger');
    await pair(student(3), TEACHER, await codeOn(teacher.app.page));
    await expect(student(3).app.page.getByRole('banner').getByText(`In ${TEACHER}`)).toBeVisible();
    await expect(page.getByText('Chiara Rossi wants in but is not paired')).toHaveCount(0);
  });
});
