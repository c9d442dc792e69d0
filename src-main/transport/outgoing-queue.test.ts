import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OutgoingQueue } from './outgoing-queue';

function setUp() {
  const slices: Uint8Array[] = [];
  const state = { now: 0, takenCalls: 0, take: () => {} };
  const queue = new OutgoingQueue(
    (bytes, taken) => {
      slices.push(bytes);
      state.take = taken;
    },
    () => state.now,
    () => state.takenCalls++,
  );
  return { queue, slices, state };
}

describe('OutgoingQueue', () => {
  it('hands on every byte in order, one slice at a time', () => {
    const frames = fc.array(
      fc.integer({ min: 0, max: 200_000 }).map((length) => Buffer.alloc(length, `${length}.`)),
      { maxLength: 5 },
    );
    fc.assert(
      fc.property(frames, (pushed) => {
        const { queue, slices, state } = setUp();
        for (const frame of pushed) queue.push(frame);
        expect(queue.bytes).toBe(Buffer.concat(pushed).length);
        while (queue.bytes > 0) state.take();
        expect(Buffer.concat(slices).equals(Buffer.concat(pushed))).toBe(true);
        expect(slices.every((slice) => slice.length <= 65536)).toBe(true);
      }),
      { numRuns: 20 },
    );
  });

  it('joins small frames and waits for the slice before', () => {
    const { queue, slices, state } = setUp();
    for (let i = 0; i < 100; i++) queue.push(Uint8Array.of(i));
    expect(slices).toHaveLength(1);
    state.take();
    expect(slices).toHaveLength(2);
    expect(queue.bytes).toBe(99);
  });

  it('knows since when nothing has moved', () => {
    const { queue, state } = setUp();
    state.now = 100;
    expect(queue.stalledFor(100)).toBe(0);
    queue.push(new Uint8Array(100_000));
    state.now = 150;
    queue.push(new Uint8Array(10));
    expect(queue.stalledFor(150)).toBe(50);
    state.take();
    expect(queue.stalledFor(160)).toBe(10);
    state.take();
    expect(queue.stalledFor(1000)).toBe(0);
    expect(state.takenCalls).toBe(2);
  });

  it('says once when it is empty', () => {
    const { queue, state } = setUp();
    let empty = 0;
    queue.onceEmpty(() => empty++);
    expect(empty).toBe(1);
    queue.push(new Uint8Array(1));
    queue.onceEmpty(() => empty++);
    expect(empty).toBe(1);
    state.take();
    expect(empty).toBe(2);
  });
});
