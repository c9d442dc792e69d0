import { join } from 'node:path';
import { type Database, open, type RootDatabase } from 'lmdb';
import {
  contains,
  intersect,
  normalize,
  type Range,
  type RangeSet,
  sizeOf,
  span,
  subtract,
  union,
  valuesOf,
} from '../../src-shared/ranges/range-set';
import type { PacketNumber } from '../archive/packet';
import { makeFolders } from '../library/folders';
import { StoreError, storeErrorOf } from './store-error';
import { checkStoreFile } from './store-file';
import {
  bytesOf,
  CHANNEL_ID_BYTES,
  type EpochRecord,
  epochKey,
  NOTHING_HELD,
  numberOfKey,
  PACKET_OVERHEAD,
  packetKey,
  packetValue,
  recordOfValue,
  recordValue,
  type StoredPacket,
  type StoredSeal,
  sealOfValue,
  sealValue,
  timeOf,
} from './store-records';

/** Packets of one epoch. */
export interface EpochNumbers {
  readonly epoch: number;
  readonly ranges: RangeSet;
}

type Table = Database<Buffer, Buffer>;
/** Runs inside a transaction. */
type Operation = () => void;

interface Pending {
  readonly run: Operation;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

const LAST_SEQUENCE = 2 ** 32 - 1;
const LAST_NUMBER: PacketNumber = { epoch: LAST_SEQUENCE, sequence: LAST_SEQUENCE };

/**
 * Packets on disk, by channel, epoch and sequence number, in LMDB (docs/channels.md, “The store”). What has been put stays
 * through a crash of the program or the machine: every promise here resolves when the medium has it. A transaction
 * that fails leaves the store as it was before. One program at a time has a store.
 */
export class PacketStore {
  private readonly records = new Map<string, Map<number, EpochRecord>>();
  /** What the running transaction has changed of them. */
  private staged: { channel: Uint8Array; epoch: number; record: EpochRecord }[] = [];
  private pending: Pending[] = [];
  private committing: Promise<void> = Promise.resolve();
  private closed = false;

  private constructor(
    readonly directory: string,
    private readonly root: RootDatabase<Buffer, Buffer>,
    private readonly packets: Table,
    private readonly seals: Table,
    private readonly epochs: Table,
    private readonly cursors: Table,
  ) {}

  /** Opens the store in a folder, and makes both where they are not there. @throws StoreError */
  static async open(directory: string): Promise<PacketStore> {
    try {
      await makeFolders(directory, 0o700);
      await checkStoreFile(join(directory, 'data.mdb'), directory);
      const store = PacketStore.openIn(directory);
      try {
        store.readRecords();
        return store;
      } catch (error) {
        await store.root.close();
        throw error;
      }
    } catch (error) {
      throw await storeErrorOf(error, directory);
    }
  }

  private static openIn(directory: string): PacketStore {
    // No overlapping sync: a transaction that has ended is on the medium, and that is all that there is to know.
    const root = open<Buffer, Buffer>({ path: directory, noSubdir: false, overlappingSync: false, ...TABLE });
    const [packets, seals, epochs, cursors] = ['packets', 'seals', 'epochs', 'cursors'].map((name) =>
      root.openDB<Buffer, Buffer>({ name, ...TABLE }),
    );
    if (!packets || !seals || !epochs || !cursors) throw new StoreError('failed', directory);
    return new PacketStore(directory, root, packets, seals, epochs, cursors);
  }

  /**
   * Stores packets of a channel, and seals. A packet that is there already stays as it is.
   * @throws StoreError: then nothing of them is stored.
   */
  put(channel: Uint8Array, packets: readonly StoredPacket[], seals: readonly StoredSeal[] = []): Promise<void> {
    return this.commit(() => {
      for (const [epoch, group] of groupedByEpoch(packets)) this.putPackets(channel, epoch, group);
      for (const seal of seals) {
        this.seals.put(packetKey(channel, { epoch: seal.epoch, sequence: seal.first }), sealValue(seal));
      }
    });
  }

  /** Removes these packets, where they are there, and the seals that vouch for nothing any more. @throws StoreError */
  drop(channel: Uint8Array, numbers: readonly EpochNumbers[]): Promise<void> {
    return this.commit(() => {
      for (const { epoch, ranges } of numbers) this.dropPackets(channel, epoch, ranges);
    });
  }

  /** The stored bytes of a packet; undefined where it is not there. */
  get(channel: Uint8Array, number: PacketNumber): Uint8Array | undefined {
    const value = this.packets.get(packetKey(channel, number));
    return value === undefined ? undefined : bytesOf(value);
  }

  /** Up to `limit` packets from a number on, in their order. */
  range(channel: Uint8Array, from: PacketNumber, limit: number): StoredPacket[] {
    const packets: StoredPacket[] = [];
    for (const { key, value } of this.packets.getRange({ ...boundsFrom(channel, from), limit })) {
      packets.push({ ...numberOfKey(key), time: timeOf(value), bytes: bytesOf(value) });
    }
    return packets;
  }

  /** The seal that vouches for a packet; undefined where there is none. */
  sealOf(channel: Uint8Array, { epoch, sequence }: PacketNumber): StoredSeal | undefined {
    const [seal] = this.sealsBefore(channel, epoch, sequence);
    return seal !== undefined && seal.last >= sequence ? seal : undefined;
  }

  /** Channels that something was stored of, as hex digits. */
  channels(): string[] {
    return [...this.records.keys()];
  }

  /** The numbers of all packets that are there, oldest epoch first. */
  held(channel: Uint8Array): EpochNumbers[] {
    const epochs = [...(this.records.get(hex(channel)) ?? [])].sort(([a], [b]) => a - b);
    return epochs.map(([epoch, { held }]) => ({ epoch, ranges: held })).filter(({ ranges }) => ranges.length > 0);
  }

  has(channel: Uint8Array, { epoch, sequence }: PacketNumber): boolean {
    return contains(this.recordOf(channel, epoch).held, sequence);
  }

  /** The oldest packet that is there. */
  first(channel: Uint8Array): PacketNumber | undefined {
    const oldest = this.held(channel)[0];
    const range = oldest?.ranges[0];
    return oldest === undefined || range === undefined ? undefined : { epoch: oldest.epoch, sequence: range[0] };
  }

  /** The newest packet that is there. */
  last(channel: Uint8Array): PacketNumber | undefined {
    const newest = this.held(channel).at(-1);
    const range = newest?.ranges.at(-1);
    return newest === undefined || range === undefined ? undefined : { epoch: newest.epoch, sequence: range[1] - 1 };
  }

  /** The first packet of this time or later, in ms since 1970; undefined where all are older. Times do not go back in a channel. */
  since(channel: Uint8Array, time: number): PacketNumber | undefined {
    for (const { epoch, ranges } of this.held(channel)) {
      const found = this.firstOfTime(channel, epoch, ranges, time);
      if (found !== undefined) return { epoch, sequence: found };
    }
    return undefined;
  }

  /** What the stored bytes of a channel's packets come to; the disk takes about a fifth more. */
  bytes(channel: Uint8Array): number {
    let bytes = 0;
    for (const record of this.records.get(hex(channel))?.values() ?? []) bytes += record.bytes;
    return bytes;
  }

  packetCount(channel: Uint8Array): number {
    return this.held(channel).reduce((sum, { ranges }) => sum + sizeOf(ranges), 0);
  }

  /** All packets before a number: what retention by age or acknowledgement drops. */
  before(channel: Uint8Array, { epoch, sequence }: PacketNumber): EpochNumbers[] {
    return this.held(channel)
      .filter((numbers) => numbers.epoch <= epoch)
      .map((numbers) =>
        numbers.epoch < epoch ? numbers : { epoch, ranges: intersect(numbers.ranges, span(0, sequence)) },
      )
      .filter(({ ranges }) => ranges.length > 0);
  }

  /** The oldest packets whose stored bytes come to at least so many: what retention by size drops. */
  oldest(channel: Uint8Array, bytes: number): EpochNumbers[] {
    const found: PacketNumber[] = [];
    let sum = 0;
    if (bytes <= 0) return [];
    for (const { key, value } of this.packets.getRange(boundsFrom(channel, { epoch: 0, sequence: 0 }))) {
      found.push(numberOfKey(key));
      sum += value.length - PACKET_OVERHEAD;
      if (sum >= bytes) break;
    }
    return [...groupedByEpoch(found)].map(([epoch, group]) => ({ epoch, ranges: rangesOf(group) }));
  }

  /** What was last kept under a name; undefined where nothing was. */
  readCursor(name: string): Uint8Array | undefined {
    return this.cursors.get(Buffer.from(name));
  }

  /** The names that begin so and have something kept under them. */
  cursorNames(prefix: string): string[] {
    const keys = this.cursors.getKeys({ start: Buffer.from(prefix), end: Buffer.from(`${prefix}\u{10ffff}`) });
    return [...keys].map((key) => key.toString());
  }

  /** Keeps a few bytes under a name. @throws StoreError */
  writeCursor(name: string, value: Uint8Array): Promise<void> {
    return this.commit(() => {
      this.cursors.put(Buffer.from(name), Buffer.from(value));
    });
  }

  /** Ends it, after what was begun. */
  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await this.committing;
    await this.root.close();
  }

  private readRecords(): void {
    // Reading enters this process into LMDB's table of readers, from which the system takes it when the process ends.
    for (const { key, value } of this.epochs.getRange({})) {
      const channel = key.subarray(0, CHANNEL_ID_BYTES);
      this.remember(channel, key.readUInt32BE(CHANNEL_ID_BYTES), recordOfValue(value));
    }
    if (otherReaders(this.root.readerList())) throw new StoreError('inUse', this.directory);
  }

  private recordOf(channel: Uint8Array, epoch: number): EpochRecord {
    const id = hex(channel);
    const change = this.staged.findLast((one) => one.epoch === epoch && hex(one.channel) === id);
    return change?.record ?? this.records.get(id)?.get(epoch) ?? NOTHING_HELD;
  }

  private remember(channel: Uint8Array, epoch: number, record: EpochRecord): void {
    const id = hex(channel);
    const epochs = this.records.get(id) ?? new Map<number, EpochRecord>();
    if (record.held.length > 0) epochs.set(epoch, record);
    else epochs.delete(epoch);
    this.records.set(id, epochs);
  }

  private stage(channel: Uint8Array, epoch: number, record: EpochRecord): void {
    this.staged.push({ channel, epoch, record });
    const key = epochKey(channel, epoch);
    if (record.held.length > 0) this.epochs.put(key, Buffer.from(recordValue(record)));
    else this.epochs.remove(key);
  }

  private putPackets(channel: Uint8Array, epoch: number, packets: readonly StoredPacket[]): void {
    const before = this.recordOf(channel, epoch);
    const held = union(before.held, rangesOf(packets));
    let isNew = subtract(held, before.held);
    let { bytes } = before;
    for (const packet of packets) {
      if (!contains(isNew, packet.sequence)) continue;
      this.packets.put(packetKey(channel, packet), packetValue(packet));
      bytes += packet.bytes.length;
      // The same number twice in one batch: the first counts.
      if (packets.length > sizeOf(isNew)) isNew = subtract(isNew, span(packet.sequence, packet.sequence + 1));
    }
    this.stage(channel, epoch, { bytes, held });
  }

  private dropPackets(channel: Uint8Array, epoch: number, ranges: RangeSet): void {
    const before = this.recordOf(channel, epoch);
    const gone = intersect(before.held, ranges);
    let { bytes } = before;
    for (const sequence of valuesOf(gone)) {
      const key = packetKey(channel, { epoch, sequence });
      bytes -= (this.packets.getBinaryFast(key)?.length ?? PACKET_OVERHEAD) - PACKET_OVERHEAD;
      this.packets.remove(key);
    }
    const held = subtract(before.held, gone);
    for (const range of gone) this.dropSeals(channel, epoch, range, held);
    this.stage(channel, epoch, { bytes: Math.max(0, bytes), held });
  }

  private dropSeals(channel: Uint8Array, epoch: number, [start, end]: Range, held: RangeSet): void {
    const useless: number[] = [];
    for (const { first, last } of this.sealsBefore(channel, epoch, end - 1)) {
      if (last < start) break;
      if (intersect(held, span(first, last + 1)).length === 0) useless.push(first);
    }
    for (const first of useless) this.seals.remove(packetKey(channel, { epoch, sequence: first }));
  }

  /** Seals of an epoch that begin at a number or before it, the nearest first. */
  private *sealsBefore(channel: Uint8Array, epoch: number, sequence: number): Generator<StoredSeal> {
    const start = packetKey(channel, { epoch, sequence });
    const end = packetKey(channel, { epoch, sequence: 0 });
    for (const { key, value } of this.seals.getRange({ start, end, inclusiveEnd: true, reverse: true })) {
      yield sealOfValue(key, value);
    }
  }

  private firstOfTime(channel: Uint8Array, epoch: number, ranges: RangeSet, time: number): number | undefined {
    const isEarlier = (sequence: number) => {
      const value = this.packets.getBinaryFast(packetKey(channel, { epoch, sequence }));
      return value !== undefined && timeOf(value) < time;
    };
    const range = ranges.find(([, end]) => !isEarlier(end - 1));
    if (range === undefined) return undefined;
    let [low, high] = [range[0], range[1] - 1];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (isEarlier(middle)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** All that is asked for in one turn of the event loop goes in one transaction: the medium is waited for once. */
  private commit(run: Operation): Promise<void> {
    if (this.closed)
      return Promise.reject(new StoreError('failed', this.directory, { cause: new Error('it was closed') }));
    return new Promise((done, failed) => {
      this.pending.push({ run, done, failed });
      if (this.pending.length > 1) return;
      this.committing = new Promise((resolve) => {
        setImmediate(() => void this.commitPending().finally(resolve));
      });
    });
  }

  private async commitPending(): Promise<void> {
    const pending = this.pending;
    this.pending = [];
    if (this.transact(pending.map(({ run }) => run)) === undefined) {
      for (const { done } of pending) done();
      return;
    }
    // One that cannot be done (a packet on a full disk) shall not take others with it (those that make room).
    for (const { run, done, failed } of pending) {
      const error = this.transact([run]);
      if (error === undefined) done();
      else failed(await storeErrorOf(error, this.directory));
    }
  }

  /** @returns what went wrong; then nothing has changed. */
  private transact(operations: readonly Operation[]): unknown {
    this.staged = [];
    try {
      this.root.transactionSync(() => {
        for (const run of operations) run();
      });
    } catch (error) {
      this.staged = [];
      return error ?? new Error('the transaction failed');
    }
    const staged = this.staged;
    this.staged = [];
    for (const { channel, epoch, record } of staged) this.remember(channel, epoch, record);
    return undefined;
  }
}

const TABLE = { encoding: 'binary', keyEncoding: 'binary', cache: false } as const;

function boundsFrom(channel: Uint8Array, from: PacketNumber): { start: Buffer; end: Buffer; inclusiveEnd: true } {
  return { start: packetKey(channel, from), end: packetKey(channel, LAST_NUMBER), inclusiveEnd: true };
}

function groupedByEpoch<N extends PacketNumber>(numbers: readonly N[]): Map<number, N[]> {
  const groups = new Map<number, N[]>();
  for (const number of numbers) {
    const group = groups.get(number.epoch);
    if (group === undefined) groups.set(number.epoch, [number]);
    else group.push(number);
  }
  return groups;
}

function rangesOf(numbers: readonly PacketNumber[]): RangeSet {
  return normalize(numbers.map(({ sequence }): Range => [sequence, sequence + 1]));
}

function hex(channel: Uint8Array): string {
  return Buffer.from(channel).toString('hex');
}

/** LMDB's list: a heading, then a line for each reader that begins with its process. */
function otherReaders(list: string): boolean {
  const owners = [...list.matchAll(/^\s*(\d+)\s/gm)].map(([, pid]) => Number(pid));
  return owners.some((pid) => pid !== process.pid);
}
