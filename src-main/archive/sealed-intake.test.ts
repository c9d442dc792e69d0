import { describe, expect, it } from 'vitest';
import { EMPTY } from '../../src-shared/ranges/range-set';
import { CHANNEL_HEADER_BYTES, PACKET, sequenceOf, writeChannelHeader } from '../../src-shared/wire/channel-datagram';
import { MAX_CANDIDATES } from './params';
import { heartbeat, sealOver } from './seal-maker';
import { SealedIntake } from './sealed-intake';

const CHANNEL = '0123456789abcdef';
const CONTEXT = {
  channel: CHANNEL,
  epoch: 1,
  // What a packet's bytes add up to is digest enough where nobody computes a second one.
  signer: { digest: (packet: Uint8Array) => digest(packet), sign: () => new Uint8Array(64) },
};

function digest(packet: Uint8Array): Uint8Array {
  return new Uint8Array(16).fill(packet.reduce((sum, byte) => (sum + byte) & 0xff, 0));
}

function packet(sequence: number, content = sequence): Uint8Array {
  const bytes = new Uint8Array(CHANNEL_HEADER_BYTES + 1);
  writeChannelHeader(bytes, { kind: PACKET, ended: false, time: 0, channel: CHANNEL, epoch: 1, sequence });
  bytes[CHANNEL_HEADER_BYTES] = content;
  return bytes;
}

function packets(start: number, end: number): Uint8Array[] {
  return Array.from({ length: end - start }, (_, i) => packet(start + i));
}

function intakeFrom(from: number, window = 1000) {
  const accepted: [number, number | undefined][] = [];
  const proof = { digest, isSigned: () => true };
  const intake = new SealedIntake(from, EMPTY, window, proof, (sequence, bytes) =>
    accepted.push([sequence, bytes[CHANNEL_HEADER_BYTES]]),
  );
  return { intake, accepted, numbers: () => accepted.map(([sequence]) => sequence) };
}

describe('a sealed intake', () => {
  it('accepts nothing before it is sealed, and then everything that the seal is over', () => {
    const { intake, numbers } = intakeFrom(0);
    for (const one of packets(0, 4)) intake.packet(one);
    expect(numbers()).toEqual([]);
    intake.seal(sealOver(packets(0, 3), 0, CONTEXT));
    expect(numbers()).toEqual([0, 1, 2]);
    expect(intake.isSettled(3)).toBe(false);
  });

  it('accepts at once what comes after its seal, each packet once', () => {
    const { intake, numbers } = intakeFrom(0);
    intake.seal(sealOver(packets(0, 3), 0, CONTEXT));
    expect(intake.missing(10)).toEqual({ packets: [[0, 3]], seals: [] });
    intake.packet(packet(1));
    intake.packet(packet(1));
    expect(numbers()).toEqual([1]);
    expect(intake.missing(10).packets).toEqual([
      [0, 1],
      [2, 3],
    ]);
  });

  it('tells the true packet from forged ones that came before it', () => {
    const { intake, accepted } = intakeFrom(0);
    for (let i = 1; i < MAX_CANDIDATES; i++) intake.packet(packet(0, 100 + i));
    intake.packet(packet(0, 5));
    intake.seal(sealOver([packet(0, 5)], 0, CONTEXT));
    expect(accepted).toEqual([[0, 5]]);
  });

  it('misses a packet whose place forged ones have filled, and takes the true one later', () => {
    const { intake, accepted } = intakeFrom(0);
    for (let i = 0; i < 20; i++) intake.packet(packet(0, 100 + i));
    intake.packet(packet(0, 5));
    intake.seal(sealOver([packet(0, 5)], 0, CONTEXT));
    expect(intake.missing(10).packets).toEqual([[0, 1]]);
    intake.packet(packet(0, 5));
    expect(accepted).toEqual([[0, 5]]);
  });

  it('finds gaps by comparing seals, not by what packets claim', () => {
    const { intake } = intakeFrom(0);
    intake.packet(packet(200));
    expect(intake.end).toBe(0);
    expect(intake.missing(10)).toEqual({ packets: [], seals: [] });
    intake.seal(sealOver(packets(5, 6), 0, CONTEXT));
    expect(intake.missing(10)).toEqual({ packets: [[0, 6]], seals: [[0, 5]] });
  });

  it('knows of a lost tail from a heartbeat', () => {
    const { intake } = intakeFrom(0);
    const beat = heartbeat(9, 0, false, CONTEXT);
    expect(intake.isNews(beat)).toBe(true);
    intake.seal(beat);
    expect(intake.missing(100).seals).toEqual([[0, 10]]);
    expect(intake.isNews(beat)).toBe(false);
  });

  it('asks for nothing before its start, and for no more than its window', () => {
    const { intake, numbers } = intakeFrom(10, 8);
    intake.seal(sealOver(packets(0, 64), 0, CONTEXT));
    expect(intake.missing(100)).toEqual({ packets: [[10, 18]], seals: [] });
    for (const one of packets(0, 64)) intake.packet(one);
    expect(numbers()).toEqual([10, 11, 12, 13, 14, 15, 16, 17]);
    intake.advance(18);
    expect(intake.missing(100).seals).toEqual([[18, 26]]);
  });

  it('is done with what is given up', () => {
    const { intake } = intakeFrom(0);
    intake.seal(sealOver(packets(0, 3), 0, CONTEXT));
    intake.giveUp([[0, 2]]);
    expect(intake.isSettled(0)).toBe(true);
    expect(intake.missing(10).packets).toEqual([[2, 3]]);
  });

  it('works at the end of the numbers', () => {
    const first = 2 ** 32 - 2;
    const { intake, numbers } = intakeFrom(first);
    const last = [packet(first, 1), packet(first + 1, 2)];
    intake.seal(sealOver(last, 0, CONTEXT));
    for (const one of last) intake.packet(one);
    expect(numbers()).toEqual([first, first + 1]);
    expect(last.map(sequenceOf)).toEqual([first, first + 1]);
    expect(intake.end).toBe(2 ** 32);
  });
});
