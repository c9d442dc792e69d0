import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { type Recordings, writeRecordings } from './fixtures/recordings';
import { argumentsOf, launchWithFrames, type StartedApp, temporaryFolder } from './launch';
import { lookAt } from './looks';

const SIZE = { width: 520, height: 760 };

let folder: ReturnType<typeof temporaryFolder>;
let recordings: Recordings;
let music: string;
let started: StartedApp | undefined;
/** What the page may complain of in a test. */
let expectedErrors: RegExp | undefined;

/** A request for a file that a test took away. */
const GONE = /status of 404/;

test.beforeEach(async () => {
  folder = temporaryFolder();
  music = join(folder.path, 'music');
  recordings = writeRecordings(music);
});

test.afterEach(async () => {
  await started?.app.close();
  expect((started?.errors ?? []).filter((error) => expectedErrors?.test(error) !== true)).toEqual([]);
  started = undefined;
  expectedErrors = undefined;
  folder.remove();
});

async function show(): Promise<Page> {
  started = await launchWithFrames([recordings.snapshot], {
    userData: folder.path,
    settings: { role: 'student', name: 'Ana Lima', folder: music },
    size: SIZE,
    colours: 'light',
    answers: { fileOf: recordings.fileOf },
  });
  await recordStarts(started.page);
  return started.page;
}

/** A sound as it was handed to Web Audio, in seconds of its clock. */
interface Start {
  readonly at: number;
  readonly from: number;
  readonly length: number;
}

/** Writes down every sound that is started. */
async function recordStarts(page: Page): Promise<void> {
  await page.evaluate(() => {
    const starts: Start[] = [];
    const { start } = AudioBufferSourceNode.prototype;
    Reflect.set(window, 'starts', starts);
    AudioBufferSourceNode.prototype.start = function (at = 0, from = 0) {
      starts.push({ at, from, length: this.buffer?.duration ?? 0 });
      start.call(this, at, from);
    };
  });
}

function startsOf(page: Page): Promise<Start[]> {
  return page.evaluate(() => Reflect.get(window, 'starts'));
}

/** What the player says it is at, in seconds. */
async function positionOf(page: Page): Promise<number> {
  return Number(await page.getByRole('slider', { name: 'Position' }).getAttribute('aria-valuenow'));
}

const player = (page: Page) => page.getByTestId('player');

test('a set plays in its order, each piece on the frame after the one before', async () => {
  const page = await show();
  await page.getByRole('button', { name: 'Play “Ode to Joy”' }).click();
  await expect(player(page)).toContainText('Ode to Joy');
  await expect.poll(() => positionOf(page)).toBeGreaterThan(0);
  await expect(player(page)).toContainText('Canon', { timeout: 20_000 });
  await expect(player(page)).toContainText('Frère Jacques', { timeout: 20_000 });
  const [ode, canon, frere] = await startsOf(page);
  if (ode === undefined || canon === undefined || frere === undefined) throw new Error('three pieces have started');
  expect(canon.at).toBeCloseTo(ode.at + ode.length, 9);
  expect(frere.at).toBeCloseTo(canon.at + canon.length, 9);
});

test('seeking moves the next piece along, and a pause keeps the place', async () => {
  const page = await show();
  await page.getByRole('button', { name: 'Play Ode to Joy' }).click();
  await expect.poll(async () => (await startsOf(page)).length).toBe(2);
  await page.getByRole('slider', { name: 'Position' }).press('End');
  await expect(player(page)).toContainText('Canon');
  await page.getByRole('button', { name: 'Previous piece' }).click();
  await page.getByRole('slider', { name: 'Position' }).press('ArrowRight');
  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  const paused = await positionOf(page);
  expect(paused).toBeGreaterThanOrEqual(5);
  await lookAtPlayer('paused');
  expect(await positionOf(page)).toBe(paused);
  await player(page).getByRole('button', { name: 'Play', exact: true }).click();
  await expect.poll(async () => (await startsOf(page)).at(-2)?.from).toBeGreaterThanOrEqual(5);
  const [now, next] = (await startsOf(page)).slice(-2);
  if (now === undefined || next === undefined) throw new Error('two pieces are scheduled');
  expect(next.at).toBeCloseTo(now.at + now.length - now.from, 9);
});

test('a piece too long for memory streams from its file', async () => {
  const page = await show();
  await page.getByRole('button', { name: 'Play Prelude' }).click();
  await expect.poll(() => positionOf(page)).toBeGreaterThan(0);
  await page.getByRole('slider', { name: 'Position' }).press('Home');
  await expect.poll(() => positionOf(page)).toBe(0);
  expect(await startsOf(page)).toEqual([]);
});

test('keys play, pause and go from piece to piece', async () => {
  const page = await show();
  await page.getByRole('button', { name: 'Play Ode to Joy' }).click();
  await expect.poll(() => positionOf(page)).toBeGreaterThan(0);
  await page.evaluate(() => document.activeElement instanceof HTMLElement && document.activeElement.blur());
  await page.keyboard.press('Space');
  await expect(player(page).getByRole('button', { name: 'Play', exact: true })).toBeVisible();
  await page.keyboard.press('Space');
  await expect(player(page).getByRole('button', { name: 'Pause', exact: true })).toBeVisible();
  await page.keyboard.press('Control+ArrowRight');
  await expect(player(page)).toContainText('Canon');
  await page.keyboard.press('Control+ArrowLeft');
  await expect(player(page)).toContainText('Ode to Joy');
  expect(await systemPanel(page)).toEqual(['Ode to Joy', 'playing']);
  await page.getByRole('button', { name: 'Close the player' }).click();
  await expect(player(page)).toHaveCount(0);
  expect(await systemPanel(page)).toEqual([undefined, 'none']);
});

test('the loudness is what it was the last time', async () => {
  const loudness = () => started?.page.getByRole('slider', { name: 'Volume' }).inputValue();
  const page = await show();
  await page.getByRole('button', { name: 'Play Ode to Joy' }).click();
  await page.getByRole('slider', { name: 'Volume' }).press('ArrowLeft');
  await page.getByRole('slider', { name: 'Volume' }).press('ArrowLeft');
  await expect.poll(loudness).toBe('0.9');
  await started?.app.close();
  await (await show()).getByRole('button', { name: 'Play Ode to Joy' }).click();
  await expect.poll(loudness).toBe('0.9');
});

/** What the system is told for its own player panel and its media keys. */
function systemPanel(page: Page): Promise<unknown[]> {
  return page.evaluate(() => [navigator.mediaSession.metadata?.title, navigator.mediaSession.playbackState]);
}

test('a file that is gone is told and passed over', async () => {
  expectedErrors = GONE;
  const page = await show();
  rmSync(join(music, '02 Canon.flac'));
  renameSync(join(music, '01 Ode to Joy.wav'), join(music, 'elsewhere.wav'));
  await page.getByRole('button', { name: 'Play Ode to Joy' }).click();
  await expect(player(page).getByRole('status')).toHaveText('“Canon” is not in the folder any more.');
  await expect(player(page)).toContainText('Frère Jacques');
  await expect(page.getByText('Not in the folder any more', { exact: true })).toHaveCount(2);
  await lookAtPlayer('gone');
});

test('what cannot be decoded is offered to another program', async () => {
  const page = await show();
  await page.getByRole('button', { name: 'Play 05 Broken.mp3' }).click();
  await expect(player(page).getByRole('status')).toContainText('cannot be played here');
  await page.getByRole('button', { name: 'Open 05 Broken.mp3' }).click();
  await page.getByRole('button', { name: 'Open Ode to Joy.mid' }).click();
  if (started === undefined) return;
  expect(await argumentsOf(started.app, 'fileOf')).toEqual(
    expect.arrayContaining([expect.objectContaining({ file: 6 }), expect.objectContaining({ file: 4 })]),
  );
});

async function lookAtPlayer(name: string): Promise<void> {
  if (started !== undefined) await lookAt(started, `student-player-${name}`);
}
