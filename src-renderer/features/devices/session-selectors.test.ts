import { expect, it } from 'vitest';
import type { DeviceClientView, DeviceSessionView } from '../../../src-shared/ipc/device-views';
import { clientsInOrder, completeCount, knownProgress, splitSessions } from './session-selectors';

function client(address: string, parts: Partial<DeviceClientView> = {}): DeviceClientView {
  return { address, role: 'member', state: 'receiving', progress: 0, ...parts };
}

const session = (id: string, state: DeviceSessionView['state'], clients: readonly DeviceClientView[] = []) =>
  ({ id, state, clients }) as DeviceSessionView;

it('tells what is under way from what is over', () => {
  const { running, over } = splitSessions([
    session('a', 'collecting'),
    session('b', 'sending'),
    session('c', 'done'),
    session('d', 'failed'),
  ]);
  expect(running.map(({ id }) => id)).toEqual(['a', 'b']);
  expect(over.map(({ id }) => id)).toEqual(['c', 'd']);
});

it('counts who has the file', () => {
  const clients = [client('1', { state: 'complete' }), client('2'), client('3', { state: 'failed' })];
  expect(completeCount(session('a', 'done', clients))).toBe(1);
});

it('puts who leads first, then who failed, and nobody twice', () => {
  const clients = [
    client('listens'),
    client('led', { role: 'master', state: 'complete' }),
    client('failed', { state: 'failed' }),
    client('leads', { role: 'master' }),
  ];
  expect(clientsInOrder(clients).map(({ address }) => address)).toEqual(['leads', 'failed', 'listens', 'led']);
});

it('knows how far a device is only where the protocol tells', () => {
  expect(knownProgress(client('a'))).toBeUndefined();
  expect(knownProgress(client('a', { progress: 0.4 }))).toBe(0.4);
  expect(knownProgress(client('a', { role: 'master' }))).toBe(0);
  expect(knownProgress(client('a', { state: 'complete', progress: 0.9 }))).toBe(1);
});
