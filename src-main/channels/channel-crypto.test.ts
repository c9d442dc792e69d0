import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHANNEL_HEADER_BYTES, PACKET, PACKET_BYTES, writeChannelHeader } from '../../src-shared/wire/channel-datagram';
import { heartbeat, sealOver } from '../archive/seal-maker';
import { type Identity, loadIdentity } from '../security/identity';
import {
  certificateOf,
  channelGroupOf,
  channelIdOf,
  PacketCipher,
  publisherOf,
  signerOf,
  ticketOf,
} from './channel-crypto';

const SECRET = new Uint8Array(32).fill(7);
const CHANNEL = '00112233aabbccdd';

let folder = '';
let identity: Identity;
let other: Identity;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tutti-channel-crypto-'));
  identity = await loadIdentity(join(folder, 'one'));
  other = await loadIdentity(join(folder, 'two'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

function packet(sequence: number): Uint8Array {
  const bytes = new Uint8Array(CHANNEL_HEADER_BYTES + 3);
  writeChannelHeader(bytes, { kind: PACKET, ended: false, time: 0, channel: CHANNEL, epoch: 1, sequence });
  return bytes;
}

describe('a channel’s id', () => {
  it('is another for another subject, or another publisher', () => {
    const ids = [channelIdOf('a'.repeat(64), 'x'), channelIdOf('a'.repeat(64), 'y'), channelIdOf('b'.repeat(64), 'x')];
    expect(new Set(ids).size).toBe(3);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{16}$/);
  });

  it('leads to a group that is administratively scoped, and never ends in 0 or 255', () => {
    expect(channelGroupOf('ffff000000000000')).toBe('239.255.255.2');
    expect(channelGroupOf('0000000000000000')).toBe('239.255.0.1');
  });

  it('leads to a ticket of its own', () => {
    expect(ticketOf(SECRET, CHANNEL)).toMatch(/^[0-9a-f]{64}$/);
    expect(ticketOf(SECRET, CHANNEL)).not.toBe(ticketOf(SECRET, '00112233aabbccde'));
  });
});

describe('a packet’s cipher', () => {
  it('gives back what was encrypted, in any order', () => {
    const sender = new PacketCipher(SECRET, CHANNEL, 1);
    const payloads = [PACKET_BYTES, PACKET_BYTES, 5, 0, PACKET_BYTES, 1, 1].map((size, i) => Buffer.alloc(size, i + 1));
    const sent = payloads.map((payload, sequence) => sender.cipher(sequence, payload));
    for (const order of [
      [0, 1, 2, 3, 4, 5, 6],
      [6, 2, 4, 0, 1, 5, 3],
    ]) {
      const receiver = new PacketCipher(SECRET, CHANNEL, 1);
      for (const i of order) expect(receiver.cipher(i, sent[i] ?? Buffer.alloc(0))).toEqual(payloads[i]);
    }
  });

  it('never uses a block of key stream twice: not in the next packet, epoch or channel', () => {
    const zeros = Buffer.alloc(PACKET_BYTES);
    const blocks = [
      [1, CHANNEL, 0],
      [1, CHANNEL, 1],
      [1, CHANNEL, 2 ** 32 - 1],
      [2, CHANNEL, 0],
      [1, '00112233aabbccde', 0],
    ].flatMap(([epoch, channel, sequence]) => {
      const stream = new PacketCipher(SECRET, String(channel), Number(epoch)).cipher(Number(sequence), zeros);
      return Array.from({ length: PACKET_BYTES / 16 }, (_, i) => stream.subarray(16 * i, 16 * i + 16).toString('hex'));
    });
    expect(new Set(blocks).size).toBe(blocks.length);
  });

  it('goes on in one stream exactly as if each packet began anew', () => {
    const payload = Buffer.alloc(PACKET_BYTES, 9);
    const running = new PacketCipher(SECRET, CHANNEL, 1);
    running.cipher(0, payload);
    expect(running.cipher(1, payload)).toEqual(new PacketCipher(SECRET, CHANNEL, 1).cipher(1, payload));
  });
});

describe('a seal', () => {
  it('is signed by the key of the certificate that members are told, and by no other', () => {
    const seal = sealOver([packet(0), packet(1)], 0, { channel: CHANNEL, epoch: 1, signer: signerOf(identity) });
    const publisher = publisherOf(certificateOf(identity));
    expect(publisher?.fingerprint).toBe(identity.fingerprint);
    expect(publisher?.proof.isSigned(seal)).toBe(true);
    expect(publisherOf(certificateOf(other))?.proof.isSigned(seal)).toBe(false);
  });

  it('is none once a bit of it is another, wherever', () => {
    const beat = heartbeat(5, 0, false, { channel: CHANNEL, epoch: 1, signer: signerOf(identity) });
    const proof = publisherOf(certificateOf(identity))?.proof;
    for (let i = 0; i < beat.length; i++) {
      const forged = Uint8Array.from(beat);
      forged[i] = (forged[i] ?? 0) ^ 1;
      expect(proof?.isSigned(forged)).toBe(false);
    }
  });

  it('has no publisher where the certificate is none', () => {
    expect(publisherOf('')).toBeUndefined();
    expect(publisherOf('AAAA')).toBeUndefined();
  });
});
