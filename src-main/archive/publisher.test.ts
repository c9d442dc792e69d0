import { describe, expect, it } from 'vitest';
import {
  CHANNEL_HEADER_BYTES,
  MAX_SEALED,
  PACKET,
  SEAL,
  saysEnded,
  sealedBy,
  sequenceOf,
  writeChannelHeader,
} from '../../src-shared/wire/channel-datagram';
import { SEQUENCE_END } from './packet';
import { BATCH_MS, FULL_BATCH_PACKETS, HEARTBEAT_FIRST_MS, HEARTBEAT_MS, MAX_PENDING_PACKETS, SEAL_MS } from './params';
import { Publisher } from './publisher';

const CHANNEL = '0123456789abcdef';
const signer = { digest: () => new Uint8Array(32), sign: () => new Uint8Array(64) };

function publisherFrom(first = 0): Publisher {
  return new Publisher({ channel: CHANNEL, epoch: 1, first, rate: 1e9, signer }, 0);
}

function append(publisher: Publisher, count: number, now = 0): void {
  for (let i = 0; i < count; i++) {
    const packet = new Uint8Array(CHANNEL_HEADER_BYTES + 1);
    const sequence = publisher.next;
    writeChannelHeader(packet, { kind: PACKET, ended: false, time: 0, channel: CHANNEL, epoch: 1, sequence });
    publisher.append(packet, now);
  }
}

function sentAt(publisher: Publisher, now: number): Uint8Array[] {
  const sent: Uint8Array[] = [];
  for (let next = publisher.nextDatagram(now, now); next !== undefined; next = publisher.nextDatagram(now, now))
    sent.push(next);
  return sent;
}

const kindOf = (datagram: Uint8Array) => (datagram[0] ?? 0) & 0x0f;
const sealsOf = (datagrams: readonly Uint8Array[]) => datagrams.filter((datagram) => kindOf(datagram) === SEAL);
const storesOf = (publisher: Publisher) =>
  publisher.outputs().flatMap((output) => (output.kind === 'store' ? [output] : []));

describe('a publisher', () => {
  it('sends at once, and seals only what is durable', () => {
    const publisher = publisherFrom();
    append(publisher, 3);
    expect(sentAt(publisher, 0).map(sequenceOf)).toEqual([0, 1, 2]);
    expect(sealsOf(sentAt(publisher, 1000))).toEqual([]);
    expect(publisher.recentPacket(0)).toBeUndefined();
    publisher.timeout(BATCH_MS);
    expect(storesOf(publisher).map(({ packets }) => packets.length)).toEqual([3]);
    publisher.stored(BATCH_MS);
    const [seal, ...more] = sealsOf(sentAt(publisher, BATCH_MS + SEAL_MS));
    expect(more).toEqual([]);
    expect(seal && [sequenceOf(seal), sealedBy(seal)]).toEqual([0, 3]);
    expect(publisher.recentPacket(0)).toBeDefined();
    expect(publisher.isIdle).toBe(true);
  });

  it('seals 64 at once, and the rest when nothing more comes for a moment', () => {
    const publisher = publisherFrom();
    append(publisher, 2 * MAX_SEALED + 5);
    sentAt(publisher, 0);
    publisher.timeout(BATCH_MS);
    publisher.outputs();
    publisher.stored(BATCH_MS);
    expect(sealsOf(sentAt(publisher, BATCH_MS)).map(sealedBy)).toEqual([MAX_SEALED, MAX_SEALED]);
    expect(sealsOf(sentAt(publisher, BATCH_MS + SEAL_MS)).map(sealedBy)).toEqual([5]);
  });

  it('gives for a packet the seal that vouches for it, and no shorter one that ends before', () => {
    const publisher = publisherFrom();
    let now = 0;
    for (const count of [20, 2, 3]) {
      append(publisher, count, now);
      sentAt(publisher, now);
      publisher.timeout(now + BATCH_MS);
      publisher.outputs();
      publisher.stored(now + BATCH_MS);
      sentAt(publisher, now + BATCH_MS + SEAL_MS);
      now += 100;
    }
    const seals = (start: number, end: number) =>
      publisher.recentSeals(start, end).map((seal) => [sequenceOf(seal), sealedBy(seal)]);
    expect(seals(19, 20)).toEqual([[0, 20]]);
    expect(seals(20, 21)).toEqual([[20, 2]]);
    expect(seals(24, 25)).toEqual([[22, 3]]);
    expect(seals(19, 25)).toEqual([
      [0, 20],
      [20, 2],
      [22, 3],
    ]);
  });

  it('does not seal what was not sent, though it is durable', () => {
    const publisher = publisherFrom();
    append(publisher, FULL_BATCH_PACKETS);
    expect(storesOf(publisher)).toHaveLength(1);
    publisher.stored(0);
    expect(publisher.sealedEnd).toBe(0);
    const first = publisher.nextDatagram(1, 1);
    expect(first && kindOf(first)).toBe(PACKET);
  });

  it('has one batch stored at a time, and a failed one again, in order', () => {
    const publisher = publisherFrom();
    append(publisher, FULL_BATCH_PACKETS);
    const [batch] = storesOf(publisher);
    append(publisher, 10);
    publisher.timeout(1000);
    expect(storesOf(publisher)).toEqual([]);
    publisher.storeFailed(batch?.packets ?? [], batch?.seals ?? []);
    publisher.retryStore();
    const [again] = storesOf(publisher);
    expect(again?.packets.map(sequenceOf)).toEqual(Array.from({ length: FULL_BATCH_PACKETS + 10 }, (_, i) => i));
  });

  it('is full when much is on its way, and when its numbers have run out', () => {
    const publisher = publisherFrom();
    append(publisher, MAX_PENDING_PACKETS - 1);
    expect(publisher.isFull).toBe(false);
    append(publisher, 1);
    expect(publisher.isFull).toBe(true);
    const last = publisherFrom(SEQUENCE_END - 1);
    expect(last.isFull).toBe(false);
    append(last, 1);
    expect(last.isFull).toBe(true);
    expect(last.next).toBe(SEQUENCE_END);
  });

  it('tells the last number again and again, less and less often, and at last that this was all', () => {
    const publisher = publisherFrom();
    append(publisher, 1);
    sentAt(publisher, 0);
    publisher.timeout(BATCH_MS);
    publisher.outputs();
    publisher.stored(BATCH_MS);
    const start = BATCH_MS + SEAL_MS;
    sentAt(publisher, start);
    const beats: number[] = [];
    for (let now = start; now < start + 10_000; now++) {
      for (const beat of sentAt(publisher, now)) {
        expect([sequenceOf(beat), sealedBy(beat), saysEnded(beat)]).toEqual([0, 0, false]);
        beats.push(now - start);
      }
    }
    expect(beats.slice(0, 3)).toEqual([HEARTBEAT_FIRST_MS, 3 * HEARTBEAT_FIRST_MS, 7 * HEARTBEAT_FIRST_MS]);
    expect((beats.at(-1) ?? 0) - (beats.at(-2) ?? 0)).toBe(HEARTBEAT_MS);
    publisher.end(start + 10_000);
    const [last] = sentAt(publisher, start + 10_000);
    expect(last && saysEnded(last)).toBe(true);
  });
});
