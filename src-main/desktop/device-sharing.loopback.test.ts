import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { DeviceSharing } from './device-sharing';

const LOOPBACK = '127.0.0.1';
const PATIENCE = { timeout: 10_000, interval: 10 };
/** Longer than the time after which it looks again. */
const LATER_MS = 10_000;

let base: string;
let folder: string;
let sharing: DeviceSharing | undefined;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  base = mkdtempSync(join(tmpdir(), 'tutti-sharing-'));
  folder = join(base, 'boot');
  mkdirSync(folder);
});
afterEach(async () => {
  await sharing?.close();
  vi.useRealTimers();
  rmSync(base, { recursive: true });
});

function share(port: number, on = true): DeviceSharing {
  sharing = new DeviceSharing({ on, folder, port }, LOOPBACK);
  return sharing;
}

const becomes = (state: string) => vi.waitFor(() => expect(sharing?.view().state).toBe(state), PATIENCE);

/** Somebody else's socket on a port of this machine. */
async function occupy(): Promise<{ readonly port: number; leave(): Promise<unknown> }> {
  const socket = createSocket('udp4').bind(0, LOOPBACK);
  await once(socket, 'listening');
  return {
    port: socket.address().port,
    leave: () => {
      socket.close();
      return once(socket, 'close');
    },
  };
}

it('serves while it is wanted, at the address that devices are told', async () => {
  const serving = share(0);
  await serving.serve();
  expect(serving.view()).toMatchObject({ state: 'on', folder, address: LOOPBACK, sessions: [] });
  await serving.serve({ on: false, folder, port: 0 });
  expect(serving.view()).toEqual({ state: 'off', folder, address: null, port: null, sessions: [] });
});

it('does nothing without a folder', async () => {
  const serving = share(0);
  await serving.serve({ on: true, folder: null, port: 0 });
  expect(serving.view().state).toBe('off');
});

it('says why a port cannot be had, and takes it once it is free', async () => {
  const other = await occupy();
  const serving = share(other.port);
  await serving.serve();
  expect(serving.view()).toMatchObject({ state: 'failed', port: null, failure: expect.stringMatching(/in use/) });
  await other.leave();
  vi.advanceTimersByTime(LATER_MS);
  await becomes('on');
  expect(serving.view().port).toBe(other.port);
});

it('says that a folder is gone, and serves it once it is back', async () => {
  renameSync(folder, `${folder}.away`);
  const serving = share(0);
  await serving.serve();
  expect(serving.view().state).toBe('failed');
  expect(serving.view().failure).toContain(folder);
  renameSync(`${folder}.away`, folder);
  vi.advanceTimersByTime(LATER_MS);
  await becomes('on');
});

it('starts nothing after it was closed', async () => {
  const serving = share(0);
  const asked = [serving.serve(), serving.serve(), serving.close(), serving.serve()];
  await Promise.all(asked);
  vi.advanceTimersByTime(LATER_MS);
  expect(serving.view().state).toBe('off');
});
