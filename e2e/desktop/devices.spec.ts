import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@playwright/test';
import type { SettingsView } from '../../src-shared/ipc/contract';
import type { TeacherSnapshot } from '../../src-shared/ipc/snapshots';
import * as devices from './fixtures/devices';
import { argumentsOf, launch, launchWithFrames, photograph, type StartedApp } from './launch';
import { check, expectFocusSeen, lookAt } from './looks';
import { ownWindow } from './own-window';

type DeviceSettings = Partial<Pick<SettingsView, 'devicesOn' | 'devicesFolder' | 'devicesPort'>>;

const LOOPBACK = '127.0.0.1';
const COMMAND_LINE = resolve(import.meta.dirname, '../../out/main/cli.js');

const own = ownWindow();
const ON: DeviceSettings = { devicesOn: true, devicesFolder: devices.FOLDER };

async function show(frame: TeacherSnapshot, settings: DeviceSettings = ON): Promise<StartedApp> {
  own.started = await launchWithFrames([frame], {
    userData: own.folder,
    settings: { role: 'teacher', name: 'Ms Rivera, room 12', ...settings },
    size: { width: 1280, height: 860 },
    colours: 'light',
  });
  await own.started.page.getByRole('navigation').getByRole('button', { name: 'Devices' }).click();
  return own.started;
}

test('devices: off, what it is for, and the folder that it takes', async () => {
  const shown = await show(devices.off, {});
  const { page, app } = shown;
  await expect(page.getByRole('heading', { name: 'Devices that cannot run Tutti' })).toBeVisible();
  await lookAt(shown, 'devices-off');
  await app.evaluate(({ dialog }, folder) => {
    dialog.showOpenDialog = async () => ({ canceled: false, filePaths: [folder] });
  }, devices.FOLDER);
  await page.getByRole('button', { name: 'Let devices fetch files' }).click();
  await expect(page.getByTestId('devices-folder')).toHaveText(devices.FOLDER);
  await expect(page.getByRole('switch', { name: 'Devices may fetch files' })).toBeChecked();
  await page.getByRole('textbox', { name: 'Port' }).fill('69');
  await page.keyboard.press('Enter');
  const served = { on: true, folder: devices.FOLDER };
  await expect
    .poll(() => argumentsOf(app, 'serveDevices'))
    .toEqual([
      { ...served, port: 6969 },
      { ...served, port: 69 },
    ]);
});

test('devices: nobody has asked yet', async () => {
  const { page, app } = await show(devices.quiet);
  await expect(page.getByTestId('device-address')).toHaveText('192.168.12.4');
  await check(page, 'devices-quiet');
  await page.getByRole('button', { name: 'Copy the address' }).click();
  await expect.poll(() => app.evaluate(({ clipboard }) => clipboard.readText())).toBe('192.168.12.4');
  await page.getByRole('button', { name: 'Copy the port' }).click();
  await expect.poll(() => app.evaluate(({ clipboard }) => clipboard.readText())).toBe('6969');
});

test('devices: five machines start from the network, a sampler fetches a sound', async () => {
  const shown = await show(devices.busy);
  const { page } = shown;
  await expect(page.getByTestId('device-session')).toHaveCount(3);
  await expect(page.getByTestId('device-client').first()).toContainText('Leads (master)');
  await expect(page.getByRole('status').filter({ hasText: '3 files are on their way to devices.' })).toHaveCount(1);
  await expect(page.getByTestId('device-refusal')).toContainText(
    'There is no such file in the shared folder: Setlist 12 Marhc.m3u',
  );
  await lookAt(shown, 'devices-busy');
  await page.getByRole('button', { name: /firmware-4\.2\.bin.*Nobody has it/ }).click();
  await expect(page.getByText('It ended the transfer: "disk full"')).toBeVisible();
  await check(page, 'devices-over');
  await expectFocusSeen(page, '.devices-main');
});

test('devices: another program has the port', async () => {
  const shown = await show(devices.portTaken);
  await expect(shown.page.getByRole('alert')).toContainText('is in use: another TFTP server runs on this computer.');
  await check(shown.page, 'devices-failed');
  await shown.page.getByRole('button', { name: 'Try again' }).click();
  await expect.poll(() => argumentsOf(shown.app, 'serveDevices')).toHaveLength(1);
});

test('devices: many, and hostile words of theirs', async () => {
  const { page } = await show(devices.crowded);
  await expect(page.getByTestId('device-client')).toHaveCount(8);
  await page.getByRole('button', { name: 'and 24 more' }).click();
  await expect(page.getByTestId('device-client')).toHaveCount(32);
  expect(await page.evaluate(() => /[\u202e\u0007\u001b]/.test(document.body.textContent))).toBe(false);
  await check(page, 'devices-crowded');
});

test('devices: a real one fetches a file from a real teacher, once the port is free', async () => {
  const folder = join(own.folder, 'Netboot');
  mkdirSync(join(folder, 'lab'), { recursive: true });
  const image = randomBytes(3_000_000);
  writeFileSync(join(folder, 'lab', 'initrd.img'), image);
  const other = createSocket('udp4').bind(0, LOOPBACK);
  await once(other, 'listening');
  const { port } = other.address();
  own.started = await launch({
    userData: own.folder,
    settings: { role: 'teacher', name: 'Ms Rivera', devicesOn: true, devicesFolder: folder, devicesPort: port },
    env: { TUTTI_LISTEN: `${LOOPBACK}:0` },
    colours: 'light',
  });
  const { page } = own.started;
  await page.getByRole('navigation').getByRole('button', { name: 'Devices' }).click();
  await expect(page.getByRole('alert')).toContainText('in use');
  other.close();
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByTestId('device-port')).toHaveText(String(port));

  await expect(fetchFile(`${LOOPBACK}:${port}`, 'lab/inird.img', join(own.folder, 'nothing'))).rejects.toThrow();
  await expect(page.getByTestId('device-refusal')).toContainText('lab/inird.img');
  const out = join(own.folder, 'initrd.img');
  await fetchFile(`${LOOPBACK}:${port}`, 'lab/initrd.img', out);
  expect(readFileSync(out).equals(image)).toBe(true);
  await page.getByRole('button', { name: /initrd\.img.*Everybody has it/ }).click();
  await expect(page.getByTestId('device-client')).toContainText('Complete');
  await photograph(page, 'devices-real');
  await page.getByRole('switch', { name: 'Devices may fetch files' }).click({ force: true });
  await expect(page.getByRole('heading', { name: 'Devices that cannot run Tutti' })).toBeVisible();
});

/** As a device does that knows multicast. @throws what the program said, where it does not end well */
async function fetchFile(server: string, file: string, out: string): Promise<void> {
  const options = ['--multicast', '--interface', LOOPBACK, '--out', out];
  await promisify(execFile)(process.execPath, [COMMAND_LINE, 'tftp', 'get', server, file, ...options], {
    timeout: 60_000,
  });
}
