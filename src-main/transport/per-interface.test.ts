import { afterEach, expect, it, vi } from 'vitest';
import { ManualClock } from './manual-clock';
import { PerInterface } from './per-interface';

const open: { close(): Promise<void> }[] = [];
afterEach(() => Promise.all(open.splice(0).map((sockets) => sockets.close())));

function setUp(addresses: string[]) {
  const clock = new ManualClock();
  const log: string[] = [];
  const sockets = new PerInterface(
    clock,
    () => addresses,
    async (address) => {
      log.push(`open ${address}`);
      return { close: async () => void log.push(`close ${address}`) };
    },
  );
  open.push(sockets);
  return { clock, log, sockets };
}

it('follows interfaces as they come and go', async () => {
  const addresses = ['a'];
  const { clock, log } = setUp(addresses);
  await vi.waitFor(() => expect(log).toEqual(['open a']));
  addresses.splice(0, 1, 'b');
  await vi.waitFor(() => expect(clock.timers).toBe(1));
  clock.advance(5_000);
  await vi.waitFor(() => expect(log).toEqual(['open a', 'close a', 'open b']));
});

it('opens everything anew when asked, however often at once, and goes on with one timer', async () => {
  const { clock, log, sockets } = setUp(['a']);
  await Promise.all([sockets.reopen(), sockets.reopen()]);
  expect(log).toEqual(['open a', 'close a', 'open a', 'close a', 'open a']);
  expect(clock.timers).toBe(1);
  clock.advance(5_000);
  await vi.waitFor(() => expect(clock.timers).toBe(1));
  expect(log).toHaveLength(5);
});

it('opens nothing any more once it is closed', async () => {
  const { clock, log, sockets } = setUp(['a']);
  await vi.waitFor(() => expect(log).toEqual(['open a']));
  await sockets.close();
  await sockets.reopen();
  expect(log).toEqual(['open a', 'close a']);
  expect(clock.timers).toBe(0);
});
