import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EnginePicture } from './engine';
import type { Policy } from './policy';
import { DEFAULT_SETTINGS, type Settings, SettingsFile } from './settings';
import { SettingsChanges } from './settings-changes';
import { SettingsKeeper } from './settings-keeper';

const defaults: Settings = {
  ...DEFAULT_SETTINGS,
  role: 'teacher',
  name: 'Ms Rivera',
  folder: '/music',
  address: null,
};
const sending = {
  role: 'teacher',
  snapshot: { transfers: [{ phase: 'queued' }], devices: { sessions: [] } },
} as unknown as EnginePicture;
const idle = { role: 'teacher', snapshot: { transfers: [], devices: { sessions: [] } } } as unknown as EnginePicture;

let folder: string;
let done: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tutti-changes-'));
  done = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

function changing(parts: { picture?: EnginePicture; policy?: Policy; path?: string; login?: () => void } = {}) {
  const file = new SettingsFile(parts.path ?? join(folder, 'settings.json'), defaults);
  const keeper = new SettingsKeeper({ file, policy: parts.policy, systemLanguage: 'en' });
  const changes = new SettingsChanges({
    keeper,
    host: {
      picture: parts.picture ?? idle,
      command: async (name, argument) => {
        done.push(`${name} ${JSON.stringify(argument)}`);
        throw new Error('not ready');
      },
      restart: async () => void done.push('restart'),
      restartWhenIdle: () => done.push('restart when idle'),
    },
    startAtLogin: (on) => {
      parts.login?.();
      done.push(`login ${on}`);
    },
    onChange: () => done.push('change'),
    onProblem: (sentence) => done.push(sentence),
  });
  return { changes, keeper };
}

describe('who somebody is', () => {
  it('is another engine at once for another role', async () => {
    await changing().changes.introduce({ role: 'student', name: 'Ana' });
    expect(done).toEqual(['change', 'restart']);
  });

  it('is not changed while a transfer would end by it', async () => {
    const { changes, keeper } = changing({ picture: sending });
    await expect(changes.introduce({ role: 'student', name: 'Ana' })).rejects.toThrow(/Stop it first/);
    expect(keeper.settings.role).toBe('teacher');
    expect(done).toEqual([]);
  });

  it('may be another name at any time, told to the others once nothing is on its way', async () => {
    await changing({ picture: sending }).changes.introduce({ role: 'teacher', name: 'Mr Okada' });
    expect(done).toEqual(['change', 'restart when idle']);
  });

  it('that is the same changes nothing', async () => {
    await changing().changes.introduce({ role: 'teacher', name: 'Ms Rivera' });
    expect(done).toEqual([]);
  });
});

describe('what somebody prefers', () => {
  it.each([
    [{ language: 'de' }, ['change']],
    [{ appearance: 'dark', doNotDisturb: true }, ['change']],
    [{ startAtLogin: true }, ['change', 'login true']],
    [{ rateMbit: 80 }, ['change', 'restart when idle']],
    [{ conflict: 'replace' }, ['change', 'restart when idle']],
    [{ folderTemplate: '{room}' }, ['change', 'restart when idle']],
  ] as const)('%j has the effect %j', async (wanted, effects) => {
    await changing().changes.prefer(wanted);
    expect(done).toEqual(effects);
  });

  it('is refused where the policy has it otherwise', async () => {
    const policy: Policy = { settings: { role: 'student', doNotDisturb: true }, teachers: [] };
    await expect(changing({ policy }).changes.prefer({ doNotDisturb: false })).rejects.toThrow(/policy/);
    expect(done).toEqual([]);
  });

  it('holds even where it cannot be saved, and that is said', async () => {
    writeFileSync(join(folder, 'file'), '');
    const { changes, keeper } = changing({ path: join(folder, 'file', 'settings.json') });
    await changes.prefer({ language: 'de' });
    expect(keeper.settings.language).toBe('de');
    expect(done).toEqual([expect.stringMatching(/could not be saved/), 'change']);
  });

  it('says why the system does not start it at login', async () => {
    const login = () => {
      throw new Error('the disk is full');
    };
    await expect(changing({ login }).changes.prefer({ startAtLogin: true })).rejects.toThrow(/the disk is full/);
  });
});

describe('what devices may fetch', () => {
  it('changes at once, in the settings first', async () => {
    const { changes, keeper } = changing();
    await expect(changes.changeDevices({ devicesOn: true, devicesFolder: '/srv/boot' })).rejects.toThrow('not ready');
    expect(done).toEqual(['change', 'serveDevices {"on":true,"folder":"/srv/boot","port":6969}']);
    expect(keeper.settings).toMatchObject({ devicesOn: true, devicesFolder: '/srv/boot' });
  });

  it('is not changed where the policy has it otherwise', async () => {
    const policy: Policy = { settings: { devicesOn: false }, teachers: [] };
    await expect(changing({ policy }).changes.changeDevices({ devicesOn: true })).rejects.toThrow(/policy/);
    expect(done).toEqual([]);
  });
});

describe('channels', () => {
  /** The engine of these tests is never ready; the setting holds all the same. */
  const refused = (asked: Promise<void>) => expect(asked).rejects.toThrow('not ready');

  it('are published and followed one by one, and kept', async () => {
    const { changes, keeper } = changing();
    await refused(changes.publish('studio-a.takes', '/srv/takes'));
    await refused(changes.publish('studio-a.clicks', '/srv/clicks'));
    await refused(changes.unpublish('studio-a.takes'));
    await refused(changes.follow({ pattern: 'studio-b.>', from: 'now' }));
    await refused(changes.follow({ pattern: 'studio-b.>', from: 'beginning' }));
    await refused(changes.setArchive(false));
    expect(keeper.settings).toMatchObject({
      publications: [{ subject: 'studio-a.clicks', folder: '/srv/clicks' }],
      subscriptions: [{ pattern: 'studio-b.>', from: 'beginning' }],
      archiveOn: false,
    });
    await refused(changes.unfollow('studio-b.>'));
    expect(keeper.settings.subscriptions).toEqual([]);
    expect(done.at(-1)).toMatch(/^serveChannels /);
  });

  it('of one name are published once', async () => {
    const { changes } = changing();
    await refused(changes.publish('studio-a.takes', '/srv/takes'));
    await expect(changes.publish('studio-a.takes', '/srv/others')).rejects.toThrow(/studio-a\.takes” already/);
  });
});

it('goes to another room at once, and to another folder once nothing is arriving', async () => {
  await changing().changes.changeAddress('10.0.0.1:47470');
  await changing().changes.changeFolder('/elsewhere');
  expect(done).toEqual(['change', 'restart', 'change', 'restart when idle']);
});
