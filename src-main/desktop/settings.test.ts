import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Policy } from './policy';
import { DEFAULT_SETTINGS, definedOnly, type Settings, SettingsFile } from './settings';
import { FixedSettingError, SettingsKeeper } from './settings-keeper';

const defaults: Settings = { ...DEFAULT_SETTINGS, role: null, name: 'ana', folder: '/music', address: null };
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tutti-settings-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('remembers a change, and leaves no other file', () => {
  const path = join(folder, 'new', 'settings.json');
  const changes = { role: 'student', name: 'Ana', address: '10.0.0.1:47470', language: 'de', rateMbit: 80 } as const;
  new SettingsFile(path, defaults).change(changes);
  expect(new SettingsFile(path, defaults).settings).toEqual({ ...defaults, ...changes });
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
  const stored = {
    role: 'king',
    name: 'Ben',
    folder: 7,
    address: 'nowhere',
    conflict: 'backUp',
    language: 'xx',
    more: 1,
  };
  writeFileSync(path, JSON.stringify(stored));
  expect(new SettingsFile(path, defaults).settings).toEqual({ ...defaults, name: 'Ben', conflict: 'backUp' });
});

it('changes nothing by a value that is not there', () => {
  expect(definedOnly({ language: undefined, address: null })).toEqual({ address: null });
});

describe('a policy', () => {
  const policy: Policy = { settings: { role: 'student', doNotDisturb: true, name: 'Lab 7' }, teachers: [] };

  function keeper(of: Policy | undefined): SettingsKeeper {
    const file = new SettingsFile(join(folder, 'settings.json'), defaults);
    return new SettingsKeeper({ file, policy: of, systemLanguage: 'de' });
  }

  it('overrules what the person chose, now and later', () => {
    keeper(undefined).change({ role: 'teacher', name: 'Eve' }, '');
    expect(keeper(policy).settings).toMatchObject({ role: 'student', doNotDisturb: true, name: 'Lab 7' });
    expect(keeper(policy).view.fixed).toEqual(['role', 'doNotDisturb', 'name']);
    expect(keeper(undefined).settings).toMatchObject({ role: 'teacher', name: 'Eve' });
  });

  it('refuses a change of what it fixes, and that alone', () => {
    const fixed = keeper(policy);
    expect(() => fixed.change({ doNotDisturb: false }, 'It is fixed.')).toThrow(new FixedSettingError('It is fixed.'));
    fixed.change({ role: 'student', name: 'Lab 7', language: 'en' }, 'It is fixed.');
    expect(fixed.view).toMatchObject({ language: 'en', name: 'Lab 7' });
    expect(keeper(undefined).settings).toMatchObject({ language: 'en', name: 'ana', role: null });
  });

  it('makes the machine a receiver for good', () => {
    expect(keeper(policy).receivesOnly).toBe(true);
    expect(keeper(undefined).receivesOnly).toBe(false);
  });

  it('or its absence leaves the language to the system until somebody chooses', () => {
    const own = keeper(undefined);
    expect(own.language).toBe('de');
    own.change({ language: 'en' }, '');
    expect(own.language).toBe('en');
  });
});
