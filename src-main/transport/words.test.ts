import { describe, expect, it } from 'vitest';
import { peerNameOf, reasonOf } from './words';

describe('peerNameOf', () => {
  it.each([
    ['Ana', 'Ana'],
    ['', '(no name)'],
    ['a\u001b[31m\u202eb', 'a [31mb'],
    ['x'.repeat(300), `${'x'.repeat(79)}…`],
    ['🎻'.repeat(80), `${'🎻'.repeat(39)}…`],
  ])('makes %j fit', (text, name) => expect(peerNameOf(text)).toBe(name));
});

describe('reasonOf', () => {
  it('is never longer than a message may be', () => {
    expect(reasonOf(new Error('short'))).toBe('short');
    expect(reasonOf('y'.repeat(9000))).toHaveLength(500);
  });
});
