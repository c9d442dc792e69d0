import { expect, test } from '@playwright/test';
import type { TeacherSnapshot } from '../../src-shared/ipc/snapshots';
import * as doctor from './fixtures/doctor';
import * as teacher from './fixtures/teacher';
import { launchWithFrames, recordedCommands, type StartedApp } from './launch';
import { lookAt } from './looks';
import { ownWindow } from './own-window';

const own = ownWindow();

async function showNetwork(...frames: TeacherSnapshot[]): Promise<StartedApp> {
  own.started = await launchWithFrames(frames, {
    userData: own.folder,
    settings: { role: 'teacher', name: 'Ms Rivera, room 12' },
    size: { width: 1280, height: 860 },
    colours: 'light',
  });
  await own.started.page.getByRole('button', { name: 'Network' }).click();
  return own.started;
}

test('network: one button examines it', async () => {
  const shown = await showNetwork(teacher.snapshot(27, []));
  await expect(shown.page.getByTestId('data-path')).toContainText('its accelerator is in use');
  await lookAt(shown, 'network-first');
  await shown.page.getByRole('button', { name: 'Examine the network' }).click();
  await expect.poll(async () => (await recordedCommands(shown.app)).map(({ name }) => name)).toContain('examine');
});

test('network: with nobody here, or while something is sent, the button says why not', async () => {
  const { page } = await showNetwork(teacher.snapshot(0, []));
  await expect(page.getByRole('button', { name: 'Examine the network' })).toBeDisabled();
  await expect(page.getByText('As soon as students are here')).toBeVisible();
  await own.started?.app.close();

  const sending = await showNetwork(teacher.firstPass());
  await expect(sending.page.getByRole('button', { name: 'Examine the network' })).toBeDisabled();
  await expect(sending.page.getByText('Something is being sent')).toBeVisible();
});

test('network: while everybody listens', async () => {
  const shown = await showNetwork(doctor.listening);
  await expect(shown.page.getByRole('progressbar', { name: 'Examination' })).toBeVisible();
  await lookAt(shown, 'network-listening');
});

test('network: everybody hears', async () => {
  const shown = await showNetwork(doctor.wellHeard);
  await expect(shown.page.getByRole('heading', { name: 'All 27 students hear you' })).toBeVisible();
  await expect(shown.page.getByTestId('finding')).toHaveCount(1);
  await lookAt(shown, 'network-good');
});

test('network: what is the matter with whom', async () => {
  const shown = await showNetwork(doctor.troubled);
  const { page } = shown;
  await expect(page.getByRole('heading', { name: '21 of 30 hear you well' })).toBeVisible();
  const findings = page.getByTestId('finding');
  await expect(findings.filter({ hasText: 'a firewall' })).toContainText('Omar Haddad');
  await expect(findings.filter({ hasText: '2 students on Wi-Fi hear part of it' })).toContainText('hears 85 %');
  await lookAt(shown, 'network-troubled');
  const well = findings.last();
  await expect(well).not.toContainText('Aoife Byrne');
  await well.getByRole('button', { name: /and \d+ more/ }).click();
  await expect(well).toContainText('Aoife Byrne');
});

test('network: nobody hears', async () => {
  const shown = await showNetwork(doctor.unheard);
  await expect(shown.page.getByRole('heading', { name: 'Nobody hears you well' })).toBeVisible();
  await lookAt(shown, 'network-unheard');
});
