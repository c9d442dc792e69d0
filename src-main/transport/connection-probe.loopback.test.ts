import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { PROTOCOL_VERSION } from '../../src-shared/wire/session-messages';
import { loadIdentity } from '../security/identity';
import { connectControl } from './control-client';
import type { CloseReason } from './control-connection';
import { listenControl } from './control-server';
import { ManualClock } from './manual-clock';

let folder: string;
const cleanups: (() => unknown)[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tutti-probe-'));
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  await rm(folder, { recursive: true });
});

/** A student's connection whose time is fed by hand; the teacher's is real, so it answers. */
async function connected() {
  const server = await listenControl({
    ...{ host: '127.0.0.1', port: 0, room: 'Brass', admit: 'anyone' },
    identity: await loadIdentity(join(folder, 'teacher')),
    onStudent: () => ({ onMessage: () => undefined }),
  });
  cleanups.push(() => server.close());
  const clock = new ManualClock();
  const { connection } = await connectControl({
    ...server.address,
    identity: await loadIdentity(join(folder, 'student')),
    hello: { type: 'hello', version: PROTOCOL_VERSION, name: 'Ana', held: [] },
    trust: () => true,
    clock,
  });
  cleanups.push(() => connection.close());
  const closed: CloseReason[] = [];
  connection.attach({ onMessage: () => undefined, onClose: (reason) => closed.push(reason) });
  return { clock, connection, closed };
}

it('ends a connection on which nothing is heard in time', async () => {
  const { clock, connection, closed } = await connected();
  connection.probe(500);
  clock.advance(499);
  expect(connection.isOpen).toBe(true);
  // No turn of the event loop in between: the answer is on its way, and not here yet.
  clock.advance(1);
  expect(closed).toMatchObject([{ cause: 'silent' }]);
});

it('keeps one that answers', async () => {
  const { clock, connection, closed } = await connected();
  connection.probe(500);
  clock.advance(1);
  await vi.waitFor(() => expect(connection.queuedBytes).toBe(0));
  await new Promise((resolve) => setTimeout(resolve, 300));
  clock.advance(499);
  expect(closed).toEqual([]);
  expect(connection.isOpen).toBe(true);
});
