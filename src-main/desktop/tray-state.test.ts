import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type IncomingView, LOSS_MAP_CELLS, type NodeSnapshot } from '../../src-shared/ipc/snapshots';
import { createTranslator } from '../../src-shared/text/i18n';
import { RING_STEPS, trayIconOf, trayViewOf } from './tray-state';

const { t } = createTranslator('en');
const room = { name: 'Room 12', address: '10.0.0.1', port: 1, fingerprint: 'ab', paired: true, stranger: false };
const idle: NodeSnapshot = {
  connection: 'connected',
  room,
  found: [],
  known: [],
  folder: '/music',
  transfers: [],
};
const running: IncomingView = {
  id: 'ab',
  from: 'Ms\nRivera',
  at: 0,
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

function view(changes: Partial<NodeSnapshot>) {
  return trayViewOf({ state: 'running' }, { ...idle, ...changes }, t);
}

describe('the tray', () => {
  it.each([
    ['connected', 'idle', 'Tutti: in Room 12'],
    ['connecting', 'searching', 'Tutti: connecting'],
    ['searching', 'searching', 'Tutti: looking for a room'],
    ['unpaired', 'attention', 'Tutti: a room wants its code, open the window'],
    ['paused', 'paused', 'Tutti: receiving is paused'],
  ] as const)('of a student who is %s is %s', (connection, state, tooltip) => {
    expect(view({ connection })).toEqual({ state, progress: 0, tooltip });
  });

  it('says what arrives, never 100 % before it is all there, and in one line', () => {
    expect(view({ transfers: [running] })).toEqual({
      state: 'receiving',
      progress: 0.99,
      tooltip: 'Tutti: receiving from Ms Rivera, 99 %',
    });
    expect(view({ transfers: [{ ...running, state: 'complete' }] }).state).toBe('idle');
  });

  it('shows no progress of what does not go on', () => {
    expect(view({ connection: 'searching', transfers: [running] }).state).toBe('searching');
  });

  it('says that nothing runs, whatever was seen last', () => {
    expect(trayViewOf({ state: 'failed', message: 'x' }, idle, t).state).toBe('failed');
    expect(trayViewOf({ state: 'starting' }, undefined, t).state).toBe('searching');
  });

  it('speaks German', () => {
    const german = createTranslator('de').t;
    expect(trayViewOf({ state: 'running' }, { ...idle, transfers: [running] }, german).tooltip).toBe(
      'Tutti: empfängt von Ms Rivera, 99 %',
    );
  });
});

it('has an icon for everything that it shows, on every system', () => {
  const states = ['idle', 'searching', 'attention', 'paused', 'failed'] as const;
  const ring = Array.from({ length: RING_STEPS + 1 }, (_, step) => step / RING_STEPS);
  const names = [
    ...states.map((state) => trayIconOf({ state, progress: 0, tooltip: '' })),
    ...ring.map((progress) => trayIconOf({ state: 'receiving', progress, tooltip: '' })),
  ];
  expect(names).toContain('tray-receiving-07');
  const files = new Set(readdirSync(join(import.meta.dirname, '../../assets/tray')));
  const endings = ['.png', '@2x.png', 'Template.png', 'Template@2x.png', '.ico'];
  const wanted = names.flatMap((name) => endings.map((ending) => name + ending));
  expect(wanted.filter((name) => !files.has(name))).toEqual([]);
});
