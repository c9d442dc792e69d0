import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { share } from './share';

const leaf = fc.oneof(fc.integer(), fc.string(), fc.constant(null), fc.uint8Array({ maxLength: 4 }));
const { value } = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 3 }, leaf, fc.array(tie('value'), { maxLength: 4 }), tie('record')),
  record: fc.record({ id: fc.constantFrom('a', 'b', 'c'), x: tie('value'), y: leaf }, { requiredKeys: ['x'] }),
}));

describe('share', () => {
  it('always equals the next value', () => {
    fc.assert(
      fc.property(value, value, (previous, next) => {
        expect(share(previous, next)).toEqual(next);
      }),
    );
  });

  it('keeps the identity of an equal value', () => {
    fc.assert(
      fc.property(value, (previous) => {
        expect(share(previous, structuredClone(previous))).toBe(previous);
      }),
    );
  });

  it('keeps the identity of the members that did not change, wherever they moved', () => {
    const ana = { id: 'ana', loss: Uint8Array.of(1, 2) };
    const ben = { id: 'ben', loss: Uint8Array.of(3) };
    const next = [
      { id: 'new', loss: Uint8Array.of() },
      { id: 'ben', loss: Uint8Array.of(4) },
      { id: 'ana', loss: Uint8Array.of(1, 2) },
    ];
    const shared = share([ana, ben], next);
    expect(shared[2]).toBe(ana);
    expect(shared[1]).not.toBe(ben);
    expect(shared[1]?.loss).toEqual(Uint8Array.of(4));
  });

  it('notices a key that went away', () => {
    const previous: { id: string; why?: string } = { id: 'a', why: 'late' };
    expect(share(previous, { id: 'a' })).toEqual({ id: 'a' });
  });
});
