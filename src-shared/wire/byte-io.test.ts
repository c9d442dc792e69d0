import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteReader, ByteWriter } from './byte-io';
import { WireError } from './wire-error';

const varintOf = (value: number): Uint8Array => {
  const writer = new ByteWriter();
  writer.varint(value);
  return writer.result();
};

describe('byte io', () => {
  it('reads back what was written, whatever the order and the size', () => {
    const part = fc.oneof(
      fc.record({ kind: fc.constant('u8' as const), value: fc.nat(255) }),
      fc.record({ kind: fc.constant('varint' as const), value: fc.maxSafeNat() }),
      fc.record({ kind: fc.constant('bytes' as const), value: fc.uint8Array({ maxLength: 300 }) }),
    );
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        const writer = new ByteWriter();
        for (const { kind, value } of parts) {
          if (kind === 'u8') writer.u8(value);
          else if (kind === 'varint') writer.varint(value);
          else writer.bytes(value);
        }
        const reader = new ByteReader(writer.result());
        for (const { kind, value } of parts) {
          if (kind === 'bytes') expect(reader.bytes(value.length)).toEqual(value);
          else expect(kind === 'u8' ? reader.u8() : reader.varint()).toBe(value);
        }
        expect(reader.remaining).toBe(0);
      }),
    );
  });

  it.each([
    [0, '00'],
    [127, '7f'],
    [128, '8001'],
    [300, 'ac02'],
    [2 ** 32, '8080808010'],
    [Number.MAX_SAFE_INTEGER, 'ffffffffffffff0f'],
  ])('writes %i as LEB128', (value, hex) => {
    expect(Buffer.from(varintOf(value)).toString('hex')).toBe(hex);
  });

  it('reads no integer of 2^53 and more, and none without an end', () => {
    for (const hex of [
      'ffffffffffffff10',
      'ffffffffffffff1f',
      'ffffffffffffffffff01',
      '8080808080808080808000',
      'ff',
    ]) {
      expect(() => new ByteReader(Buffer.from(hex, 'hex')).varint(), hex).toThrow(WireError);
    }
  });

  it('reads nothing past the end', () => {
    const reader = new ByteReader(Uint8Array.of(1, 2));
    expect(() => reader.bytes(3)).toThrow(WireError);
    expect(reader.bytes(2)).toEqual(Uint8Array.of(1, 2));
    expect(() => reader.u8()).toThrow(WireError);
    expect(() => reader.varint()).toThrow(WireError);
    expect(reader.bytes(0)).toEqual(new Uint8Array());
  });
});
