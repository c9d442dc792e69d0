import { expect, type Page, test } from '@playwright/test';
import type { StudentSnapshot } from '../../src-shared/ipc/snapshots';
import * as student from './fixtures/student';
import { argumentsOf, launchWithFrames, photograph, type Recording, resize } from './launch';
import { expectFocusSeen, lookAt } from './looks';
import { ownWindow } from './own-window';

const SIZE = { width: 520, height: 760 };

const own = ownWindow();

async function show(frame: StudentSnapshot, recording: Recording = {}): Promise<Page> {
  const settings = { role: 'student' as const, name: 'Ana Lima' };
  const options = { userData: own.folder, settings, size: SIZE, colours: 'light' as const };
  own.started = await launchWithFrames([frame], { ...options, ...recording });
  return own.started.page;
}

async function commands(name: string): Promise<unknown[]> {
  return own.started === undefined ? [] : argumentsOf(own.started.app, name);
}

async function inspect(name: string): Promise<void> {
  if (own.started !== undefined) await lookAt(own.started, `student-${name}`);
}

for (const [name, frame, seen] of [
  ['searching', student.searching, 'Looking for a room…'],
  ['connecting', student.connecting, 'Connecting to Ms Rivera, room 12…'],
  ['unpaired', student.unpaired, 'Type the code on your teacher’s screen'],
  ['several-rooms', student.severalRooms, 'Mr Okada, studio B'],
  ['stranger', student.stranger, 'Not the room that you know'],
  ['empty', student.connected, 'Nothing has arrived yet'],
  ['receiving', student.receiving(), '11.2 MB/s'],
  ['repairing', student.repairing(), 'Repairing in round 1'],
  ['complete', student.complete(), 'Morgenstimmung'],
  ['failed', student.failed(), /^Failed: There is too little space: this needs 133 MB/],
  ['interrupted', student.interrupted(), 'It goes on by itself'],
  ['paused', student.paused, 'Receiving is off'],
] as const) {
  test(`student: ${name}`, async () => {
    const page = await show(frame);
    await expect(page.getByText(seen).first()).toBeVisible();
    await inspect(name);
  });
}

test('no bar hides what the keyboard goes to', async () => {
  const page = await show(student.complete());
  if (own.started !== undefined) await resize(own.started.app, { width: 400, height: 600 });
  await expect(page.getByTestId('file').first()).toBeVisible();
  await expectFocusSeen(page, 'main');
});

test('offline is said as such', async () => {
  const page = await show(student.searching);
  await page.context().setOffline(true);
  await expect(page.getByText('This computer is not connected to a network')).toBeVisible();
  await inspect('offline');
});

test('a code is typed once, and goes off with its eighth digit', async () => {
  const page = await show(student.unpaired);
  const code = page.getByLabel('Code of Ms Rivera, room 12');
  await expect(code).toBeFocused();
  await page.keyboard.type('4821390');
  await expect(code).toHaveValue('4821 390');
  expect(await commands('pair')).toEqual([]);
  await page.keyboard.press('Backspace');
  await page.keyboard.type('07');
  await expect(page.getByText('Paired. Joining the room…')).toBeVisible();
  const room = { fingerprint: student.unpaired.room?.fingerprint };
  expect(await commands('pair')).toEqual([{ code: '48213907', room }]);
});

test('a wrong code is told at the field and typed over', async () => {
  const sentence = 'That is not the code of this room: look again and type it anew.';
  const page = await show(student.unpaired, { failures: { pair: sentence } });
  const code = page.getByLabel('Code of Ms Rivera, room 12');
  // As a person pastes it, with whatever was copied along.
  await code.evaluate((input) => {
    input.focus();
    document.execCommand('insertText', false, ' 1111-2222 ');
  });
  await expect(page.getByRole('alert')).toHaveText(sentence);
  await expect(code).toHaveAttribute('aria-invalid', 'true');
  await expect(code).toBeFocused();
  await inspect('code-wrong');
  await code.focus();
  await code.selectText();
  await page.keyboard.type('3');
  await expect(page.getByRole('alert')).toHaveCount(0);
  await expect(code).toHaveValue('3');
});

test('of several rooms the chosen one gets the code', async () => {
  const page = await show(student.severalRooms);
  await page.getByText('Mr Okada, studio B').click();
  await page.getByLabel('Code of Mr Okada, studio B').fill('00000000');
  await expect.poll(() => commands('pair')).toHaveLength(1);
  const [asked] = await commands('pair');
  expect(asked).toMatchObject({ room: { fingerprint: student.severalRooms.found[1]?.fingerprint } });
});

test('a stranger is asked for by hand only, and warned of', async () => {
  const page = await show(student.stranger);
  await expect(page.getByText('Not the room that you know')).toBeVisible();
  await expect(page.getByLabel(/^Code of/)).toHaveCount(0);
  await page.getByRole('button', { name: 'My teacher has a new device' }).click();
  await expect(page.getByText('Type the code only if your teacher says so.')).toBeVisible();
  await inspect('stranger-chosen');
});

test('a room that is not listed is joined by its address', async () => {
  const page = await show(student.searching, { failures: { pair: 'Nobody answers at 192.168.12.4:47470.' } });
  await page.getByRole('button', { name: 'Room not listed?' }).click();
  await page.getByRole('button', { name: 'Join' }).click();
  await expect(page.getByText('Type the address as your teacher’s screen shows it')).toBeVisible();
  await page.getByLabel('Address on your teacher’s screen').fill('192.168.12.4:47470');
  await page.getByLabel('Code (only the first time)').fill('4821');
  await page.getByRole('button', { name: 'Join' }).click();
  await expect(page.getByText('The code has eight digits.')).toBeVisible();
  await page.getByLabel('Code (only the first time)').fill('4821 3907');
  await page.getByRole('button', { name: 'Join' }).click();
  await expect(page.getByText('Nobody answers at 192.168.12.4:47470.')).toBeVisible();
  const room = { address: { host: '192.168.12.4', port: 47_470 } };
  expect(await commands('pair')).toEqual([{ code: '48213907', room }]);
  await inspect('address');
});

test('receiving and do not disturb are switched at hand', async () => {
  const page = await show(student.complete());
  await page.getByText('Receiving', { exact: true }).click();
  await expect.poll(() => commands('receive')).toEqual([{ on: false }]);
  const quiet = page.getByRole('switch', { name: 'Do not disturb' });
  await page.getByText('Do not disturb').click();
  await expect(quiet).toBeChecked();
});

test('other rooms are there when asked for', async () => {
  const page = await show(student.twoRooms);
  await page.getByRole('button', { name: 'Other rooms' }).click();
  await expect(page.getByText('Mr Okada, studio B')).toBeVisible();
  await inspect('other-rooms');
});

test('somebody who knows a room is not asked for the code of another', async () => {
  const page = await show(student.waiting);
  await expect(page.getByText('Looking for a room…').first()).toBeVisible();
  await expect(page.getByLabel(/^Code of/)).toHaveCount(0);
  await page.getByRole('button', { name: 'Other rooms' }).click();
  await expect(page.getByLabel(/^Code of/)).toBeVisible();
});

test('years of music are a list of few rows', async () => {
  const page = await show(student.manySets());
  await expect(page.getByText('Homework, week 159')).toBeVisible();
  await inspect('many');
  expect(await page.getByTestId('file').count()).toBeLessThan(60);
  const last = page.getByText('Homework, week 1', { exact: true });
  await expect(async () => {
    await page.mouse.wheel(0, 20_000);
    await expect(last).toBeVisible({ timeout: 300 });
  }).toPass({ timeout: 15_000 });
  await photograph(page, 'student-many-end');
});

test('hostile names, tags and covers stay text', async () => {
  const page = await show(student.hostile());
  await expect(page.getByText('<img src=x onerror=').first()).toBeVisible();
  await inspect('hostile');
  expect(await page.title()).toBe('Tutti');
  expect(await page.locator('#root i, #root b, #root u, #root script').count()).toBe(0);
  expect(await page.evaluate(() => document.body.textContent)).not.toMatch(
    /[\u0000-\u0008\u202a-\u202e\u2066-\u2069]/u,
  );
  for (const image of await page.locator('img').all()) {
    expect(await image.getAttribute('src')).toMatch(/^data:image\//);
  }
});

test('dropped files are no concern of a student', async () => {
  const page = await show(student.connected);
  const before = page.url();
  await page.evaluate(() => {
    const data = new DataTransfer();
    data.items.add(new File(['x'], 'x.wav'));
    for (const type of ['dragover', 'drop']) {
      document.body.dispatchEvent(new DragEvent(type, { dataTransfer: data, cancelable: true, bubbles: true }));
    }
  });
  expect(page.url()).toBe(before);
  await expect(page.getByText('Nothing has arrived yet')).toBeVisible();
});
