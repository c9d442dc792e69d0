import { expect, it } from 'vitest';
import type { ChannelsView } from '../../src-shared/ipc/channel-views';
import type { DeviceSessionView } from '../../src-shared/ipc/device-views';
import type { EnginePicture } from './engine';
import { isBusy, isTransferring } from './picture-state';

const silent: ChannelsView = { found: [], published: [], subscribed: [] };

function picture(role: 'teacher' | 'student', state: string): EnginePicture {
  const transfers = [role === 'teacher' ? { phase: state } : { state }];
  return { role, snapshot: { transfers, channels: silent, devices: { sessions: [] } } } as unknown as EnginePicture;
}

function serving(state: DeviceSessionView['state']): EnginePicture {
  const snapshot = { transfers: [], channels: silent, devices: { sessions: [{ state }] } };
  return { role: 'teacher', snapshot } as unknown as EnginePicture;
}

it.each([
  ['teacher', 'queued', true, false],
  ['teacher', 'announcing', true, true],
  ['teacher', 'transmitting', true, true],
  ['teacher', 'waiting', true, true],
  ['teacher', 'finished', false, false],
  ['teacher', 'failed', false, false],
  ['student', 'receiving', true, true],
  ['student', 'repairing', true, true],
  ['student', 'storing', true, true],
  ['student', 'complete', false, false],
  ['student', 'interrupted', false, false],
] as const)('a %s whose transfer is %s: busy %s, transferring %s', (role, state, busy, transferring) => {
  expect(isBusy(picture(role, state))).toBe(busy);
  expect(isTransferring(picture(role, state))).toBe(transferring);
});

it.each([
  ['collecting', true],
  ['sending', true],
  ['done', false],
  ['failed', false],
] as const)('a teacher from whom a device fetches, %s: busy and transferring %s', (state, busy) => {
  expect(isBusy(serving(state))).toBe(busy);
  expect(isTransferring(serving(state))).toBe(busy);
});

it('a computer whose channels move keeps awake, yet may start its engine anew', () => {
  const moving = [
    { ...silent, published: [{ files: [{ state: 'sending' }] }] },
    { ...silent, subscribed: [{ state: 'catchingUp' }] },
  ];
  const resting = { ...silent, published: [{ files: [{ state: 'sent' }] }], subscribed: [{ state: 'connected' }] };
  const following = (channels: unknown) =>
    ({ role: 'student', snapshot: { transfers: [], channels } }) as unknown as EnginePicture;
  expect([...moving, resting].map((one) => isTransferring(following(one)))).toEqual([true, true, false]);
  expect(moving.some((one) => isBusy(following(one)))).toBe(false);
});

it('nobody is busy before there is a picture', () => {
  expect(isBusy(undefined)).toBe(false);
  expect(isTransferring(undefined)).toBe(false);
});
