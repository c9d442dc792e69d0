import { existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import type { TeacherSnapshot } from '../../src-shared/ipc/snapshots';
import * as classroom from './fixtures/classroom';
import * as student from './fixtures/student';
import * as teacher from './fixtures/teacher';
import { argumentsOf, launch, launchWithFrames, photograph, type Recording, type StartedApp } from './launch';
import { check, lookAt } from './looks';
import { ownWindow } from './own-window';

const WIDE = { width: 1280, height: 860 };
const TEACHER = { role: 'teacher' as const, name: 'Ms Rivera, room 12' };
const STUDENT = { role: 'student' as const, name: 'Ana Lima', folder: '/home/ana/Music/Tutti' };

const own = ownWindow();

async function show(
  frame: TeacherSnapshot,
  place: 'Send' | 'Class' | 'Library' | 'Network' | 'Settings',
  recording: Recording = {},
): Promise<StartedApp> {
  const options = { userData: own.folder, settings: TEACHER, size: WIDE, colours: 'light' as const, ...recording };
  own.started = await launchWithFrames([frame], options);
  await own.started.page.getByRole('navigation').getByRole('button', { name: place }).click();
  return own.started;
}

async function commands(name: string): Promise<unknown[]> {
  return own.started === undefined ? [] : argumentsOf(own.started.app, name);
}

test('first start asks for a role and a name, and remembers both', async () => {
  own.started = await launch({ userData: own.folder, size: { width: 1000, height: 760 }, colours: 'light' });
  const { page } = own.started;
  await expect(page.getByRole('heading', { name: 'Welcome to Tutti' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Start' })).toBeDisabled();
  await lookAt(own.started, 'first-start');
  await page.getByText('I receive').click();
  await page.getByLabel('Your name').fill(' ');
  await page.getByRole('button', { name: 'Start' }).click();
  await expect(page.getByText('Enter a name, so that the others know who you are.')).toBeVisible();
  await page.getByLabel('Your name').fill('Ana Lima');
  await check(page, 'first-start-chosen');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Welcome to Tutti' })).toBeHidden();
  await own.started.app.close();

  own.started = await launch({ userData: own.folder });
  await expect(own.started.page.getByRole('radiogroup')).toBeHidden();
  // A student's program is there from the next login on, unless the person has said otherwise.
  expect(existsSync(join(own.folder, 'config', 'autostart', 'tutti.desktop'))).toBe(true);
  await expect(own.started.page.getByRole('heading', { level: 1 })).toBeVisible();
});

test('the rail leads everywhere by keyboard, and says where one is', async () => {
  const { page } = await show(classroom.withStrangers, 'Send', { answers: { history: [] } });
  for (const [key, name] of [
    ['2', 'Class'],
    ['3', 'Library'],
    ['4', 'Channels'],
    ['5', 'Devices'],
    ['6', 'Network'],
    ['7', 'Settings'],
    ['1', 'Send'],
  ] as const) {
    await page.keyboard.press(`Control+${key}`);
    await expect(page.getByRole('navigation').getByRole('button', { name })).toHaveAttribute('aria-current', 'page');
    await expect(page.getByRole('main', { name })).toBeFocused();
  }
  await expect(page.getByRole('button', { name: 'Class' })).toContainText('2 strangers');
});

test('a page that cannot be drawn leaves the window usable', async () => {
  const { page } = await show(classroom.classOf(30), 'Library', { answers: { history: 'not a list' } });
  await expect(page.getByRole('heading', { name: 'This page could not be shown' })).toBeVisible();
  await check(page, 'broken');
  await page.getByRole('button', { name: 'Show the window again' }).click();
  await expect(page.getByRole('main', { name: 'Send' })).toBeVisible();
  expect(own.started?.errors.length).toBeGreaterThan(0);
  if (own.started !== undefined) own.started = { ...own.started, errors: [] };
});

test('files dragged over another page bring up the one that takes them', async () => {
  const { page } = await show(classroom.classOf(30), 'Class');
  await page.evaluate(() => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([''], 'a.wav'));
    document.body.dispatchEvent(new DragEvent('dragenter', { dataTransfer, bubbles: true }));
  });
  await expect(page.getByRole('main', { name: 'Send' })).toBeVisible();
});

test('class: nobody is paired yet', async () => {
  const shown = await show(classroom.classOf(0), 'Class');
  await expect(shown.page.getByTestId('room-code')).toHaveText('4821 3907');
  await shown.page.getByRole('button', { name: 'A student does not find the room?' }).click();
  await expect(shown.page.getByText('192.168.12.4:47470')).toBeVisible();
  await lookAt(shown, 'class-empty');
  await shown.page.getByRole('switch', { name: 'Let new students in' }).click({ force: true });
  await expect.poll(() => commands('letIn')).toEqual([{ open: false }]);
});

test('class: no network', async () => {
  const shown = await show(classroom.noNetwork, 'Class');
  await expect(shown.page.getByRole('heading', { name: 'No network' })).toBeVisible();
  await lookAt(shown, 'class-no-network');
});

for (const count of [1, 30, 500]) {
  test(`class: ${count}`, async () => {
    const shown = await show(classroom.classOf(count), 'Class');
    await expect(shown.page.getByTestId('student').first()).toBeVisible();
    // However many there are: only those in sight are on the page.
    expect(await shown.page.getByTestId('student').count()).toBeLessThanOrEqual(40);
    await lookAt(shown, `class-${count}`);
  });
}

test('class: the last of five hundred is reached and found', async () => {
  const { page } = await show(classroom.classOf(500), 'Class');
  await page.keyboard.press('End');
  await expect(page.getByTestId('student').last()).toContainText('Not here');
  await photograph(page, 'class-500-end');
  await page.keyboard.press('Home');
  await page.getByRole('searchbox', { name: 'Find a student' }).fill('yilmaz 16');
  await expect(page.getByTestId('student')).toHaveCount(1);
  await page.getByRole('searchbox').fill('nobody');
  await expect(page.getByText('Nobody is called that.')).toBeVisible();
});

test('class: strangers are told apart, and what to do about them is said', async () => {
  const shown = await show(classroom.withStrangers, 'Class');
  await expect(
    shown.page.getByText('A device calls itself Ana Lima but is not the one you paired', { exact: true }),
  ).toBeVisible();
  await expect(shown.page.getByText('Lab PC 09 wants in but is not paired', { exact: true })).toBeVisible();
  await lookAt(shown, 'class-strangers');
});

test('class: letting nobody new in', async () => {
  const shown = await show(classroom.closed, 'Class');
  await expect(shown.page.getByText('Nobody new can come in.', { exact: false }).first()).toBeVisible();
  await expect(shown.page.getByText('let new students in and have its user type the code')).toBeVisible();
  await lookAt(shown, 'class-closed');
  await shown.page.getByRole('switch', { name: 'Let new students in' }).click({ force: true });
  await expect.poll(() => commands('letIn')).toEqual([{ open: true }]);
});

test('class: the code stands large over the window, is copied and replaced', async () => {
  const { page, app } = await show(classroom.classOf(30), 'Class');
  await page.getByRole('button', { name: 'Show large' }).click();
  await expect(page.getByRole('dialog')).toContainText('4821 3907');
  await check(page, 'class-code-large');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
  await page.getByRole('button', { name: 'Copy', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Copied' })).toBeVisible();
  await expect.poll(() => app.evaluate(({ clipboard }) => clipboard.readText())).toBe('4821 3907');
  await page.getByRole('button', { name: 'New code' }).click();
  await expect.poll(() => commands('newCode')).toHaveLength(1);
});

test('class: renaming and un-pairing, by keyboard alone', async () => {
  const { page } = await show(classroom.classOf(30), 'Class');
  const menu = page.getByRole('button', { name: 'Actions for Ana Lima' });
  await menu.focus();
  await page.keyboard.press('Enter');
  await check(page, 'class-menu');
  await page.keyboard.press('Enter');
  const field = page.getByRole('textbox', { name: 'Name of Ana Lima' });
  await expect(field).toBeFocused();
  await check(page, 'class-renaming');
  await field.fill('Ana L.');
  await page.keyboard.press('Enter');
  const [first] = teacher.students(1);
  await expect.poll(() => commands('renameStudent')).toEqual([{ student: first?.id, name: 'Ana L.' }]);

  await expect(menu).toBeFocused();
  await page.keyboard.press('Enter');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alertdialog', { name: 'Un-pair Ana Lima?' })).toBeVisible();
  await check(page, 'class-unpair');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('alertdialog')).toBeHidden();
  expect(await commands('unpair')).toEqual([]);
  await menu.click();
  await page.getByRole('menuitem', { name: 'Un-pair' }).click();
  await page.getByRole('button', { name: 'Un-pair', exact: true }).click();
  await expect.poll(() => commands('unpair')).toEqual([{ student: first?.id }]);
});

test('class: a group is made, changed and removed', async () => {
  const shown = await show(classroom.classOf(30), 'Class');
  const { page } = shown;
  await page.getByRole('button', { name: 'New group' }).click();
  await expect(page.getByRole('textbox', { name: 'Name' })).toBeFocused();
  await page.keyboard.type('Choir');
  await expect(page.getByText('There is a group of that name already.')).toBeVisible();
  await page.getByRole('textbox', { name: 'Name' }).fill('Year 8');
  const dialog = page.getByRole('dialog');
  await dialog.getByText('Ben Okafor').click();
  await dialog.getByRole('searchbox', { name: 'Find a student' }).fill('zoe');
  await page.getByRole('checkbox', { name: 'Everyone' }).focus();
  await page.keyboard.press('Space');
  await expect(page.getByText('2 picked')).toBeVisible();
  await dialog.getByRole('searchbox').fill('');
  await lookAt(shown, 'class-group');
  await page.getByRole('button', { name: 'Save' }).click();
  const everybody = teacher.students(30);
  const idOf = (name: string) => everybody.find((one) => one.name === name)?.id;
  await expect
    .poll(() => commands('setGroup'))
    .toEqual([{ name: 'Year 8', students: [idOf('Ben Okafor'), idOf('Zoé Lambert')] }]);

  await page.getByRole('button', { name: 'Actions for Strings' }).click();
  await page.getByRole('menuitem', { name: 'Edit' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('Violins');
  await page.keyboard.press('Enter');
  await expect.poll(() => commands('renameGroup')).toEqual([{ name: 'Strings', to: 'Violins' }]);
  await page.getByRole('button', { name: 'Actions for Choir' }).click();
  await page.getByRole('menuitem', { name: 'Remove' }).click();
  await page.getByRole('button', { name: 'Remove', exact: true }).click();
  await expect.poll(() => commands('removeGroup')).toEqual([{ name: 'Choir' }]);
});

test('class: hostile names stay inert text', async () => {
  const { page } = await show(classroom.hostile, 'Class');
  await expect(page.getByText('<script>alert(1)</script>')).toBeVisible();
  await expect(page.getByText('(no name)').first()).toBeVisible();
  expect(await page.evaluate(() => /[\u202e\u0000\u0007]/.test(document.body.textContent))).toBe(false);
  await check(page, 'class-hostile');
});

test('class: a real room replaces its code', async () => {
  own.started = await launch({ userData: own.folder, settings: TEACHER, size: WIDE, colours: 'light' });
  const { page } = own.started;
  await page.getByRole('navigation').getByRole('button', { name: 'Class' }).click();
  const code = page.getByTestId('room-code');
  await expect(code).toHaveText(/^\d{4} \d{4}$/);
  const first = await code.textContent();
  await page.getByRole('button', { name: 'New code' }).click();
  await expect(code).not.toHaveText(first ?? '');
  await expect(page.getByRole('status').filter({ hasText: 'The room has a new code' })).toHaveCount(1);
});

test('library: nothing was sent yet', async () => {
  const shown = await show(classroom.classOf(30), 'Library', { answers: { history: [] } });
  await expect(shown.page.getByRole('heading', { name: 'Nothing has been sent yet' })).toBeVisible();
  await lookAt(shown, 'library-empty');
});

test('library: a term of lessons, their details, export and clearing', async () => {
  const history = classroom.historyOf(400, Date.now());
  const shown = await show(classroom.classOf(30), 'Library', { answers: { history } });
  const { page } = shown;
  await expect(page.getByRole('heading', { name: 'Today' })).toBeVisible();
  expect(await page.getByTestId('history-entry').count()).toBeLessThanOrEqual(40);
  await lookAt(shown, 'library-full');

  await page.getByRole('button', { name: /Homework, week 12.*25 of 27/ }).click();
  await expect(page.getByText(/^Failed: There is too little space: this needs 133 MB/)).toBeVisible();
  await lookAt(shown, 'library-details');
  await page.getByRole('button', { name: 'Send again to 2' }).click();
  const failed = [teacher.students(27)[5]?.id, teacher.students(27)[19]?.id];
  const again = { transfer: history[1]?.id, students: failed, by: 'multicast' };
  await expect.poll(() => commands('retry')).toEqual([again]);
  await expect(page.getByRole('main', { name: 'Send' })).toBeVisible();

  await page.keyboard.press('Control+3');
  await page.getByRole('searchbox', { name: 'Find music or a student' }).fill('palladio');
  await expect(page.getByTestId('history-entry').first()).toContainText(/Palladio|Spring Concert/);
  await page.getByRole('searchbox').fill('nothing of the kind');
  await expect(page.getByText('Nothing like that was sent.')).toBeVisible();
  await page.getByRole('button', { name: 'Export and clear' }).click();
  await check(page, 'library-menu');
  await page.getByRole('menuitem', { name: 'Clear the history' }).click();
  await check(page, 'library-clear');
  await page.getByRole('button', { name: 'Clear', exact: true }).click();
  await expect.poll(() => commands('clearHistory')).toHaveLength(1);
});

test('settings: the teacher’s', async () => {
  const shown = await show(classroom.classOf(30), 'Settings');
  const { page } = shown;
  await expect(page.getByRole('radio', { name: 'I teach' })).toBeChecked();
  await lookAt(shown, 'settings-teacher');
  await page.getByRole('radio', { name: 'At most' }).click();
  await page.getByRole('textbox', { name: 'Speed' }).fill('250');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('textbox', { name: 'Speed' })).toHaveValue('250');
  await page.getByRole('radio', { name: 'At most' }).click();
  await page.getByRole('button', { name: /Language/ }).click();
  await check(page, 'settings-languages');
  await page.getByRole('option', { name: 'Deutsch', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'Fenster' })).toBeVisible();
  await expect(page.getByRole('textbox', { name: 'Geschwindigkeit' })).toHaveValue('250');
  await page.getByRole('radio', { name: 'Dunkel' }).click();
  await expect.poll(() => page.evaluate(() => document.documentElement.lang)).toBe('de');
  await page.getByRole('radio', { name: 'Ich empfange' }).click();
  await expect(page.getByRole('alertdialog', { name: 'Empfangen statt unterrichten?' })).toBeVisible();
  await check(page, 'settings-role');
});

test('settings: name and role are changed later, and hold after a restart', async () => {
  own.started = await launch({ userData: own.folder, settings: TEACHER, size: WIDE, colours: 'light' });
  const { page } = own.started;
  await page.getByRole('navigation').getByRole('button', { name: 'Settings' }).click();
  await page.getByRole('textbox', { name: 'Name of your room' }).fill('Studio B');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Studio B' })).toBeVisible();
  await page.getByRole('radio', { name: 'I receive' }).click();
  await page.getByRole('button', { name: 'Change role' }).click();
  await expect(page.getByRole('navigation')).toBeHidden();
  await page.getByRole('button', { name: 'Settings' }).click();
  await expect(page.getByRole('radio', { name: 'I receive' })).toBeChecked();
  await expect(page.getByRole('textbox', { name: 'Name', exact: true })).toHaveValue('Studio B');
  await own.started.app.close();

  own.started = await launch({ userData: own.folder });
  await own.started.page.getByRole('button', { name: 'Settings' }).click();
  await expect(own.started.page.getByRole('radio', { name: 'I receive' })).toBeChecked();
});

test('settings: the student’s', async () => {
  const known = [{ name: 'Ms Rivera, room 12', fingerprint: teacher.room.fingerprint }];
  const options = {
    userData: own.folder,
    settings: STUDENT,
    size: { width: 560, height: 860 },
    colours: 'light' as const,
  };
  own.started = await launchWithFrames([{ ...student.connected, known }], options);
  const { page } = own.started;
  await page.getByRole('button', { name: 'Settings' }).click();
  await expect(page.getByTestId('template-preview')).toContainText('Ms Rivera, room 12 / ');
  await lookAt(own.started, 'settings-student');
  const template = page.getByRole('textbox', { name: 'Folders within it' });
  await template.fill('{artist}/{album}');
  await expect(page.getByTestId('template-preview')).toHaveText('Hillside Choir / Spring Concert / 01 Sakura.flac');
  await template.fill('../{artist}');
  await expect(page.getByText('The folders have to stay within the music folder.')).toBeVisible();
  await check(page, 'settings-student-wrong');
  await page.keyboard.press('Escape');
  await expect(template).toHaveValue('{room}/{date}');
  await page.getByRole('button', { name: 'Forget: Ms Rivera, room 12' }).click();
  await page.getByRole('button', { name: 'Forget', exact: true }).click();
  await expect.poll(() => commands('forget')).toEqual([{ fingerprint: teacher.room.fingerprint }]);
});

test('settings: what the machine’s policy fixes cannot be changed', async () => {
  const policy = join(own.folder, 'policy.json');
  const fixed = { receiveOnly: true, name: 'Lab PC 07', folder: '/srv/music', doNotDisturb: true, language: 'en' };
  writeFileSync(policy, JSON.stringify(fixed));
  const env = { TUTTI_POLICY: policy };
  const options = {
    userData: own.folder,
    settings: STUDENT,
    env,
    size: { width: 560, height: 860 },
    colours: 'light' as const,
  };
  own.started = await launchWithFrames([{ ...student.connected, known: [] }], options);
  const { page } = own.started;
  await page.getByRole('button', { name: 'Settings' }).click();
  await expect(page.getByRole('radio', { name: 'I teach' })).toBeDisabled();
  await expect(page.getByRole('textbox', { name: 'Name' })).toBeDisabled();
  await expect(page.getByRole('switch', { name: 'Do not disturb' })).toBeDisabled();
  await expect(page.getByText('Set by this computer’s policy')).toHaveCount(5);
  await check(page, 'settings-policy');
});

test('the engine failed: what happened, and the way on', async () => {
  const occupied = createServer();
  const port = await new Promise<number>((resolve) => {
    occupied.listen(0, '127.0.0.1', () => resolve(portOf(occupied.address())));
  });
  const env = { TUTTI_LISTEN: `127.0.0.1:${port}` };
  own.started = await launch({ userData: own.folder, settings: TEACHER, env, size: WIDE, colours: 'light' });
  await expect(own.started.page.getByRole('heading', { name: 'Tutti cannot use the network' })).toBeVisible();
  await lookAt(own.started, 'engine-failed');
  await own.started.page.getByRole('button', { name: 'Settings' }).click();
  await expect(own.started.page.getByRole('radio', { name: 'I teach' })).toBeChecked();
  await own.started.page.getByRole('button', { name: 'Back' }).click();
  occupied.close();
  await own.started.page.getByRole('button', { name: 'Try again' }).click();
  await expect(own.started.page.getByRole('navigation')).toBeVisible();
});

function portOf(address: ReturnType<ReturnType<typeof createServer>['address']>): number {
  return typeof address === 'object' && address !== null ? address.port : 0;
}
