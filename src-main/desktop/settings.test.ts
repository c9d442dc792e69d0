import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Settings, SettingsFile } from './settings';

const defaults: Settings = { role: null, name: 'ana', folder: '/music', address: null };
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tutti-settings-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('remembers a change, and leaves no other file', () => {
  const path = join(folder, 'new', 'settings.json');
  new SettingsFile(path, defaults).change({ role: 'student', name: 'Ana', address: '10.0.0.1:47470' });
  expect(new SettingsFile(path, defaults).settings).toEqual({
    role: 'student',
    name: 'Ana',
    folder: '/music',
    address: '10.0.0.1:47470',
  });
  expect(readdirSync(join(folder, 'new'))).toEqual(['settings.json']);
});

it.each([
  ['', defaults],
  ['{"role":', defaults],
  ['[1]', defaults],
  ['null', defaults],
])('takes %j for a first start', (content, expected) => {
  const path = join(folder, 'settings.json');
  writeFileSync(path, content);
  expect(new SettingsFile(path, defaults).settings).toEqual(expected);
});

it('keeps the values that it understands', () => {
  const path = join(folder, 'settings.json');
  writeFileSync(path, JSON.stringify({ role: 'king', name: 'Ben', folder: 7, address: 'nowhere', extra: true }));
  expect(new SettingsFile(path, defaults).settings).toEqual({ ...defaults, name: 'Ben' });
});
