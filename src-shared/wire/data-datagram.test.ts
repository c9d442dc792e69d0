import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  DATA,
  type DataHeader,
  HEADER_BYTES,
  MAX_DATAGRAM_BYTES,
  PROBE,
  readHeader,
  splitTransferId,
  writeHeader,
  writeHeaders,
} from './data-datagram';

const u32 = fc.nat({ max: 0xffffffff });
const header: fc.Arbitrary<DataHeader> = fc.record({
  kind: fc.constantFrom(DATA, PROBE),
  transmission: fc.nat({ max: 0xffff }),
  transferHigh: u32,
  transferLow: u32,
  sequence: u32,
  offset: fc.maxSafeNat(),
});

describe('data datagram', () => {
  it('reads back what was written', () => {
    fc.assert(
      fc.property(header, (original) => {
        const bytes = new Uint8Array(HEADER_BYTES);
        writeHeader(bytes, original);
        expect(readHeader(bytes)).toEqual(original);
      }),
    );
  });

  it('has the layout of PROTOCOL.md section 5', () => {
    const bytes = new Uint8Array(HEADER_BYTES);
    const id = splitTransferId('0123456789abcdef');
    writeHeader(bytes, {
      kind: DATA,
      transmission: 2,
      ...id,
      sequence: 0xfffffffe,
      offset: 2 ** 33 + 5,
    });
    expect(Buffer.from(bytes).toString('hex')).toBe('10000002' + '0123456789abcdef' + 'fffffffe' + '0000000200000005');
  });

  it('numbers the datagrams of a run one after the other, past the end of the sequence numbers too', () => {
    const shape = { count: 3, stride: HEADER_BYTES + 2, step: 1448 };
    const first = { kind: DATA, transmission: 1, transferHigh: 2, transferLow: 3 } as const;
    const run = new Uint8Array(shape.count * shape.stride).fill(0xee);
    writeHeaders(run, { ...first, sequence: 0xffff_fffe, offset: 2 ** 32 - 1448 }, shape);
    const at = (index: number) => run.subarray(index * shape.stride, (index + 1) * shape.stride);
    expect([0, 1, 2].map((index) => readHeader(at(index)))).toEqual([
      { ...first, sequence: 0xffff_fffe, offset: 2 ** 32 - 1448 },
      { ...first, sequence: 0xffff_ffff, offset: 2 ** 32 },
      { ...first, sequence: 0, offset: 2 ** 32 + 1448 },
    ]);
    for (const index of [0, 1, 2]) expect([...at(index).subarray(HEADER_BYTES)]).toEqual([0xee, 0xee]);
  });

  it('names the fault of anything else and never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: MAX_DATAGRAM_BYTES + 10 }), (bytes) => {
        const result = readHeader(bytes);
        if (typeof result === 'object') expect(Number.isSafeInteger(result.offset)).toBe(true);
      }),
      { numRuns: 20_000 },
    );
    expect(readHeader(new Uint8Array(HEADER_BYTES - 1))).toBe('short');
    expect(readHeader(new Uint8Array(MAX_DATAGRAM_BYTES + 1))).toBe('long');
    expect(readHeader(new Uint8Array(HEADER_BYTES))).toBe('version');
    expect(readHeader(Uint8Array.of(0x1f, ...new Uint8Array(HEADER_BYTES)))).toBe('kind');
    expect(readHeader(Uint8Array.of(0x10, ...new Uint8Array(15), 0xff, ...new Uint8Array(7)))).toBe('offset');
  });
});
