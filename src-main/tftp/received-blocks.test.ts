import { describe, expect, it } from 'vitest';
import { FileSink } from './file-sink';
import { GroupBlocks } from './group-blocks';
import { MAX_UNWRITTEN_BYTES } from './params';
import { ReceiveWindow } from './receive-window';

describe('blocks in order', () => {
  it('roll over from 65535 to 0, and are counted on', () => {
    const window = new ReceiveWindow(1);
    for (let block = 1; block <= 140_000; block++) {
      const { isNew, block: index, ack } = window.receive(block & 0xffff, block === 140_000);
      if (!isNew || index !== block || ack !== 'now') throw new Error(`block ${block}`);
      window.acknowledged();
    }
    expect(window).toMatchObject({ ackNumber: 140_000, isComplete: true });
  });

  it('end with the last one', () => {
    const window = new ReceiveWindow(1);
    window.receive(1, true);
    expect(window.receive(2, false).isNew).toBe(false);
    expect(window.ackNumber).toBe(1);
  });
});

describe('blocks in any order', () => {
  it('are complete when all up to the last one are there', () => {
    const blocks = new GroupBlocks(1);
    for (const block of [3, 1, 3]) blocks.receive(block, false);
    expect(blocks).toMatchObject({ ackNumber: 1, isComplete: false });
    blocks.receive(4, true);
    expect(blocks.receive(2, false)).toEqual({ isNew: true, block: 2, ack: 'now' });
    expect(blocks).toMatchObject({ ackNumber: 4, isComplete: true });
  });

  it('may be as many as there are numbers', () => {
    const blocks = new GroupBlocks(1);
    for (let block = 65_535; block >= 1; block--) blocks.receive(block, block === 65_535);
    expect(blocks).toMatchObject({ ackNumber: 65_535, isComplete: true });
  });

  it('are not taken where they contradict what came before', () => {
    const blocks = new GroupBlocks(1);
    blocks.receive(5, false);
    for (const [block, isLast] of [
      [0, false],
      [4, true],
    ] as const)
      expect(blocks.receive(block, isLast).isNew).toBe(false);
    blocks.receive(6, true);
    for (const [block, isLast] of [
      [7, false],
      [7, true],
      [6, false],
    ] as const)
      expect(blocks.receive(block, isLast).isNew).toBe(false);
  });
});

describe('the file sink', () => {
  it('knows what is not on the disk yet', () => {
    const sink = new FileSink('octet', 65_464);
    let block = 0;
    while (!sink.isFull) sink.put(++block, new Uint8Array(65_464), false);
    expect(block).toBe(Math.ceil(MAX_UNWRITTEN_BYTES / 65_464));
    expect(sink.isOverfull).toBe(false);
    for (let i = 1; i < block; i++) sink.written();
    expect([sink.isFull, sink.isWritten]).toEqual([false, false]);
    sink.written();
    sink.written();
    expect(sink.isWritten).toBe(true);
  });

  it('has nothing to write of an empty block', () => {
    expect(new FileSink('octet', 512).put(1, new Uint8Array(), true)).toEqual([]);
  });
});
