import { expect, type Page, test } from '@playwright/test';
import type { StudentSnapshot, TeacherSnapshot } from '../../src-shared/ipc/snapshots';
import * as student from './fixtures/student';
import * as teacher from './fixtures/teacher';
import { launch, launchWithFrames, photograph, resize, type StartedApp, temporaryFolder } from './launch';

const WIDE = { width: 1280, height: 860 };
const NARROW = { width: 360, height: 780 };
const STUDENT = { width: 520, height: 720 };

let folder: ReturnType<typeof temporaryFolder>;
let started: StartedApp | undefined;

test.beforeEach(() => {
  folder = temporaryFolder();
});

test.afterEach(async () => {
  await started?.app.close();
  expect(started?.errors ?? []).toEqual([]);
  started = undefined;
  folder.remove();
});

async function showTeacher(frames: readonly TeacherSnapshot[], size = WIDE): Promise<Page> {
  const settings = { role: 'teacher' as const, name: 'Ms Rivera, room 12' };
  started = await launchWithFrames(frames, { userData: folder.path, settings, size, colours: 'light' });
  return started.page;
}

async function showStudent(frame: StudentSnapshot): Promise<Page> {
  const settings = { role: 'student' as const, name: 'Ana Lima' };
  started = await launchWithFrames([frame], { userData: folder.path, settings, size: STUDENT, colours: 'light' });
  return started.page;
}

/** Light, dark and at the narrowest width; nothing may stick out sideways. */
async function photographAll(page: Page, name: string): Promise<void> {
  await photograph(page, `${name}-light`);
  await page.emulateMedia({ colorScheme: 'dark' });
  await photograph(page, `${name}-dark`);
  await page.emulateMedia({ colorScheme: 'light' });
  if (started !== undefined) await resize(started.app, NARROW);
  await expect.poll(() => page.evaluate(() => innerWidth)).toBe(NARROW.width);
  await photograph(page, `${name}-narrow`);
  expect(await elementsOutside(page)).toEqual([]);
}

/** What makes the page scroll sideways. */
function elementsOutside(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const { clientWidth, scrollWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return [];
    const outside = [...document.querySelectorAll('body *')].filter(
      (one) => one.getBoundingClientRect().right > clientWidth,
    );
    return outside.map((one) => `${one.tagName}.${one.className}`);
  });
}

test('first start asks for a role and a name, and remembers both', async () => {
  started = await launch({ userData: folder.path, size: { width: 1000, height: 760 }, colours: 'light' });
  const { page } = started;
  await expect(page.getByRole('heading', { name: 'Welcome to Tutti' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Start' })).toBeDisabled();
  await page.getByText('I receive').click();
  await page.getByLabel('Your name').fill('Ana Lima');
  await photographAll(page, 'first-start');
  await page.getByRole('button', { name: 'Start' }).click();
  await expect(page.getByText('Music goes to')).toBeVisible();
  await started.app.close();

  started = await launch({ userData: folder.path });
  await expect(started.page.getByRole('heading', { name: 'Ana Lima' })).toBeVisible();
});

test('the page has no way around the contract', async () => {
  const page = await showTeacher([teacher.snapshot(1, [])]);
  await expect(page.getByTestId('person')).toHaveCount(1);
  const answers = await page.evaluate(async () => {
    const ask = (name: unknown, argument: unknown) =>
      Reflect.apply(Reflect.get(window, 'tutti').request, null, [name, argument]);
    return [
      await ask('shell', 'ls'),
      await ask('send', { paths: [] }),
      await ask('trust', { fingerprint: '../' }),
      await ask('__proto__', {}),
    ];
  });
  for (const answer of answers) expect(answer).toMatchObject({ ok: false });
  expect(await page.evaluate(() => ['require', 'process', 'module'].filter((name) => name in window))).toEqual([]);
  await page.evaluate(() => void window.open('https://example.invalid/'));
  await page.evaluate(() => location.assign('https://example.invalid/'));
  expect(started?.app.windows()).toHaveLength(1);
  expect(page.url()).toBe('https://tutti.invalid/index.html');
});

test('teacher: nobody is there yet', async () => {
  const page = await showTeacher([teacher.snapshot(0, [])]);
  await expect(page.getByRole('heading', { name: 'Drop music here' })).toBeVisible();
  await expect(page.getByText('3f2a 91bc 77de 0a1c', { exact: true })).toBeVisible();
  await photographAll(page, 'teacher-nobody');
});

test('teacher: a full room before the first transfer', async () => {
  const page = await showTeacher([teacher.snapshot(30, [])]);
  await expect(page.getByTestId('person')).toHaveCount(30);
  await photographAll(page, 'teacher-room');
});

test('teacher: one student', async () => {
  const one = teacher.member(0, 'receiving', { progress: 0.4, rate: 8_000_000 });
  const page = await showTeacher([
    teacher.snapshot(1, [teacher.transfer([one], { sentBytes: 60_000_000, elapsedMs: 5000 })]),
  ]);
  await expect(page.getByTestId('current-group').getByTestId('member')).toHaveCount(1);
  await photographAll(page, 'teacher-one');
});

test('teacher: the first pass to thirty students', async () => {
  const page = await showTeacher([teacher.firstPass()]);
  await expect(page.getByTestId('current-group').getByTestId('member')).toHaveCount(30);
  await expect(page.getByText('Waiting: no multicast reaches it; TCP will, after the class')).toBeVisible();
  const map = page.getByRole('slider', { name: /Loss map/ });
  await map.focus();
  await map.press('End');
  await expect(map).toHaveAttribute('aria-valuetext', /not sent yet/);
  await map.press('Escape');
  await photographAll(page, 'teacher-first-pass');
});

test('teacher: the second repair round', async () => {
  const page = await showTeacher([teacher.firstPass(), teacher.secondRound()]);
  await expect(page.getByTestId('round')).toHaveCount(3);
  await expect(page.getByTestId('current-group').getByTestId('member')).toHaveCount(6);
  await expect(page.getByTestId('permanent-group').getByTestId('member')).toHaveCount(24);
  await expect(page.getByText('Repairing in round 2')).toHaveCount(6);
  await page.getByRole('slider', { name: /Loss map/ }).hover({ position: { x: 362, y: 20 } });
  await photographAll(page, 'teacher-second-round');
});

test('teacher: stopping asks first', async () => {
  const page = await showTeacher([teacher.secondRound()]);
  await page.getByRole('button', { name: 'Stop' }).click();
  await expect(page.getByRole('alertdialog')).toContainText('Stop this transfer?');
  await photograph(page, 'teacher-stop');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('alertdialog')).toHaveCount(0);
});

test('teacher: everybody has everything', async () => {
  const page = await showTeacher([teacher.finished()]);
  await expect(page.getByTestId('closing')).toContainText('27 of 27 have all 12 files. 31 s, 2 repair rounds');
  await expect(page.getByText('Nobody misses anything').first()).toBeVisible();
  await photographAll(page, 'teacher-finished');
});

test('teacher: two students failed, by name and reason', async () => {
  const page = await showTeacher([teacher.failed()]);
  await expect(page.getByTestId('closing')).toContainText('Finn Larsen failed: the disk is full');
  await photographAll(page, 'teacher-failed');
});

test('teacher: five hundred students', async () => {
  const members = teacher
    .students(500)
    .map((_, i) => teacher.member(i, i % 3 === 0 ? 'receiving' : 'complete', { progress: 0.5 }));
  const page = await showTeacher([teacher.snapshot(500, [teacher.transfer(members)])]);
  await expect(page.getByTestId('member')).toHaveCount(500);
  await photograph(page, 'teacher-500');
});

test('teacher: files over the window', async () => {
  const page = await showTeacher([teacher.snapshot(30, [])]);
  // A system tells a page of a drag again and again while it lasts, so none is lost on a page that is not ready yet.
  await expect(async () => {
    await page.evaluate(() => {
      const data = new DataTransfer();
      data.items.add(new File(['x'], 'x.wav'));
      window.dispatchEvent(new DragEvent('dragover', { dataTransfer: data, cancelable: true }));
    });
    await expect(page.getByText('Let go to send to everyone')).toBeVisible({ timeout: 500 });
  }).toPass({ timeout: 15_000 });
  await photograph(page, 'teacher-drop');
});

for (const [name, frame, seen] of [
  ['searching', student.searching, 'Looking for a room…'],
  ['untrusted', student.untrusted, 'Trust this teacher'],
  ['connected', student.connected, 'Nothing has arrived yet'],
  ['receiving', student.receiving(), 'Repairing in round 1'],
  ['ended', student.ended(), 'Failed: the disk is full: 214 MB more are needed'],
] as const) {
  test(`student: ${name}`, async () => {
    const page = await showStudent(frame);
    await expect(page.getByText(seen).first()).toBeVisible();
    await photographAll(page, `student-${name}`);
  });
}

test('student: closing the window keeps the program in the tray', async () => {
  await showStudent(student.connected);
  const state = await started?.app.evaluate(({ BrowserWindow }) => {
    const [window] = BrowserWindow.getAllWindows();
    window?.close();
    return { open: window?.isDestroyed() === false, visible: window?.isVisible() };
  });
  expect(state).toEqual({ open: true, visible: false });
});
