import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeNetascii, NetasciiDecoder } from './netascii';

const bytesOf = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'));
const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

function decodeInPieces(bytes: Uint8Array, pieceBytes: number): string {
  const decoder = new NetasciiDecoder();
  let text = '';
  for (let at = 0; at < bytes.length; at += pieceBytes)
    text += textOf(decoder.decode(bytes.subarray(at, at + pieceBytes)));
  return text + textOf(decoder.end());
}

describe('netascii', () => {
  it.each([
    ['a\nb', 'a\r\nb'],
    ['a\rb', 'a\r\0b'],
    ['\r\n', '\r\0\r\n'],
    ['', ''],
  ])('writes %j as %j', (plain, encoded) => {
    expect(textOf(encodeNetascii(bytesOf(plain)))).toBe(encoded);
    expect(decodeInPieces(bytesOf(encoded), 100)).toBe(plain);
  });

  it('gives back what was encoded, wherever the blocks are cut', () => {
    const text = fc
      .array(fc.constantFrom(0, 0x0a, 0x0d, 0x41, 0xff), { maxLength: 64 })
      .map((codes) => Uint8Array.from(codes));
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 9 }), (plain, pieceBytes) => {
        expect(decodeInPieces(encodeNetascii(plain), pieceBytes)).toBe(textOf(plain));
      }),
      { numRuns: 2000 },
    );
  });

  it('keeps a CR that neither LF nor NUL follows, and one at the end', () => {
    expect(decodeInPieces(bytesOf('a\rb\r'), 1)).toBe('a\rb\r');
    expect(decodeInPieces(bytesOf('\r\r\n'), 1)).toBe('\r\n');
  });
});
