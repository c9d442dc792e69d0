import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeProgress, encodeProgress, PROGRESS_BYTES } from './progress';
import { WireError } from './wire-error';

const u32 = fc.nat({ max: 0xffffffff });

describe('a position report', () => {
  it('reads back what was written, from any place in a buffer', () => {
    const progress = fc.record({ transmission: fc.nat({ max: 0xffff }), highest: u32, received: u32 });
    fc.assert(
      fc.property(progress, fc.nat(20), (original, at) => {
        const buffer = new Uint8Array(at + PROGRESS_BYTES + 3);
        buffer.set(encodeProgress(original), at);
        expect(decodeProgress(buffer.subarray(at, at + PROGRESS_BYTES))).toEqual(original);
      }),
    );
  });

  it('has the layout of PROTOCOL.md section 4.4', () => {
    const bytes = encodeProgress({ transmission: 2, highest: 0xfffffffe, received: 7 });
    expect(Buffer.from(bytes).toString('hex')).toBe('0002fffffffe00000007');
  });

  it('of another length is none', () => {
    for (const length of [0, PROGRESS_BYTES - 1, PROGRESS_BYTES + 1]) {
      expect(() => decodeProgress(new Uint8Array(length))).toThrow(WireError);
    }
  });
});
