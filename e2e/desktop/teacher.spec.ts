import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type Locator, type Page, test } from '@playwright/test';
import type { TeacherSnapshot } from '../../src-shared/ipc/snapshots';
import { drag, drop } from './drag';
import * as teacher from './fixtures/teacher';
import { hostile, school } from './fixtures/teacher-extremes';
import { argumentsOf, launchWithFrames, photograph, resize, type StartedApp } from './launch';
import { check, expectFocusSeen, lookAt } from './looks';
import { ownWindow } from './own-window';

const WIDE = { width: 1280, height: 860 };
const TEACHER = { role: 'teacher' as const, name: 'Ms Rivera, room 12' };

const own = ownWindow();

async function show(...frames: TeacherSnapshot[]): Promise<StartedApp> {
  const options = { userData: own.folder, settings: TEACHER, size: WIDE, colours: 'light' as const };
  own.started = await launchWithFrames(frames, { ...options, answers: { history: [] } });
  return own.started;
}

/** What the window asked for by this name, oldest first. */
function asked({ app }: StartedApp, name: string): Promise<unknown[]> {
  return argumentsOf(app, name);
}

const shown = (snapshot: TeacherSnapshot) => snapshot.transfers[0] ?? teacher.transfer([]);
const member = (page: Page, name: string) => page.getByTestId('member').filter({ hasText: name });

/** Tab until the focus is there, as a person without a mouse does. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  for (let presses = 0; presses < 80; presses++) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error('the Tab key does not lead there');
}

test.describe('before the first transfer', () => {
  test('the code lets students in', async () => {
    const app = await show(teacher.snapshot(0, []));
    await expect(app.page.getByTestId('let-in')).toContainText('4821 3907');
    await expect(app.page.getByText('Drop music anywhere: everyone gets it on coming in.')).toBeVisible();
    await lookAt(app, 'teacher-nobody');
  });

  test('a closed room is opened with one button', async () => {
    const app = await show({ ...teacher.snapshot(0, []), room: { ...teacher.room, code: null } });
    await app.page.getByRole('button', { name: 'Show a code' }).click();
    await expect.poll(() => asked(app, 'letIn')).toEqual([{ open: true }]);
    await check(app.page, 'teacher-closed');
  });

  test('a full room is there', async () => {
    const app = await show(teacher.snapshot(30, []));
    await expect(app.page.getByTestId('person')).toHaveCount(30);
    await lookAt(app, 'teacher-room');
  });

  test('everyone is absent', async () => {
    const students = teacher.students(30, { connected: false, ip: null });
    const app = await show({ ...teacher.snapshot(0, []), students });
    await expect(app.page.getByRole('heading', { name: 'None of your 30 students is here yet' })).toBeVisible();
    await lookAt(app, 'teacher-absent');
  });
});

test.describe('choosing to whom and when', () => {
  const room = { ...teacher.snapshot(30, []), groups: teacher.groups };

  test('by keyboard: a group, and with how many of them it starts', async () => {
    const app = await show(room);
    const { page } = app;
    await tabTo(page, page.getByRole('button', { name: 'To Everyone' }));
    await page.keyboard.press('Enter');
    await expect(page.getByRole('option', { name: 'Everyone' })).toBeFocused();
    await check(page, 'teacher-to');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('button', { name: 'To Strings' })).toBeFocused();

    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Control+A');
    await page.keyboard.type('8');
    await page.keyboard.press('Tab');
    await check(page, 'teacher-start');
    await page.keyboard.press('Escape');
    await expect(page.getByRole('button', { name: 'Start When 8 are here' })).toBeFocused();
    await expect(page.getByText('it goes to Strings (9 of 9 here now) when 8 are here.')).toBeVisible();

    const path = musicFile();
    await drop(page, path);
    await expect
      .poll(() => asked(app, 'send'))
      .toEqual([{ paths: [path], audience: { group: 'Strings' }, start: { when: 'ready', students: 8 } }]);
  });

  test('students one by one, out of five hundred', async () => {
    const app = await show({ ...room, students: teacher.students(500) });
    const { page } = app;
    await page.getByRole('button', { name: 'To Everyone' }).click();
    expect(await page.getByTestId('pick').count()).toBeLessThan(40);
    await page.getByRole('searchbox', { name: 'Find a student' }).fill('lima 9');
    await page.getByTestId('pick').filter({ hasText: 'Ana Lima 9' }).click();
    await page.getByRole('searchbox').fill('nobody is called that');
    await expect(page.getByText('Nobody is called that.')).toBeVisible();
    await page.getByRole('searchbox').fill('okafor');
    await page.getByTestId('pick').first().click();
    await check(page, 'teacher-picked');
    await page.getByRole('button', { name: 'Done' }).click();
    await expect(page.getByRole('button', { name: 'To 2 students' })).toBeVisible();
    const path = musicFile();
    await drop(page, path);
    const students = [teacher.students(300).find(({ name }) => name === 'Ana Lima 9')?.id, teacher.students(2)[1]?.id];
    await expect
      .poll(() => asked(app, 'send'))
      .toEqual([{ paths: [path], audience: { students }, start: { when: 'now' } }]);
  });

  test('a time of the clock', async () => {
    const app = await show(room);
    const { page } = app;
    await page.getByRole('button', { name: 'Start At once' }).click();
    await page.getByText('At a time').click();
    await page.getByLabel('Time', { exact: true }).fill('23:59');
    await page.getByRole('button', { name: 'Done' }).click();
    await drop(page, musicFile());
    const time = new Date().setHours(23, 59, 0, 0);
    await expect.poll(() => asked(app, 'send')).toMatchObject([{ start: { when: 'at', time } }]);
  });
});

test('files over the window: the shade says to whom, and the drop hands over where they are', async () => {
  const app = await show(teacher.snapshot(30, []));
  const { page } = app;
  const path = musicFile();
  const release = await drag(page, path);
  await expect(page.getByText('Let go to send')).toBeVisible();
  await expect(page.getByText('To 30 students', { exact: true })).toBeVisible();
  await check(page, 'teacher-drop');
  await release();
  await expect(page.getByText('Let go to send')).toBeHidden();
  await expect
    .poll(() => asked(app, 'send'))
    .toEqual([{ paths: [path], audience: 'everyone', start: { when: 'now' } }]);
});

test.describe('while a transfer runs', () => {
  test('one student', async () => {
    const one = teacher.member(0, 'receiving', { progress: 0.4, rate: 8_000_000 });
    const running = teacher.transfer([one], { sentBytes: 60_000_000, elapsedMs: 5000 });
    const app = await show(teacher.snapshot(1, [running]));
    await expect(app.page.getByTestId('current-group').getByTestId('member')).toHaveCount(1);
    await lookAt(app, 'teacher-one');
  });

  test('the first pass to thirty', async () => {
    const app = await show(teacher.firstPass());
    const { page } = app;
    await expect(page.getByTestId('current-group').getByTestId('member')).toHaveCount(30);
    await expect(page.getByText('Waiting: no multicast reaches it: it gets its data over TCP')).toBeVisible();
    await expect(page.getByText(/about \d+ s left in this pass/)).toBeVisible();
    const map = page.getByRole('slider', { name: /Loss map/ });
    await map.focus();
    await map.press('End');
    await expect(map).toHaveAttribute('aria-valuetext', /not sent yet/);
    await map.press('Escape');
    await lookAt(app, 'teacher-first-pass');
  });

  test('a repair round; who has everything moves over', async () => {
    // Loss maps travel with each fifth picture.
    const app = await show(teacher.firstPass(), ...Array.from({ length: 6 }, teacher.secondRound));
    const { page } = app;
    await expect(page.getByTestId('round')).toHaveCount(3);
    await expect(page.getByTestId('current-group').getByTestId('member')).toHaveCount(6);
    await expect(page.getByTestId('permanent-group').getByTestId('member')).toHaveCount(24);
    await expect(page.getByText('Repairing in round 2')).toHaveCount(6);
    await expect(page.getByText('213 MB less than one by one')).toBeVisible();
    await pointAtLoss(page);
    await lookAt(app, 'teacher-second-round');
  });

  test('in a narrow window the keyboard goes where the eye goes', async () => {
    const { app, page } = await show(teacher.secondRound());
    await resize(app, { width: 560, height: 860 });
    const order = page.locator('[data-testid="queued"], [data-testid="member"], [data-testid="round"]');
    await expect(order.first()).toHaveAttribute('data-testid', 'queued');
    const tops = await order.evaluateAll((all) => all.map((one) => Math.round(one.getBoundingClientRect().top)));
    expect(tops).toEqual([...tops].sort((a, b) => a - b));
  });

  test('no bar hides what the keyboard goes to', async () => {
    const { app, page } = await show(teacher.secondRound());
    await resize(app, { width: 360, height: 600 });
    await expectFocusSeen(page, '.page');
  });

  test('arrow keys go from student to student', async () => {
    const { page } = await show(teacher.secondRound());
    const cards = page.getByTestId('current-group').getByTestId('member');
    await tabTo(page, cards.first());
    await page.keyboard.press('ArrowRight');
    await expect(cards.nth(1)).toBeFocused();
    await page.keyboard.press('ArrowDown');
    await expect(cards.nth(4)).toBeFocused();
    await page.keyboard.press('End');
    await expect(cards.nth(5)).toBeFocused();
    await page.keyboard.press('Tab');
    await expect(page.getByTestId('permanent-group').getByTestId('member').first()).toBeFocused();
  });

  test('a student who has everything takes the keyboard’s focus along', async () => {
    const options = { userData: own.folder, settings: TEACHER, size: WIDE, everyMs: 3000 };
    own.started = await launchWithFrames([teacher.firstPass(), teacher.secondRound()], options);
    const { page } = own.started;
    await member(page, 'Ana Lima').focus();
    await expect(page.getByTestId('current-group').getByTestId('member')).toHaveCount(30);
    await expect(
      page.getByTestId('permanent-group').getByTestId('member').filter({ hasText: 'Ana Lima' }),
    ).toBeFocused();
  });

  test('pausing and going on', async () => {
    const app = await show(teacher.paused());
    await app.page.getByRole('button', { name: 'Resume' }).click();
    const transfer = shown(teacher.paused()).id;
    await expect.poll(() => asked(app, 'resume')).toEqual([{ transfer }]);
    await lookAt(app, 'teacher-paused');
  });

  test('stopping by keyboard asks first', async () => {
    const app = await show(teacher.secondRound());
    const { page } = app;
    const stop = page.getByRole('button', { name: 'Stop', exact: true });
    await tabTo(page, stop);
    await page.keyboard.press('Enter');
    await expect(page.getByRole('alertdialog')).toContainText('Stop this transfer?');
    await check(page, 'teacher-stop');
    await page.keyboard.press('Escape');
    await expect(stop).toBeFocused();
    expect(await asked(app, 'cancel')).toEqual([]);

    await page.keyboard.press('Enter');
    await tabTo(page, page.getByRole('button', { name: 'Stop for everyone' }));
    await page.keyboard.press('Enter');
    await expect.poll(() => asked(app, 'cancel')).toEqual([{ transfer: shown(teacher.secondRound()).id }]);
  });

  test('five hundred students: only those in sight are drawn, and keys reach the last', async () => {
    const app = await show(school(500, 0), school(500, 1));
    const { page } = app;
    const current = page.getByTestId('current-group').getByRole('list');
    await expect(current.getByRole('listitem').first()).toHaveAttribute('aria-setsize', '166');
    expect(await page.getByTestId('member').count()).toBeLessThan(80);
    await current.getByRole('listitem').first().focus();
    await page.keyboard.press('End');
    await expect(page.locator('[aria-posinset="166"]:focus')).toBeVisible();
    await page.keyboard.press('Home');
    await expect(page.locator('[aria-posinset="1"]:focus')).toBeVisible();
    await lookAt(app, 'teacher-500');
  });

  test('ten thousand files', async () => {
    const files = Array.from({ length: 10_000 }, (_, i) => ({ path: `Archive/${i}.wav`, size: 1000, start: i * 1000 }));
    const queued = teacher.queued({ files, totalBytes: 10_320_000, contentBytes: 10_000_000 });
    const { page } = await show(teacher.snapshot(3, [queued]));
    await expect(page.getByText('10000 files, 10.0 MB')).toBeVisible();
    expect(await page.getByTestId('file').count()).toBeLessThan(60);
    await page.getByRole('list', { name: 'Files' }).getByRole('listitem').first().focus();
    await page.keyboard.press('End');
    await expect(page.getByText('9999.wav').first()).toBeVisible();
    await photograph(page, 'teacher-files');
  });
});

test.describe('what waits', () => {
  const tomorrow = new Date(new Date().setHours(24 + 10, 45, 0, 0)).getTime();
  const waiting = { ...teacher.waiting(tomorrow), groups: teacher.groups };

  test('says what it waits for and what does not fit', async () => {
    const app = await show(waiting);
    const { page } = app;
    await expect(page.getByText('Starts when 20 are here: 12 now')).toBeVisible();
    await expect(page.getByText(/Starts on .* at 10:45/)).toBeVisible();
    await expect(page.getByText('Starts when you say so')).toBeVisible();
    await expect(page.getByText('Does not fit: Hugo Martin has only 80.0 MB free.')).toBeVisible();
    await lookAt(app, 'teacher-waiting');
  });

  test('starts now or is cancelled', async () => {
    const app = await show(waiting);
    const { page } = app;
    await page.getByRole('button', { name: 'Start now: Homework, week 12' }).click();
    await expect.poll(() => asked(app, 'startNow')).toEqual([{ transfer: '8c0011aa22bb33c2' }]);
    await page.getByRole('button', { name: 'Cancel: Scales in thirds' }).click();
    await expect(page.getByRole('alertdialog')).toContainText('Cancel this transfer?');
    await page.getByRole('button', { name: 'Cancel the transfer' }).click();
    await expect.poll(() => asked(app, 'cancel')).toEqual([{ transfer: '8c0011aa22bb33c3' }]);
  });
});

test.describe('when it is over', () => {
  test('one sentence says that everybody has everything', async () => {
    const app = await show(teacher.finished());
    const { page } = app;
    await expect(page.getByTestId('closing')).toContainText('27 of 27 have all 12 files. 31 s, 2 repair rounds');
    await expect(page.getByText('Nobody misses anything').first()).toBeVisible();
    await expect(page.getByTestId('closing').getByRole('button')).toHaveCount(0);
    await lookAt(app, 'teacher-finished');
  });

  test('a failure names the student, the reason and what helps', async () => {
    const app = await show(teacher.failed());
    const { page } = app;
    const transfer = shown(teacher.failed()).id;
    const [finn, tereza] = [teacher.students(27)[5]?.id, teacher.students(27)[19]?.id];
    await expect(page.getByTestId('closing')).toContainText('Finn Larsen failed: There is too little space');
    await lookAt(app, 'teacher-failed');

    await tabTo(page, page.getByTestId('closing').getByRole('button', { name: 'Retry for Finn Larsen' }));
    await page.keyboard.press('Enter');
    await member(page, 'Tereza').getByRole('button', { name: 'Send by TCP to Tereza Nováková' }).click();
    await expect
      .poll(() => asked(app, 'retry'))
      .toEqual([
        { transfer, students: [finn], by: 'multicast' },
        { transfer, students: [tereza], by: 'tcp' },
      ]);
  });

  test('a failure of the teacher’s own files leads to them', async () => {
    const app = await show(teacher.unreadable());
    await expect(app.page.getByTestId('closing')).toContainText('Stopped: Scales.wav changed');
    await expect(app.page.getByTestId('closing').getByRole('button', { name: 'Show on disk' })).toBeVisible();
    await check(app.page, 'teacher-unreadable');
  });

  test('what is earlier is sent again with one button, and the library has the rest', async () => {
    const app = await show(teacher.finished());
    const { page } = app;
    await page.getByRole('button', { name: 'Send again: Scales in thirds' }).click();
    const students = teacher.students(27).map(({ id }) => id);
    await expect.poll(() => asked(app, 'retry')).toEqual([{ transfer: '77aa00bb11cc22dd', students, by: 'multicast' }]);
    await page.getByRole('button', { name: 'Open the library' }).click();
    await expect(page.getByRole('button', { name: 'Library' })).toHaveAttribute('aria-current', 'page');
  });
});

test('names, tags and covers from other machines stay inert', async () => {
  const app = await show(hostile());
  const { page } = app;
  await expect(page.getByTestId('member').first()).toBeVisible();
  await lookAt(app, 'teacher-hostile');
  expect(await page.title()).toBe('Tutti');
  expect(await page.locator('#root b').count()).toBe(0);
  expect(await page.locator('#root img:not([src^="data:image/"])').count()).toBe(0);
  const text = await page.locator('#root').textContent();
  expect(text).toContain('{{count}} $t(send:pause)');
  expect(text).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u200b\u0007\u001b]/);
});

/** Goes along the loss map until somebody misses something there. */
async function pointAtLoss(page: Page): Promise<void> {
  const map = page.getByRole('slider', { name: /Loss map/ });
  for (let x = 20; x < 400; x += 2) {
    await map.hover({ position: { x, y: 20 } });
    if (/\d miss(es)? it: \w+/.test((await map.getAttribute('aria-valuetext')) ?? '')) return;
  }
  throw new Error(`nobody misses anything: ${await map.getAttribute('aria-valuetext')}`);
}

/** A file to drop, by its true name: a link in the path would be another one. */
function musicFile(): string {
  const path = join(own.folder, '01 Prélude.wav');
  writeFileSync(path, 'RIFF');
  return path;
}
