import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sizeOf } from '../../src-shared/ranges/range-set';
import { PacketStore } from './packet-store';
import { StoreError } from './store-error';
import type { StoredPacket } from './store-records';

const CHANNEL = Buffer.from('0102030405060708', 'hex');
const OTHER = Buffer.from('0102030405060709', 'hex');

let folder: string;
const opened: PacketStore[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tutti-store-'));
});

afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
  rmSync(folder, { recursive: true, force: true });
});

async function openStore(): Promise<PacketStore> {
  const store = await PacketStore.open(folder);
  opened.push(store);
  return store;
}

async function reopened(store: PacketStore): Promise<PacketStore> {
  await store.close();
  return openStore();
}

function packet(epoch: number, sequence: number, size = 20): StoredPacket {
  return { epoch, sequence, time: 1_000 + sequence, bytes: Buffer.alloc(size, sequence) };
}

function packets(epoch: number, first: number, count: number): StoredPacket[] {
  return Array.from({ length: count }, (_, i) => packet(epoch, first + i));
}

describe('a packet store', () => {
  it('gives back what was put, after it was closed too', async () => {
    const store = await openStore();
    await store.put(CHANNEL, [packet(1, 7)]);
    expect(store.get(CHANNEL, { epoch: 1, sequence: 7 })).toEqual(packet(1, 7).bytes);
    const again = await reopened(store);
    expect(again.get(CHANNEL, { epoch: 1, sequence: 7 })).toEqual(packet(1, 7).bytes);
    expect(again.get(CHANNEL, { epoch: 1, sequence: 8 })).toBeUndefined();
    expect(again.get(OTHER, { epoch: 1, sequence: 7 })).toBeUndefined();
    expect(again.held(CHANNEL)).toEqual([{ epoch: 1, ranges: [[7, 8]] }]);
    expect(again.bytes(CHANNEL)).toBe(20);
    expect(again.channels()).toEqual([CHANNEL.toString('hex')]);
  });

  it('has packets in their order, across epochs and up to the last number there is', async () => {
    const store = await openStore();
    const last = 2 ** 32 - 1;
    await store.put(CHANNEL, [packet(2, 1), packet(1, last), packet(2, 0), packet(1, last - 1)]);
    await store.put(OTHER, packets(1, 0, 3));
    const numbers = store
      .range(CHANNEL, { epoch: 1, sequence: last - 1 }, 10)
      .map(({ epoch, sequence }) => [epoch, sequence]);
    expect(numbers).toEqual([
      [1, last - 1],
      [1, last],
      [2, 0],
      [2, 1],
    ]);
    expect(store.range(CHANNEL, { epoch: 1, sequence: last }, 2)).toHaveLength(2);
    expect(store.first(CHANNEL)).toEqual({ epoch: 1, sequence: last - 1 });
    expect(store.last(CHANNEL)).toEqual({ epoch: 2, sequence: 1 });
  });

  it('keeps the first of two packets with one number, in one batch and in two', async () => {
    const store = await openStore();
    const first = packet(1, 5);
    await store.put(CHANNEL, [first, { ...first, bytes: Buffer.alloc(99) }, packet(1, 6)]);
    await store.put(CHANNEL, [{ ...first, bytes: Buffer.alloc(77) }]);
    expect(store.get(CHANNEL, first)).toEqual(first.bytes);
    expect(store.bytes(CHANNEL)).toBe(40);
    expect(store.packetCount(CHANNEL)).toBe(2);
  });

  it('drops what it is told to, and says what the oldest are', async () => {
    const store = await openStore();
    await store.put(CHANNEL, [...packets(1, 0, 10), ...packets(2, 0, 10)]);
    expect(store.oldest(CHANNEL, 241)).toEqual([
      { epoch: 1, ranges: [[0, 10]] },
      { epoch: 2, ranges: [[0, 3]] },
    ]);
    expect(store.oldest(CHANNEL, 0)).toEqual([]);
    await store.drop(CHANNEL, store.before(CHANNEL, { epoch: 2, sequence: 2 }));
    await store.drop(CHANNEL, [{ epoch: 2, ranges: [[4, 6]] }]);
    const again = await reopened(store);
    const left = [
      {
        epoch: 2,
        ranges: [
          [2, 4],
          [6, 10],
        ],
      },
    ];
    expect(again.held(CHANNEL)).toEqual(left);
    expect(again.bytes(CHANNEL)).toBe(120);
    expect(again.get(CHANNEL, { epoch: 2, sequence: 4 })).toBeUndefined();
    expect(again.range(CHANNEL, { epoch: 0, sequence: 0 }, 100)).toHaveLength(6);
  });

  it('finds the first packet of a time or later, across gaps and epochs', async () => {
    const store = await openStore();
    const at = (epoch: number, sequence: number, time: number) => ({ epoch, sequence, time, bytes: Buffer.alloc(1) });
    await store.put(CHANNEL, [at(1, 0, 10), at(1, 1, 20), at(1, 8, 20), at(1, 9, 30), at(2, 0, 40), at(2, 1, 50)]);
    expect(store.since(CHANNEL, 0)).toEqual({ epoch: 1, sequence: 0 });
    expect(store.since(CHANNEL, 20)).toEqual({ epoch: 1, sequence: 1 });
    expect(store.since(CHANNEL, 21)).toEqual({ epoch: 1, sequence: 9 });
    expect(store.since(CHANNEL, 31)).toEqual({ epoch: 2, sequence: 0 });
    expect(store.since(CHANNEL, 51)).toBeUndefined();
    expect(store.since(OTHER, 0)).toBeUndefined();
  });

  it('finds the seal of a packet, and drops a seal with the last packet that it vouches for', async () => {
    const store = await openStore();
    const seal = (first: number, last: number) => ({ epoch: 1, first, last, bytes: Buffer.from([first]) });
    await store.put(CHANNEL, packets(1, 0, 20), [seal(0, 9), seal(10, 19)]);
    expect(store.sealOf(CHANNEL, { epoch: 1, sequence: 9 })).toMatchObject({ first: 0, last: 9 });
    expect(store.sealOf(CHANNEL, { epoch: 1, sequence: 10 })?.bytes).toEqual(Buffer.from([10]));
    expect(store.sealOf(CHANNEL, { epoch: 1, sequence: 20 })).toBeUndefined();
    expect(store.sealOf(CHANNEL, { epoch: 2, sequence: 9 })).toBeUndefined();
    await store.drop(CHANNEL, [
      {
        epoch: 1,
        ranges: [
          [0, 9],
          [10, 20],
        ],
      },
    ]);
    expect(store.sealOf(CHANNEL, { epoch: 1, sequence: 9 })).toBeDefined();
    expect(store.sealOf(CHANNEL, { epoch: 1, sequence: 19 })).toBeUndefined();
  });

  it('keeps cursors', async () => {
    const store = await openStore();
    expect(store.readCursor('ana')).toBeUndefined();
    await store.writeCursor('ana', Buffer.from('one'));
    await store.writeCursor('ana', Buffer.from('two'));
    expect((await reopened(store)).readCursor('ana')).toEqual(Buffer.from('two'));
  });

  it('does what was asked for before it is closed, and nothing after', async () => {
    const store = await openStore();
    const put = store.put(CHANNEL, packets(1, 0, 3));
    await store.close();
    await put;
    await expect(store.put(CHANNEL, packets(1, 3, 3))).rejects.toThrow(StoreError);
    expect((await openStore()).packetCount(CHANNEL)).toBe(3);
  });

  it('grows far beyond what it began with', async () => {
    const store = await openStore();
    const before = statSync(join(folder, 'data.mdb')).size;
    for (let i = 0; i < 8; i++) {
      const batch = Array.from({ length: 2_000 }, (_, j) => packet(1, 2_000 * i + j, 1_400));
      await store.put(CHANNEL, batch);
    }
    expect(statSync(join(folder, 'data.mdb')).size).toBeGreaterThan(before + 16_000 * 1_400);
    const again = await reopened(store);
    expect(again.held(CHANNEL)).toEqual([{ epoch: 1, ranges: [[0, 16_000]] }]);
    expect(again.get(CHANNEL, { epoch: 1, sequence: 15_999 })).toEqual(packet(1, 15_999, 1_400).bytes);
  });

  it('is what a map of packets would be, whatever is put and dropped in whatever order', async () => {
    const sequence = fc.integer({ min: 0, max: 30 });
    const step = fc.record({
      kind: fc.constantFrom('put', 'put', 'drop', 'reopen'),
      epoch: fc.integer({ min: 1, max: 2 }),
      sequences: fc.array(sequence, { minLength: 1, maxLength: 12 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 12 }),
        fc.integer({ min: 1, max: 2 ** 31 }),
        async (steps, channelNumber) => {
          // A channel of its own for each run: the store stays.
          const channel = Buffer.alloc(8);
          channel.writeUInt32BE(channelNumber, 4);
          channel.set(randomBytes(4), 0);
          let store = opened[0] ?? (await openStore());
          const expected = new Map<string, number>();
          for (const { kind, epoch, sequences } of steps) {
            if (kind === 'reopen') {
              opened.length = 0;
              store = await reopened(store);
            } else if (kind === 'put') {
              await store.put(
                channel,
                sequences.map((one) => packet(epoch, one, one)),
              );
              for (const one of sequences) expected.set(`${epoch} ${one}`, one);
            } else {
              await store.drop(channel, [{ epoch, ranges: [[Math.min(...sequences), Math.max(...sequences) + 1]] }]);
              for (let one = Math.min(...sequences); one <= Math.max(...sequences); one++)
                expected.delete(`${epoch} ${one}`);
            }
          }
          const found = store.range(channel, { epoch: 0, sequence: 0 }, 1_000);
          expect(new Map(found.map((one) => [`${one.epoch} ${one.sequence}`, one.bytes.length]))).toEqual(
            new Map([...expected].sort(([a], [b]) => order(a) - order(b))),
          );
          expect(store.bytes(channel)).toBe([...expected.values()].reduce((sum, size) => sum + size, 0));
          expect(store.packetCount(channel)).toBe(expected.size);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('a store that cannot be used', () => {
  it('is damaged: cut off, or no store at all', async () => {
    const store = await openStore();
    await store.put(CHANNEL, packets(1, 0, 3_000));
    await store.close();
    truncateSync(join(folder, 'data.mdb'), 100_000);
    await expect(PacketStore.open(folder)).rejects.toMatchObject({ problem: 'damaged' });
    truncateSync(join(folder, 'data.mdb'), 5_000);
    await expect(PacketStore.open(folder)).rejects.toMatchObject({ problem: 'damaged' });
    writeFileSync(join(folder, 'data.mdb'), randomBytes(100_000));
    await expect(PacketStore.open(folder)).rejects.toMatchObject({ problem: 'damaged' });
  });

  it('is another program’s, until that has ended', async () => {
    const writer = await startWriter();
    await writer.stored(1);
    await expect(PacketStore.open(folder)).rejects.toMatchObject({ problem: 'inUse' });
    await writer.kill();
    expect((await openStore()).packetCount(CHANNEL)).toBeGreaterThan(0);
  });
});

describe('a program killed while it writes', () => {
  it('loses nothing that it was told is stored, and has no half of anything', async () => {
    for (let round = 1; round <= 4; round++) {
      const writer = await startWriter();
      const told = await writer.stored(round * 3);
      await writer.kill();
      const store = await openStore();
      const ranges = store.held(CHANNEL)[0]?.ranges ?? [];
      expect(ranges).toHaveLength(1);
      expect(ranges[0]?.[0]).toBe(0);
      expect(ranges[0]?.[1]).toBeGreaterThanOrEqual(told);
      const found = store.range(CHANNEL, { epoch: 1, sequence: 0 }, Number.MAX_SAFE_INTEGER);
      expect(found).toHaveLength(sizeOf(ranges));
      expect(found.every(({ sequence, bytes }) => Buffer.alloc(1_400, sequence).equals(bytes))).toBe(true);
      opened.length = 0;
      await store.close();
    }
  });
});

/** A process that puts packets 0, 1, 2 … in batches of 100, goes on where it was ended, and prints how many are stored. */
async function startWriter(): Promise<{ stored(batches: number): Promise<number>; kill(): Promise<void> }> {
  const script = join(import.meta.dirname, 'packet-writer.test-program.ts');
  const tsx = join(import.meta.dirname, '../../node_modules/tsx/dist/cli.mjs');
  const child: ChildProcess = spawn(process.execPath, [tsx, script, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  if (child.stdout === null) throw new Error('the writer has no output');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const pid = Number((await lines.next()).value);
  return {
    stored: async (batches) => {
      let last = 0;
      for (let i = 0; i < batches; i++) last = Number((await lines.next()).value);
      return last;
    },
    kill: async () => {
      const ended = once(child, 'exit');
      process.kill(pid, 'SIGKILL');
      await ended;
    },
  };
}

function order(name: string): number {
  const [epoch = 0, sequence = 0] = name.split(' ').map(Number);
  return epoch * 1_000 + sequence;
}
