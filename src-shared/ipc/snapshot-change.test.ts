import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { apply, diff } from './snapshot-change';

const leaf = fc.oneof(
  fc.integer(),
  fc.double(),
  fc.string(),
  fc.constantFrom(null, true, false),
  fc.uint8Array({ maxLength: 4 }),
  fc.uint16Array({ maxLength: 4 }),
);
const { value } = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 4 }, leaf, fc.array(tie('value'), { maxLength: 4 }), tie('record')),
  record: fc.record(
    { id: fc.constantFrom('a', 'b', 'c'), x: tie('value'), is: tie('value'), cells: leaf },
    { requiredKeys: ['x'], noNullPrototype: true },
  ),
}));

function sendAlong<T>(before: T, after: T): T {
  const patch = structuredClone(diff(before, after));
  return patch === undefined ? before : apply(before, patch);
}

describe('a change', () => {
  it('turns the picture before into the picture after, also by way of the wire', () => {
    fc.assert(
      fc.property(value, value, (before, after) => {
        expect(sendAlong(before, after)).toStrictEqual(after);
      }),
    );
  });

  it('of nothing is nothing', () => {
    fc.assert(
      fc.property(value, (picture) => {
        expect(diff(picture, structuredClone(picture))).toBeUndefined();
      }),
    );
  });

  it('leaves the picture before as it was', () => {
    fc.assert(
      fc.property(value, value, (before, after) => {
        const copy = structuredClone(before);
        sendAlong(before, after);
        expect(before).toStrictEqual(copy);
      }),
    );
  });
});

describe('what a change does not touch', () => {
  const ana = { id: 'ana', loss: Uint8Array.of(1, 2), rate: 1 };
  const ben = { id: 'ben', loss: Uint8Array.of(3, 4), rate: 2 };

  it('keeps its identity, wherever it moved', () => {
    const after = [{ id: 'new' }, { ...ben, rate: 3 }, structuredClone(ana)];
    const applied: readonly unknown[] = sendAlong<readonly unknown[]>([ana, ben], after);
    expect(applied).toEqual(after);
    expect(applied[2]).toBe(ana);
    expect(applied[1]).not.toBe(ben);
    expect(applied[1]).toHaveProperty('loss', ben.loss);
    expect(Reflect.get(Object(applied[1]), 'loss')).toBe(ben.loss);
  });

  it('does not travel', () => {
    expect(diff({ students: [ana, ben] }, { students: [ana, { ...ben, rate: 3 }] })).toEqual({
      in: { students: { in: { 1: { set: { rate: 3 } } } } },
    });
    expect(diff([ana, ben], [ben])).toEqual({ order: [1] });
    const loss = Uint8Array.of(1, 2, 9, 4);
    expect(diff(Uint8Array.of(1, 2, 3, 4), loss)).toEqual({ from: 2, cells: Uint8Array.of(9) });
  });
});

it('knows a key that went away', () => {
  const before: { id: string; why?: string } = { id: 'a', why: 'late' };
  expect(sendAlong(before, { id: 'a' })).toStrictEqual({ id: 'a' });
});
