import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { listPackage } from '@electron/asar';
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { expect, type Page, test } from '@playwright/test';
import { freePort } from '../free-port';
import { ARCHIVE, type PackagedApp, PROGRAM, startPackaged } from './packaged-app';

let folder: string;
const started: PackagedApp[] = [];

test.beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tutti-package-'));
});

test.afterEach(async () => {
  for (const app of started.splice(0)) await app.quit();
  rmSync(folder, { recursive: true, force: true });
});

async function start(name: string, env: Readonly<Record<string, string>> = {}): Promise<Page> {
  const app = await startPackaged(join(folder, name), env);
  started.push(app);
  return app.page;
}

test('holds what it runs on, and nothing else', () => {
  const files = listPackage(ARCHIVE, { isPack: false }).map((path) => path.replaceAll('\\', '/'));
  for (const needed of ['/out/main/index.js', '/out/main/engine-worker.js', '/out/renderer/index.html']) {
    expect(files).toContain(needed);
  }
  expect(files.filter((path) => /node_modules|\.map$|\.tsx?$|\.test\.|\/cli\.js$/.test(path))).toEqual([]);
  const notices = readFileSync(join(dirname(PROGRAM), 'THIRD-PARTY-NOTICES.txt'), 'utf8');
  for (const shipped of ['react', 'zod', 'music-metadata', '@noble/curves', 'lmdb', '@nats-io/transport-node']) {
    expect(notices).toContain(`\n${shipped} `);
  }
  expect(notices).not.toContain('\nvitest ');
});

test('has native modules for this system only, outside the archive', () => {
  const unpacked = readdirSync(`${ARCHIVE}.unpacked`, { recursive: true, withFileTypes: true });
  const files = unpacked.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const store = join(`${ARCHIVE}.unpacked`, 'out/main/native/lmdb.node');
  const accelerators = files.filter((file) => file.includes(`${process.platform}-${process.arch}`));
  expect(files.filter((file) => !accelerators.includes(file))).toEqual([store]);
  // Node-API: what this Node can load, every Electron can.
  expect(createRequire(import.meta.url)(store).version.versionString).toMatch(/^LMDB 0\.9/);
});

test('has its fuses set', async () => {
  const wire = await getCurrentFuseWire(PROGRAM);
  const enabled = (fuse: FuseV1Options) => String.fromCharCode(Number(wire[fuse])) === '1';
  expect(enabled(FuseV1Options.RunAsNode)).toBe(false);
  expect(enabled(FuseV1Options.EnableNodeOptionsEnvironmentVariable)).toBe(false);
  expect(enabled(FuseV1Options.EnableNodeCliInspectArguments)).toBe(false);
  expect(enabled(FuseV1Options.LoadBrowserProcessSpecificV8Snapshot)).toBe(false);
  expect(enabled(FuseV1Options.GrantFileProtocolExtraPrivileges)).toBe(false);
  expect(enabled(FuseV1Options.EnableCookieEncryption)).toBe(true);
  expect(enabled(FuseV1Options.EnableEmbeddedAsarIntegrityValidation)).toBe(true);
  expect(enabled(FuseV1Options.OnlyLoadAppFromAsar)).toBe(true);
});

test('is no Node for other programs', async () => {
  // As Node it would refuse its switches, or end on the module that is not there; it opens its window instead.
  const page = await start('anyone', { ELECTRON_RUN_AS_NODE: '1', NODE_OPTIONS: '--require=/not/there.js' });
  await expect(page.getByText('Welcome to Tutti')).toBeVisible();
});

test('a first start becomes a room, and stays one', async () => {
  const env = { TUTTI_LISTEN: `127.0.0.1:${await freePort()}` };
  const page = await start('teacher', env);
  await introduce(page, 'I teach', 'Ms Rivera');
  await expect(page.getByText(CODE).first()).toBeVisible();
  await started.pop()?.quit();

  const again = await start('teacher', env);
  await expect(again.getByText('Ms Rivera').first()).toBeVisible();
  await expect(again.getByText(CODE).first()).toBeVisible();
});

test('uses the accelerator where one was built', async () => {
  const page = await start('teacher', { TUTTI_LISTEN: `127.0.0.1:${await freePort()}` });
  await introduce(page, 'I teach', 'Ms Rivera');
  await page.getByRole('button', { name: 'Network' }).click();
  const words = existsSync(ACCELERATOR) ? 'its accelerator is in use' : 'it has no accelerator';
  await expect(page.getByTestId('data-path')).toContainText(words);
});

test('a student pairs with the code, and is in again by itself after a restart', async () => {
  const room = `127.0.0.1:${await freePort()}`;
  const teacher = await start('teacher', { TUTTI_LISTEN: room });
  await introduce(teacher, 'I teach', 'Ms Rivera');
  const code = (await teacher.getByText(CODE).first().textContent()) ?? '';

  const env = { TUTTI_CONNECT: room };
  const student = await start('student', env);
  await introduce(student, 'I receive', 'Ana Lima');
  await student.getByLabel('Code of Ms Rivera').fill(code);
  await expect(student.getByRole('banner').getByText('In Ms Rivera')).toBeVisible();
  await expect(teacher.getByText('1 of 1 here')).toBeVisible();

  await started.pop()?.quit();
  await expect(teacher.getByText('0 of 1 here')).toBeVisible();
  await expect((await start('student', env)).getByRole('banner').getByText('In Ms Rivera')).toBeVisible();
});

/** What `npm run build:accelerator` made for this system, if anything. */
const ACCELERATOR = resolve(
  import.meta.dirname,
  `../../out/prebuilds/${process.platform}-${process.arch}/tutti.napi.node`,
);

/** A room's code, eight digits. */
const CODE = /^\d{4}\s\d{4}$/;

async function introduce(page: Page, role: string, name: string): Promise<void> {
  await page.getByText(role).click();
  await page.getByLabel('Your name').fill(name);
  await page.getByRole('button', { name: 'Start' }).click();
}
