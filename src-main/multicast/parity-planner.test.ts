import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EMPTY, intersect, normalize, type RangeSet, sizeOf, span, union } from '../../src-shared/ranges/range-set';
import { CHUNK_PARITY, CHUNK_UNITS } from '../../src-shared/wire/limits';
import { MAX_ROUND_PARITY, MOST_LIKELY_LOSS, SPARE_PARITY } from './params';
import { carried, chooseParity, inChunks, use } from './parity-planner';
import { TransferLayout } from './transfer-layout';

/** 1000 units of content in 8 chunks, the last of 104 units, and 1 unit of trailer. */
const layout = new TransferLayout(999_500, 1000);
const { unitCount, chunkCount } = layout;

interface Says {
  readonly missing: RangeSet;
  readonly heldParity: RangeSet;
}

const says = (missing: RangeSet, heldParity: RangeSet = EMPTY): Says => ({ missing, heldParity });
const unionOf = (students: readonly Says[]) => union(...students.map(({ missing }) => missing));
const parity = (chunk: number, from: number, to: number) =>
  [layout.parityOf(chunk, from), layout.parityOf(chunk, to)] as const;

interface Row {
  readonly rule: string;
  readonly students: readonly Says[];
  readonly used?: readonly number[];
  readonly chosen: RangeSet;
}

const rows: readonly Row[] = [
  { rule: 'nobody misses anything: nothing', students: [says(EMPTY)], chosen: EMPTY },
  { rule: 'one student: parity saves nothing', students: [says([[3, 9]])], chosen: EMPTY },
  { rule: 'all miss the same: parity saves nothing', students: [says([[3, 9]]), says([[3, 9]])], chosen: EMPTY },
  {
    rule: 'different losses: as many as the worst lacks',
    students: [says([[3, 4]]), says([[50, 52]])],
    chosen: [parity(0, 0, 2)],
  },
  {
    rule: 'some of it will be lost in its turn: as much more as the worst is likely to lose',
    students: [says([[0, 9]]), says([[50, 58]])],
    chosen: [parity(0, 0, 9 + 1)],
  },
  {
    rule: 'but little, as many losses are mostly one burst',
    students: [says([[0, 9]]), says([[30, 70]])],
    chosen: [parity(0, 0, 40 + MOST_LIKELY_LOSS)],
  },
  {
    rule: 'each chunk for itself, the trailer never',
    students: [
      says([
        [0, 2],
        [300, 301],
        [1000, 1001],
      ]),
      says([
        [1, 3],
        [301, 303],
      ]),
      says([[999, 1000]]),
    ],
    chosen: [parity(0, 0, 2), parity(2, 0, 2)],
  },
  {
    rule: 'parity that a student holds counts as what it misses, and what was sent is not sent again',
    students: [says([[0, 5]], [parity(0, 0, 3)]), says([[9, 10]])],
    used: [4],
    chosen: [parity(0, 4, 4 + 2 + SPARE_PARITY)],
  },
  {
    rule: 'even for one student, where it holds enough',
    students: [says([[0, 9]], [parity(0, 0, 7)])],
    used: [8],
    chosen: [parity(0, 8, 8 + 2 + SPARE_PARITY)],
  },
  {
    rule: 'who claims to hold as much as it misses still gets something',
    students: [says([[0, 9]], [parity(0, 0, 100)])],
    used: [100],
    chosen: [parity(0, 100, 101 + SPARE_PARITY)],
  },
  {
    rule: 'too much for one round: the union',
    students: [says([[0, MAX_ROUND_PARITY + 1]]), says([[60, 128]])],
    chosen: EMPTY,
  },
  {
    rule: 'all parity of the chunk is used up: the union',
    students: [says([[0, 1]]), says([[5, 6]]), says([[7, 8]])],
    used: [CHUNK_PARITY - SPARE_PARITY],
    chosen: EMPTY,
  },
  {
    rule: 'the last of it is used',
    students: [says([[0, 1]]), says([[5, 6]]), says([[7, 8]])],
    used: [CHUNK_PARITY - SPARE_PARITY - 1],
    chosen: [parity(0, CHUNK_PARITY - SPARE_PARITY - 1, CHUNK_PARITY)],
  },
  {
    rule: 'somebody who misses a whole chunk gets it as it is, and all with it',
    students: [says([[0, 256]]), says([[5, 6]]), says([[200, 201]])],
    chosen: EMPTY,
  },
];

it.each(rows)('$rule', ({ students, used = [], chosen }) => {
  const counts = new Uint8Array(chunkCount);
  counts.set(used);
  expect(chooseParity(students, unionOf(students), layout, counts)).toEqual(chosen);
});

describe('whatever is missing', () => {
  const anySet = (from: number, end: number) =>
    fc
      .array(fc.tuple(fc.integer({ min: from, max: end - 1 }), fc.integer({ min: 1, max: 9 })), { maxLength: 40 })
      .map((list) => intersect(normalize(list.map(([at, length]) => [at, at + length])), span(from, end)));
  const anyStudent = fc
    .tuple(anySet(0, unitCount), anySet(unitCount, layout.numberCount))
    .map(([missing, held]) => says(missing, held));
  const situations = fc.record({
    students: fc.array(anyStudent, { minLength: 1, maxLength: 8 }),
    used: fc.uint8Array({ minLength: chunkCount, maxLength: chunkCount, max: CHUNK_PARITY }),
  });

  it('never sends more bytes than the union, nor a parity unit twice, and serves everybody', () => {
    fc.assert(
      fc.property(situations, ({ students, used }) => {
        const units = unionOf(students);
        const chosen = chooseParity(students, units, layout, used);
        const sent = carried(units, chosen, layout);
        expect(layout.bytesIn(sent)).toBeLessThanOrEqual(layout.bytesIn(units));
        const coded = new Map([...inChunks(chosen, layout)].map(([chunk, range]) => [chunk, range]));
        for (const [chunk, [start, end]] of coded) {
          expect(layout.indexOf(start)).toBe(used[chunk]);
          for (const { missing, heldParity } of students) {
            const lacks =
              within(missing, layout.unitsOfChunk(chunk)) - within(heldParity, parity(chunk, 0, CHUNK_PARITY));
            expect(end - start).toBeGreaterThanOrEqual(lacks);
          }
        }
        // What is not coded is sent as it is, all of it and nothing else.
        const plain = [...inChunks(units, layout)].filter(([chunk]) => !coded.has(chunk)).map(([, range]) => range);
        const trailer = intersect(units, [layout.trailerUnits]);
        expect(normalize(sent.filter(([start]) => !layout.isParity(start)))).toEqual(normalize([...plain, ...trailer]));
        const before = Uint8Array.from(used);
        use(chosen, used, layout);
        for (let chunk = 0; chunk < chunkCount; chunk++) {
          const [start, end] = coded.get(chunk) ?? [0, 0];
          expect(used[chunk]).toBe((before[chunk] ?? 0) + end - start);
        }
      }),
    );
  });

  it('goes out in the order of the files', () => {
    fc.assert(
      fc.property(situations, ({ students, used }) => {
        const units = unionOf(students);
        const sent = carried(units, chooseParity(students, units, layout, used), layout);
        const places = sent.map(([start]) =>
          layout.isParity(start) ? layout.unitsOfChunk(layout.chunkOf(start) ?? 0)[0] : start,
        );
        expect(places).toEqual([...places].sort((a, b) => a - b));
      }),
    );
  });
});

it('cuts ranges at the borders of chunks, and parity from units', () => {
  expect([...inChunks([[100, 300]], layout)]).toEqual([
    [0, [100, CHUNK_UNITS]],
    [1, [128, 256]],
    [2, [256, 300]],
  ]);
  expect([...inChunks([[998, unitCount + 2]], layout)]).toEqual([
    [7, [998, 1000]],
    [0, [unitCount, unitCount + 2]],
  ]);
});

function within(numbers: RangeSet, range: readonly [number, number]): number {
  return sizeOf(intersect(numbers, [range]));
}
