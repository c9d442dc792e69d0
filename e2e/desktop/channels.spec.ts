import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import type { TeacherSnapshot } from '../../src-shared/ipc/snapshots';
import { freePort } from '../free-port';
import * as channels from './fixtures/channels';
import * as student from './fixtures/student';
import { codeOn } from './lab-classroom';
import { argumentsOf, launch, launchWithFrames, photograph, type StartedApp } from './launch';
import { check, expectFocusSeen, lookAt } from './looks';
import { ownWindow } from './own-window';

const own = ownWindow();

async function show(frame: TeacherSnapshot): Promise<StartedApp> {
  own.started = await launchWithFrames([frame], {
    userData: own.folder,
    settings: { role: 'teacher', name: 'Studio A' },
    size: { width: 1280, height: 860 },
    colours: 'light',
  });
  await own.started.page.getByRole('navigation').getByRole('button', { name: 'Channels' }).click();
  return own.started;
}

test('channels: a folder is published, by keyboard', async () => {
  const shown = await show(channels.none);
  const { page, app } = shown;
  await lookAt(shown, 'channels-none');
  await app.evaluate(({ dialog }) => {
    dialog.showOpenDialog = async () => ({ canceled: false, filePaths: ['/srv/takes'] });
  });
  await page.getByRole('button', { name: 'Publish a folder' }).click();
  await expect(page.getByRole('textbox', { name: 'Name of the channel' })).toBeFocused();
  await page.keyboard.type('studio a');
  await expect(page.getByText('Use letters, digits', { exact: false })).toBeVisible();
  await page.getByRole('textbox').fill('studio-a.takes');
  await check(page, 'channels-publish');
  await page.keyboard.press('Enter');
  const published = [{ subject: 'studio-a.takes', folder: '/srv/takes' }];
  await expect
    .poll(() => argumentsOf(app, 'serveChannels'))
    .toEqual([{ publications: published, subscriptions: [], archiveOn: true }]);
  await page.getByRole('switch', { name: 'Keep an archive here' }).click({ force: true });
  await page.getByRole('button', { name: 'Follow a channel' }).click();
  await page.keyboard.type('studio-b.>');
  await page.getByRole('radio', { name: 'All there is' }).click();
  await check(page, 'channels-follow');
  await page.getByRole('dialog').getByRole('button', { name: 'Follow' }).click();
  const subscriptions = [{ pattern: 'studio-b.>', from: 'beginning' }];
  await expect
    .poll(async () => (await argumentsOf(app, 'serveChannels')).at(-1))
    .toEqual({ publications: published, subscriptions, archiveOn: false });
});

test('channels: numbers, gaps, who repaired what, archives and followers', async () => {
  const shown = await show(channels.busy);
  const { page, app } = shown;
  await expect(page.getByTestId('publication')).toHaveCount(3);
  await expect(page.getByTestId('archive').first()).toHaveText(
    'Studio A keeps 1.7 GB. It has acknowledged everything.',
  );
  await expect(page.getByText('misses 592 packets')).toBeVisible();
  await lookAt(shown, 'channels-busy');
  await page.getByRole('button', { name: 'Actions for studio-b.mixes' }).click();
  await page.getByRole('menuitem', { name: 'Stop following' }).click();
  await page.getByRole('button', { name: 'Stop following', exact: true }).click();
  await expect.poll(() => argumentsOf(app, 'serveChannels')).toHaveLength(1);
  await expectFocusSeen(page, '.channels-main');
});

test('channels: a student follows one, and could follow another', async () => {
  own.started = await launchWithFrames([{ ...student.connected, channels: channels.followed }], {
    userData: own.folder,
    settings: { role: 'student', name: 'Ana Lima', folder: '/home/ana/Music/Tutti' },
    size: { width: 720, height: 860 },
    colours: 'light',
  });
  const { page, app } = own.started;
  await expect(page.getByTestId('followed')).toContainText('by Studio B · Catching up · misses 1,204 packets');
  await expect(page.getByText('Type the code of Mr Okada, room 4 to follow it.')).toBeVisible();
  await lookAt(own.started, 'channels-student');
  await page.getByRole('button', { name: 'Follow studio-a.takes' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Follow' }).click();
  const subscriptions = [{ pattern: 'studio-a.takes', from: 'now' }];
  await expect
    .poll(() => argumentsOf(app, 'serveChannels'))
    .toEqual([{ publications: [], subscriptions, archiveOn: true }]);
});

test('channels: hostile words stay inert text', async () => {
  const { page } = await show(channels.hostile);
  await expect(page.getByTestId('follower')).toHaveCount(3);
  expect(await page.evaluate(() => /[\u202e\u0007\u001b]/.test(document.body.textContent))).toBe(false);
  await check(page, 'channels-hostile');
});

test('channels: a folder that a real teacher publishes is a real student’s inbox', async () => {
  const takes = join(own.folder, 'Takes');
  mkdirSync(takes);
  writeFileSync(join(takes, 'Take 1.wav'), randomBytes(400_000));
  const port = await freePort();
  own.started = await launch({
    userData: join(own.folder, 'teacher'),
    settings: {
      ...{ role: 'teacher', name: 'Studio A' },
      ...{ folder: join(own.folder, 'teacher’s music') },
    },
    env: { TUTTI_LISTEN: `127.0.0.1:${port}` },
    colours: 'light',
  });
  const { page, app } = own.started;
  const code = await codeOn(page);
  await app.evaluate(({ dialog }, folder) => {
    dialog.showOpenDialog = async () => ({ canceled: false, filePaths: [folder] });
  }, takes);
  await page.getByRole('navigation').getByRole('button', { name: 'Channels' }).click();
  await page.getByRole('button', { name: 'Publish a folder' }).click();
  await page.getByRole('textbox', { name: 'Name of the channel' }).fill('studio-a.takes');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('channel-file')).toContainText('Sent');
  await expect(page.getByTestId('archive')).toContainText('It has acknowledged everything.');

  const pupil = await launch({
    userData: join(own.folder, 'student'),
    settings: { role: 'student', name: 'Ana', folder: join(own.folder, 'music'), language: 'en' },
    env: { TUTTI_CONNECT: `127.0.0.1:${port}` },
    colours: 'light',
  });
  try {
    await pupil.page.getByLabel(/^Code of/).fill(code);
    await pupil.page.getByRole('button', { name: 'Follow studio-a.takes' }).click();
    await pupil.page.getByRole('radio', { name: 'All there is' }).click();
    await pupil.page.getByRole('dialog').getByRole('button', { name: 'Follow' }).click();
    await expect(pupil.page.getByTestId('file')).toContainText('Take 1');
    await expect(pupil.page.getByTestId('file')).toContainText('studio-a.takes');
    writeFileSync(join(takes, 'Take 2.wav'), randomBytes(400_000));
    await expect(pupil.page.getByTestId('set')).toContainText('studio-a.takes');
    await expect(pupil.page.getByTestId('file')).toHaveCount(2);
    await photograph(pupil.page, 'channels-real-student');
    await expect(page.getByTestId('follower').filter({ hasText: 'Ana' })).toContainText('up to date');
    await photograph(page, 'channels-real-teacher');
    expect(pupil.errors).toEqual([]);
  } finally {
    await pupil.app.close();
  }
});
