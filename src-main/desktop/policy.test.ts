import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { policyPlaces, readPolicy } from './policy';

const FINGERPRINT = 'ab'.repeat(32);
let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tutti-policy-'));
  path = join(folder, 'policy.json');
});
afterEach(() => rmSync(folder, { recursive: true }));

function read(content: unknown) {
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return readPolicy([path], 'lab-07');
}

describe('a policy', () => {
  it('makes a receiver, and fixes what it says', () => {
    expect(
      read({
        receiveOnly: true,
        name: 'Lab {hostname}',
        folder: '/srv/music',
        teachers: [FINGERPRINT],
        startAtLogin: true,
        doNotDisturb: true,
        language: 'de',
      }),
    ).toEqual({
      settings: {
        role: 'student',
        name: 'Lab lab-07',
        folder: '/srv/music',
        startAtLogin: true,
        doNotDisturb: true,
        language: 'de',
      },
      teachers: [FINGERPRINT],
    });
    expect(read({ receiveOnly: true })).toEqual({ settings: { role: 'student' }, teachers: [] });
  });

  it('may leave the role to people, and fix what devices can fetch', () => {
    const fixed = { archiveOn: false, devicesOn: true, devicesFolder: '/srv/boot', devicesPort: 69 };
    expect(read({ receiveOnly: false, ...fixed })).toEqual({ settings: fixed, teachers: [] });
  });

  it.each([
    ['', /JSON/],
    ['{"receiveOnly": true', /JSON/],
    ['null', /object/],
    [[], /object/],
    [{}, /receiveOnly/],
    [{ receiveOnly: 'no' }, /receiveOnly/],
    [{ receiveOnly: true, startAtLogon: true }, /startAtLogon/],
    [{ receiveOnly: true, name: ' ' }, /name/],
    [{ receiveOnly: true, name: 7 }, /name/],
    [{ receiveOnly: true, folder: 'music' }, /folder: it has to be a full path/],
    [{ receiveOnly: false, devicesFolder: 'boot' }, /devicesFolder: it has to be a full path/],
    [{ receiveOnly: false, devicesPort: 0 }, /devicesPort/],
    [{ receiveOnly: true, teachers: ['ab'] }, /teachers/],
    [{ receiveOnly: true, rateMbit: 10 }, /rateMbit/],
    [{ receiveOnly: true, role: 'teacher' }, /role/],
    [{ receiveOnly: true, address: 'nowhere' }, /address/],
  ])('that is %j cannot be used: the machine receives only, and says why', (content, reason) => {
    const policy = read(content);
    expect(policy?.settings).toEqual({ role: 'student' });
    expect(policy?.broken?.path).toBe(path);
    expect(policy?.broken?.reason).toMatch(reason);
  });

  it('that cannot be read holds all the same', () => {
    mkdirSync(path);
    chmodSync(path, 0o000);
    expect(readPolicy([path], '')?.settings).toEqual({ role: 'student' });
    chmodSync(path, 0o700);
  });

  it('that is not there is none', () => {
    expect(readPolicy([path, join(folder, 'no', 'folder.json')], '')).toBeUndefined();
  });
});

describe('the place of a policy', () => {
  it('is the machine’s, before any that a variable names', () => {
    const own = join(folder, 'own.json');
    writeFileSync(own, JSON.stringify({ receiveOnly: true, name: 'Own' }));
    writeFileSync(path, JSON.stringify({ receiveOnly: true, name: 'Machine' }));
    expect(readPolicy([path, own], '')?.settings.name).toBe('Machine');
    rmSync(path);
    expect(readPolicy([path, own], '')?.settings.name).toBe('Own');
  });

  it('is where each system keeps such things', () => {
    expect(policyPlaces({}, 'linux')).toEqual(['/etc/tutti/policy.json']);
    expect(policyPlaces({ TUTTI_POLICY: '' }, 'darwin')).toEqual(['/Library/Application Support/Tutti/policy.json']);
    expect(policyPlaces({ ProgramData: 'C:\\ProgramData' }, 'win32')).toEqual([
      join('C:\\ProgramData', 'Tutti', 'policy.json'),
    ]);
  });

  it('on Windows is not moved by a variable that anybody can set', () => {
    expect(policyPlaces({ ProgramData: 'D:\\Data', TUTTI_POLICY: '/p.json' }, 'win32')).toEqual([
      join('C:\\ProgramData', 'Tutti', 'policy.json'),
      join('D:\\Data', 'Tutti', 'policy.json'),
      '/p.json',
    ]);
  });
});
