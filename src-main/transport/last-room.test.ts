import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { keepLastRoom, loadLastRoom } from './last-room';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tutti-last-'));
});
afterEach(() => rm(folder, { recursive: true }));

const room = { fingerprint: 'ab'.repeat(32), place: { host: '10.0.0.1', port: 47470 } };

it('remembers the last room', async () => {
  expect(await loadLastRoom(folder)).toBeUndefined();
  await keepLastRoom(folder, { ...room, place: { host: 'fe80::1%eth0', port: 1 } });
  await keepLastRoom(folder, room);
  expect(await loadLastRoom(folder)).toEqual(room);
});

it.each(['', '{}', '{"fingerprint":"x"}', JSON.stringify({ ...room, place: { host: '', port: 0 } })])(
  'takes “%s” for nothing',
  async (content) => {
    await writeFile(join(folder, 'last-room.json'), content);
    expect(await loadLastRoom(folder)).toBeUndefined();
  },
);

it('lives without a folder to keep it in', async () => {
  await writeFile(join(folder, 'file'), '');
  await keepLastRoom(join(folder, 'file'), room);
  expect(await loadLastRoom(join(folder, 'file'))).toBeUndefined();
});
