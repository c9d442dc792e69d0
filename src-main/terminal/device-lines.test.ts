import { expect, it } from 'vitest';
import type {
  DeviceClientView,
  DeviceFetchView,
  DeviceSessionView,
  DevicesView,
} from '../../src-shared/ipc/device-views';
import { devicesChanges, fetchChanges } from './device-lines';
import { renderDevices, renderFetch } from './render-devices';

const OPTIONS = { columns: 100, colour: false, unicode: true };

const client = (port: number, more: Partial<DeviceClientView> = {}): DeviceClientView => ({
  address: `10.0.0.2:${port}`,
  role: 'member',
  state: 'receiving',
  progress: 0,
  ...more,
});

const session = (more: Partial<DeviceSessionView> = {}): DeviceSessionView => ({
  id: '1',
  file: 'song.wav',
  bytes: 4_100_000,
  group: '239.255.69.1:1758',
  state: 'collecting',
  progress: 0,
  rate: 0,
  sentBlocks: 0,
  resentBlocks: 0,
  flow: {
    why: 'what the devices asked for',
    blockBytes: 1428,
    timeoutSeconds: 1,
    windowBlocks: 1,
    blocksPerSecond: null,
    loss: 0,
  },
  clients: [client(1, { role: 'master' })],
  startedAt: 0,
  ...more,
});

const serving = (...sessions: DeviceSessionView[]): DevicesView => ({
  state: 'on',
  folder: '/music',
  address: '10.0.0.1',
  port: 6969,
  sessions,
});

it('tells where devices can read, and each that asks', () => {
  expect(devicesChanges(undefined, serving())).toEqual(['Devices can read /music by TFTP at 10.0.0.1:6969.']);
  expect(devicesChanges(serving(), serving(session()))).toEqual([
    'song.wav, 4.1 MB, by multicast to 239.255.69.1:1758, in blocks of 1428 bytes, 1 at a time, 1 s timeout (what the devices asked for).',
    '10.0.0.2:1 asks for song.wav.',
  ]);
});

it('is silent about progress, and tells who has it, who has not, and the sum', () => {
  const running = session({ state: 'sending', progress: 0.5, clients: [client(1), client(2)] });
  expect(devicesChanges(serving(running), serving({ ...running, progress: 0.6 }))).toEqual([]);
  const over = session({
    state: 'done',
    sentBlocks: 2872,
    resentBlocks: 12,
    clients: [client(1, { state: 'complete' }), client(2, { state: 'failed', why: 'it is silent.' })],
  });
  expect(devicesChanges(serving(running), serving(over))).toEqual([
    '10.0.0.2:1 has song.wav.',
    '10.0.0.2:2 has not got song.wav: it is silent.',
    '1 of 2 devices has song.wav. 2872 blocks sent, 12 of them again.',
  ]);
});

it('tells the newest session last', () => {
  const [newer, older] = [session({ id: '2', file: 'b' }), session({ id: '1', file: 'a' })];
  const lines = devicesChanges(serving(), serving(newer, older)).filter((line) => line.includes('asks'));
  expect(lines).toEqual(['10.0.0.2:1 asks for a.', '10.0.0.2:1 asks for b.']);
});

it('tells and draws who got nothing, once, and why', () => {
  const mistyped = { address: '10.0.0.2:1', file: 'sonng.wav', why: 'There is no such file: sonng.wav', at: 1 };
  const sly = { address: '10.0.0.3:1', file: '../x\x1b[2J', why: 'It leads out', at: 2 };
  const before = { ...serving(), refusals: [mistyped] };
  const after = { ...serving(), refusals: [sly, mistyped] };
  const line = '10.0.0.2:1 did not get sonng.wav: There is no such file: sonng.wav.';
  expect(devicesChanges(serving(), before)).toEqual([line]);
  expect(devicesChanges(before, after)).toEqual(['10.0.0.3:1 did not get ../x [2J: It leads out.']);
  expect(renderDevices(before, OPTIONS)).toContain(line);
});

it('draws sessions with their devices, and no name steers the terminal', () => {
  const lines = renderDevices(
    serving(session({ file: 'a\x1b[2J\u202eb', state: 'sending', progress: 0.43, rate: 5e6 })),
    OPTIONS,
  );
  expect(lines.join('\n')).not.toMatch(/[\x1b\u202e]/);
  expect(lines).toContainEqual(expect.stringContaining('43 % · sending · 5.0 MB/s'));
  expect(lines).toContainEqual(expect.stringMatching(/● 10\.0\.0\.2:1 +master +0 % +receiving/));
  expect(renderDevices(serving(), OPTIONS)).toContain('No device has asked yet.');
});

it('tells and draws a fetch', () => {
  const asking: DeviceFetchView = {
    file: 'song.wav',
    server: '10.0.0.1:69',
    state: 'asking',
    role: 'unicast',
    bytes: null,
    receivedBytes: 0,
    group: null,
    path: null,
    elapsedMs: 0,
  };
  const group = { ...asking, state: 'receiving', role: 'member', group: '239.255.69.1:1758', bytes: 100 } as const;
  expect(fetchChanges(undefined, asking)).toEqual(['Asking 10.0.0.1:69.']);
  expect(fetchChanges(asking, group)).toEqual(['Receiving by multicast from 239.255.69.1:1758, member.']);
  expect(fetchChanges(group, { ...group, receivedBytes: 50 })).toEqual([]);
  expect(fetchChanges(group, { ...group, role: 'master' })).toEqual([
    'Receiving by multicast from 239.255.69.1:1758, master.',
  ]);
  expect(fetchChanges(group, { ...group, state: 'complete', path: '/tmp/song.wav' })).toEqual([
    'Complete: /tmp/song.wav.',
  ]);
  expect(fetchChanges(group, { ...group, state: 'failed', failure: 'The disk is full.' })).toEqual([
    'Failed: The disk is full.',
  ]);
  expect(renderFetch({ ...group, receivedBytes: 50, elapsedMs: 1000 }, OPTIONS)[1]).toContain(
    '50 % · receiving by multicast',
  );
});
