import { describe, expect, it } from 'vitest';
import { GAP_DELAY_MS } from './params';
import { SendWindow } from './send-window';

const GUARD = 10;

/** Sends what may leave. @returns the blocks */
function send(window: SendWindow, now: number, last = 1_000_000): number[] {
  const blocks: number[] = [];
  for (let block = window.due(last); block !== undefined; block = window.due(last)) {
    window.sent(now);
    blocks.push(block);
  }
  return blocks;
}

function begun(size: number, canLeap = false): SendWindow {
  const window = new SendWindow(canLeap);
  expect(window.begin(0, size)).toBe(true);
  return window;
}

const span = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, i) => first + i);

describe('a send window', () => {
  it('lets so many blocks leave, and the next ones after an ACK (RFC 7440)', () => {
    const window = begun(4);
    expect(send(window, 0)).toEqual([1, 2, 3, 4]);
    expect(window.ack(4, 5, GUARD)).toEqual({ meaning: 'advance', roundTrip: 5 });
    expect(send(window, 5, 6)).toEqual([5, 6]);
    expect(window.highestSent).toBe(6);
  });

  it('goes back to a gap when no other ACK comes soon, a round trip after it sent', () => {
    const window = begun(4);
    send(window, 0);
    expect(window.ack(2, 20, GUARD).meaning).toBe('advance');
    expect(send(window, 20)).toEqual([]);
    expect(window.resendDeadline).toBe(20 + GAP_DELAY_MS);
    expect(window.resendDue(21)).toBe(false);
    expect(window.resendDue(22)).toBe(true);
    expect(send(window, 22)).toEqual([3, 4, 5, 6]);
  });

  it('takes the ACKs of a client that acknowledges each block for what they are', () => {
    const window = begun(3);
    send(window, 0);
    for (const block of [1, 2]) window.ack(block, 20, GUARD);
    expect(send(window, 20)).toEqual([]);
    window.ack(3, 20, GUARD);
    expect(window.resendDeadline).toBe(Number.POSITIVE_INFINITY);
    expect(send(window, 20)).toEqual([4, 5, 6]);
  });

  it('never answers the same ACK twice at once (RFC 1123 section 4.2.3.1)', () => {
    const window = begun(1);
    send(window, 0);
    window.ack(1, 5, GUARD);
    send(window, 5);
    expect(window.ack(1, 5, GUARD)).toEqual({ meaning: 'duplicate' });
    expect(send(window, 5)).toEqual([]);
    expect(window.resendDeadline).toBe(Number.POSITIVE_INFINITY);
  });

  it('sends the last packet again at most once a round trip, and not when its ACK comes (C6)', () => {
    const window = begun(1);
    send(window, 0);
    window.resendAfter(3, GUARD);
    window.resendAfter(4, GUARD);
    expect(window.resendDeadline).toBe(10);
    expect(window.resendDue(10)).toBe(true);
    expect(window.sent(10)).toBe('unexpected');
    window.resendAfter(12, GUARD);
    expect(window.resendDeadline).toBe(20);
    window.ack(1, 15, GUARD);
    expect(window.resendDue(20)).toBe(false);
  });

  it('measures no round trip of what left twice (Karn)', () => {
    const window = begun(1);
    send(window, 0);
    window.rewind('timeout');
    expect(window.due(9)).toBe(1);
    expect(window.sent(100)).toBe('timeout');
    expect(window.ack(1, 105, GUARD)).toEqual({ meaning: 'advance' });
  });

  it('takes an ACK that comes after it went back', () => {
    const window = begun(4);
    send(window, 0);
    window.rewind('timeout');
    expect(window.ack(4, 1, GUARD).meaning).toBe('advance');
    expect(send(window, 1)).toEqual([5, 6, 7, 8]);
  });

  it('fills the window of a client that had a part of what left again after a timeout', () => {
    const window = begun(4);
    send(window, 0);
    window.rewind('timeout');
    expect(send(window, 100)).toEqual([1, 2, 3, 4]);
    // It had 1 and 2, and says so when 1 comes again; its next ACK follows four blocks later.
    expect(window.ack(2, 101, GUARD)).toEqual({ meaning: 'advance', missing: 2 });
    expect(send(window, 101)).toEqual([5, 6]);
    expect(window.ack(6, 102, GUARD)).toEqual({ meaning: 'advance', roundTrip: 1 });
    expect(send(window, 102)).toEqual([7, 8, 9, 10]);
  });

  it('does not believe an ACK of what was never sent', () => {
    const window = begun(2);
    send(window, 0);
    for (const wire of [3, 1000, 65_535]) expect(window.ack(wire, 1, GUARD)).toEqual({ meaning: 'foreign' });
    expect(window.acknowledged).toBe(0);
    expect(new SendWindow(false).begin(1, 1)).toBe(false);
    expect(new SendWindow(true).begin(1, 1)).toBe(false);
  });

  it('rolls over from 65535 to 0 by unicast, as often as it takes', () => {
    const window = begun(1000);
    for (let acked = 0; acked < 200_000; acked += 1000) {
      expect(send(window, 0)).toHaveLength(1000);
      expect(window.ack((acked + 1000) & 0xffff, 0, GUARD).meaning).toBe('advance');
    }
    expect(window.acknowledged).toBe(200_000);
    // What is behind is old, however near its number is.
    expect(window.ack((200_000 - 1) & 0xffff, 0, GUARD)).toEqual({ meaning: 'foreign' });
  });
});

describe('a send window of a group', () => {
  it('leaps to the next gap, and sends more at a time while one block after the other is missing', () => {
    const window = begun(8, true);
    send(window, 0);
    window.ack(8, 1, GUARD);
    send(window, 1);
    window.ack(16, 2, GUARD);
    // The next master misses 3 and 5 to 12.
    expect(window.begin(2, 8)).toBe(true);
    expect(window.isFilling).toBe(true);
    expect(send(window, 3)).toEqual([3]);
    window.ack(4, 4, GUARD);
    expect(send(window, 4)).toEqual([5]);
    window.ack(5, 5, GUARD);
    expect(send(window, 5)).toEqual([6, 7]);
    window.ack(7, 6, GUARD);
    expect(send(window, 6)).toEqual([8, 9, 10, 11]);
    window.ack(16, 7, GUARD);
    expect(window.isFilling).toBe(false);
    expect(send(window, 7)).toEqual(span(17, 24));
  });

  it('does not move back for a late ACK of the master', () => {
    const window = begun(1, true);
    for (let block = 1; block <= 5; block++) {
      send(window, 0);
      window.ack(block, 0, GUARD);
    }
    expect(window.ack(2, 0, GUARD)).toEqual({ meaning: 'foreign' });
    expect(window.acknowledged).toBe(5);
  });
});
