import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CHANNEL_HEADER_BYTES,
  channelIdBytes,
  DIGEST_BYTES,
  epochOf,
  kindOfDatagram,
  MAX_SEALED,
  PACKET,
  PACKET_BYTES,
  payloadOf,
  SEAL,
  SIGNATURE_BYTES,
  saysEnded,
  sealedBy,
  sealHas,
  sequenceOf,
  signatureOf,
  signedPartOf,
  timeOf,
  writeChannelHeader,
} from './channel-datagram';

const CHANNEL = '00112233aabbccdd';
const ID = channelIdBytes(CHANNEL);

function datagram(length: number, header: Partial<Parameters<typeof writeChannelHeader>[1]> = {}): Uint8Array {
  const bytes = new Uint8Array(length);
  const base = { kind: PACKET, ended: false, time: 0, channel: CHANNEL, epoch: 0, sequence: 0 } as const;
  writeChannelHeader(bytes, { ...base, ...header });
  return bytes;
}

describe('a channel’s datagram', () => {
  it('has the header of PROTOCOL.md, section 14.2, byte by byte', () => {
    const bytes = datagram(CHANNEL_HEADER_BYTES + 2, {
      time: 0x0102_0304_0506,
      epoch: 0x11121314,
      sequence: 0xfffefdfc,
    });
    expect(Buffer.from(bytes).toString('hex')).toBe(
      '1200010203040506' + '00112233aabbccdd' + '11121314' + 'fffefdfc' + '0000',
    );
  });

  it('gives back what was written', () => {
    const u32 = fc.integer({ min: 0, max: 0xffffffff });
    fc.assert(
      fc.property(u32, u32, fc.integer({ min: 0, max: 2 ** 48 - 1 }), (epoch, sequence, time) => {
        const bytes = datagram(CHANNEL_HEADER_BYTES, { epoch, sequence, time });
        expect([epochOf(bytes), sequenceOf(bytes), timeOf(bytes)]).toEqual([epoch, sequence, time]);
        expect(kindOfDatagram(bytes, ID)).toBe(PACKET);
      }),
    );
  });

  it.each([
    ['short', datagram(CHANNEL_HEADER_BYTES).subarray(1)],
    ['long', datagram(CHANNEL_HEADER_BYTES + PACKET_BYTES + 1)],
    ['of another version', datagram(CHANNEL_HEADER_BYTES).fill(0x22, 0, 1)],
    ['of another kind', datagram(CHANNEL_HEADER_BYTES).fill(0x10, 0, 1)],
    ['of another channel', datagram(CHANNEL_HEADER_BYTES, { channel: '00112233aabbccde' })],
    ['a seal with half a digest', datagram(CHANNEL_HEADER_BYTES + SIGNATURE_BYTES + DIGEST_BYTES / 2, { kind: SEAL })],
    ['a seal without a signature', datagram(CHANNEL_HEADER_BYTES + SIGNATURE_BYTES - 1, { kind: SEAL })],
    [
      'a seal of too many',
      datagram(CHANNEL_HEADER_BYTES + SIGNATURE_BYTES + (MAX_SEALED + 1) * DIGEST_BYTES, { kind: SEAL }),
    ],
  ])('is none where it is %s', (_, bytes) => {
    expect(kindOfDatagram(bytes, ID)).toBeUndefined();
  });

  it('is never anything that throws, whatever comes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 1600 }), (bytes) => {
        expect([PACKET, SEAL, undefined]).toContain(kindOfDatagram(bytes, ID));
      }),
    );
  });

  it('takes a seal apart', () => {
    const seal = datagram(CHANNEL_HEADER_BYTES + 3 * DIGEST_BYTES + SIGNATURE_BYTES, { kind: SEAL, ended: true });
    seal.fill(7, CHANNEL_HEADER_BYTES + DIGEST_BYTES, CHANNEL_HEADER_BYTES + 2 * DIGEST_BYTES);
    seal.fill(9, seal.length - SIGNATURE_BYTES);
    expect(kindOfDatagram(seal, ID)).toBe(SEAL);
    expect(sealedBy(seal)).toBe(3);
    expect(saysEnded(seal)).toBe(true);
    expect(sealHas(seal, 1, new Uint8Array(DIGEST_BYTES).fill(7))).toBe(true);
    expect(sealHas(seal, 2, new Uint8Array(DIGEST_BYTES).fill(7))).toBe(false);
    expect(signedPartOf(seal).length).toBe(CHANNEL_HEADER_BYTES + 3 * DIGEST_BYTES);
    expect(signatureOf(seal)).toEqual(new Uint8Array(SIGNATURE_BYTES).fill(9));
  });

  it('leaves whole AES blocks to a packet', () => {
    expect(PACKET_BYTES % 16).toBe(0);
    expect(payloadOf(datagram(CHANNEL_HEADER_BYTES + PACKET_BYTES)).length).toBe(PACKET_BYTES);
  });
});
