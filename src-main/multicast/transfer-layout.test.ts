import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalize, type Range, span } from '../../src-shared/ranges/range-set';
import { CHUNK_PARITY, CHUNK_UNITS } from '../../src-shared/wire/limits';
import { DIGEST_BYTES, TransferLayout } from './transfer-layout';

const P = 1448;
const CHUNK = CHUNK_UNITS * P;
const EDGES = [0, 1, P - 1, P, P + 1, CHUNK - 1, CHUNK, CHUNK + 1, 46 * CHUNK - 1, 46 * CHUNK, 2 ** 33 + 7];

const layouts = fc
  .tuple(fc.oneof(fc.constantFrom(...EDGES.slice(0, -1)), fc.nat(400_000)), fc.integer({ min: 256, max: P }))
  .map(([content, payload]) => new TransferLayout(content, payload));
const unitRanges = (layout: TransferLayout): Range[] =>
  Array.from({ length: layout.unitCount }, (_, unit): Range => {
    const offset = layout.offsetOf(unit);
    return [offset, offset + layout.lengthOf(unit)];
  });

describe('transfer layout', () => {
  it('cuts content and trailer into units that touch, and are all of the transfer space', () => {
    fc.assert(
      fc.property(layouts, (layout) => {
        let position = 0;
        for (const [start, end] of unitRanges(layout)) {
          expect(start).toBe(position);
          expect(end - start).toBeGreaterThan(0);
          expect(end - start).toBeLessThanOrEqual(layout.payloadBytes);
          position = end;
        }
        expect(position).toBe(layout.totalBytes);
      }),
    );
  });

  it('finds each unit by its offset, and none elsewhere', () => {
    fc.assert(
      fc.property(layouts, fc.array(fc.nat(500_000), { maxLength: 50 }), (layout, offsets) => {
        const starts = new Map(unitRanges(layout).map(([start], unit) => [start, unit]));
        for (const [offset, unit] of starts) expect(layout.unitAt(offset)).toBe(unit);
        for (const offset of offsets) expect(layout.unitAt(offset)).toBe(starts.get(offset));
        for (const [offset] of starts) {
          expect(layout.unitAt(offset + 1)).toBe(starts.get(offset + 1));
        }
      }),
    );
  });

  it('cuts the content into chunks of whole units, with one digest each', () => {
    fc.assert(
      fc.property(layouts, (layout) => {
        let [unit, byte] = [0, 0];
        for (let chunk = 0; chunk < layout.chunkCount; chunk++) {
          const [start, end] = layout.unitsOfChunk(chunk);
          const bytes = layout.bytesOfChunk(chunk);
          expect([start, bytes[0]]).toEqual([unit, byte]);
          expect(bytes).toEqual([layout.offsetOf(start), layout.offsetOf(end - 1) + layout.lengthOf(end - 1)]);
          expect([layout.chunkOf(start), layout.chunkOf(end - 1)]).toEqual([chunk, chunk]);
          expect(end - start).toBeLessThanOrEqual(CHUNK_UNITS);
          for (const index of [0, CHUNK_PARITY - 1]) expect(layout.chunkOf(layout.parityOf(chunk, index))).toBe(chunk);
          [unit, byte] = [end, bytes[1]];
        }
        expect([unit, byte]).toEqual([layout.contentUnits, layout.contentBytes]);
        expect(layout.trailerBytes).toBe(layout.chunkCount * DIGEST_BYTES);
        expect(layout.trailerUnits).toEqual([layout.contentUnits, layout.unitCount]);
        if (layout.chunkCount > 0) expect(layout.chunkOf(layout.contentUnits)).toBeUndefined();
      }),
    );
  });

  it.each([
    // content, units, chunks, length of the last content unit
    [0, 0, 0, undefined],
    [1, 1, 1, 1],
    [P - 1, 1, 1, P - 1],
    [P, 1, 1, P],
    [P + 1, 2, 1, 1],
    [CHUNK - 1, 128, 1, P - 1],
    [CHUNK, 128, 1, P],
    [CHUNK + 1, 129, 2, 1],
    [2 ** 33 + 7, 5_932_276, 46_346, 399],
  ])('%i bytes', (content, units, chunks, last) => {
    const layout = new TransferLayout(content, P);
    expect([layout.contentUnits, layout.chunkCount]).toEqual([units, chunks]);
    expect(layout.totalBytes).toBe(content + 32 * chunks);
    if (last !== undefined) expect(layout.lengthOf(units - 1)).toBe(last);
  });

  it('tells units as bytes', () => {
    const layout = new TransferLayout(2 * P + 5, P);
    expect(layout.toBytes([[1, 4]])).toEqual([[P, 2 * P + 5 + 32]]);
    expect(
      layout.toBytes([
        [0, 1],
        [2, 3],
      ]),
    ).toEqual([
      [0, P],
      [2 * P, 2 * P + 5],
    ]);
    fc.assert(
      fc.property(layouts, (any) => {
        const all = span(0, any.unitCount);
        expect(any.toBytes(all)).toEqual(span(0, any.totalBytes));
        expect(any.bytesIn(all)).toBe(any.totalBytes);
        expect(normalize(any.toBytes([]))).toEqual([]);
      }),
    );
  });
});
