import { expect, it } from 'vitest';
import { type IncomingView, LOSS_MAP_CELLS, type StudentSnapshot } from '../../src-shared/ipc/snapshots';
import { trayStateOf } from './tray-state';

const room = { name: 'Room 12', address: '10.0.0.1', port: 1, fingerprint: 'ab', trusted: true };
const idle: StudentSnapshot = { connection: 'connected', room, found: [], folder: '/music', transfers: [] };
const running: IncomingView = {
  id: 'ab',
  from: 'Ms\nRivera',
  files: [],
  covers: [],
  totalBytes: 1000,
  missingBytes: 1,
  state: 'repairing',
  transmission: 1,
  rate: 0,
  lossMap: new Uint8Array(LOSS_MAP_CELLS),
  received: [],
};

it('says where the student is', () => {
  expect(trayStateOf({ ...idle, connection: 'searching', room: null })).toBe('Tutti: looking for a room');
  expect(trayStateOf(idle)).toBe('Tutti: in Room 12');
});

it('says what arrives, never 100 % before it is all there, and in one line', () => {
  expect(trayStateOf({ ...idle, transfers: [running] })).toBe('Tutti: receiving from Ms Rivera, 99 %');
  expect(trayStateOf({ ...idle, transfers: [{ ...running, state: 'complete' }] })).toBe('Tutti: in Room 12');
});
