import { expect, it } from 'vitest';
import { type ChannelArrival, channelSetOf, withArrival } from './channel-inbox';
import type { TransferRecord } from './received-transfers';

const MORNING = new Date(2026, 2, 10, 9).getTime();
const HOUR = 3_600_000;

function arrival(path: string, parts: Partial<ChannelArrival> = {}): ChannelArrival {
  return { from: 'studio-a.takes', at: MORNING, path, size: 100, ...parts };
}

/** A set after these files, one after the other. */
function setOf(...arrivals: readonly ChannelArrival[]): TransferRecord | undefined {
  return arrivals.reduce<TransferRecord | undefined>(
    (before, one) => ({ version: 1, ...withArrival(before, one, '/music') }),
    undefined,
  );
}

it('is one set for what a channel brings on one day', () => {
  expect(channelSetOf({ from: 'a', at: MORNING })).toBe(channelSetOf({ from: 'a', at: MORNING + HOUR }));
  expect(channelSetOf({ from: 'a', at: MORNING })).not.toBe(channelSetOf({ from: 'a', at: MORNING + 24 * HOUR }));
  expect(channelSetOf({ from: 'a', at: MORNING })).not.toBe(channelSetOf({ from: 'b', at: MORNING }));
  expect(channelSetOf({ from: 'a', at: MORNING })).toMatch(/^[0-9a-f]{16}$/);
});

it('has its files in order of arrival, each where it lies among them', () => {
  const set = setOf(arrival('t/1.wav'), arrival('t/2.wav', { size: 50, at: MORNING + HOUR }), arrival('t/3.wav'));
  expect(set?.files).toEqual([
    { path: 't/1.wav', size: 100, start: 0 },
    { path: 't/2.wav', size: 50, start: 100 },
    { path: 't/3.wav', size: 100, start: 150 },
  ]);
  expect(set).toMatchObject({ from: 'studio-a.takes', state: 'complete', totalBytes: 250, directory: '/music' });
  expect(set?.received.map(({ path }) => path)).toEqual(['t/1.wav', 't/2.wav', 't/3.wav']);
});

it('shows a file that came again once, as the latest', () => {
  const set = setOf(arrival('1.wav'), arrival('2.wav'), arrival('1.wav', { size: 7 }));
  expect(set?.files).toEqual([
    { path: '2.wav', size: 100, start: 0 },
    { path: '1.wav', size: 7, start: 100 },
  ]);
});

it('is bounded, and so is the name of a channel', () => {
  const many = Array.from({ length: 502 }, (_, i) => arrival(`${i}.wav`, { from: '😀'.repeat(200) }));
  const set = setOf(...many);
  expect(set?.files).toHaveLength(500);
  expect(set?.files[0]?.path).toBe('2.wav');
  expect(set?.from).toBe('😀'.repeat(40));
});
