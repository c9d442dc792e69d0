import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  MAX_REQUEST_BYTES,
  readPacket,
  writeAck,
  writeData,
  writeError,
  writeOptionAck,
  writeReadRequest,
} from './packets';
import { TftpError } from './tftp-error';

const raw = (opcode: number, text: string): Uint8Array => Uint8Array.from([0, opcode, ...Buffer.from(text, 'utf8')]);

/** The code of the ERROR that answers these bytes. */
function codeFor(bytes: Uint8Array): number {
  try {
    readPacket(bytes);
  } catch (error) {
    if (error instanceof TftpError) return error.code;
    throw error;
  }
  throw new Error(`accepted ${Buffer.from(bytes).toString('hex')}`);
}

const word = fc.string({ unit: 'binary', maxLength: 20 }).filter((text) => !text.includes('\0'));
const smallWord = word.map((text) => text.toLowerCase());

describe('a request', () => {
  it('has the layout of RFC 1350 section 5 and RFC 2347', () => {
    const bytes = writeReadRequest('a/b.wav', 'octet', [
      ['blksize', '1428'],
      ['multicast', ''],
    ]);
    expect(Buffer.from(bytes).toString('latin1')).toBe('\0\x01a/b.wav\0octet\0blksize\x001428\0multicast\0\0');
    expect(readPacket(bytes)).toEqual({
      kind: 'read',
      file: 'a/b.wav',
      mode: 'octet',
      options: [
        ['blksize', '1428'],
        ['multicast', ''],
      ],
    });
  });

  it('is read back as it was written', () => {
    fc.assert(
      fc.property(
        word,
        fc.constantFrom('octet' as const, 'netascii' as const),
        fc.array(fc.tuple(smallWord, word)),
        (file, mode, options) => {
          fc.pre(file !== '');
          const length = 4 + Buffer.byteLength([file, mode, ...options.flat()].join('\0'));
          if (length > MAX_REQUEST_BYTES) return;
          const packet = readPacket(writeReadRequest(file, mode, options));
          expect(packet).toEqual({ kind: 'read', file, mode, options });
        },
      ),
    );
  });

  it('takes mode and option names in any case, and keeps the case of names and values', () => {
    expect(readPacket(raw(2, 'Song.WAV\0OcTeT\0BlkSize\0X1\0'))).toEqual({
      kind: 'write',
      file: 'Song.WAV',
      mode: 'octet',
      options: [['blksize', 'X1']],
    });
  });

  it('has names in UTF-8', () => {
    expect(readPacket(writeReadRequest('Übung/♪.flac', 'octet', []))).toMatchObject({ file: 'Übung/♪.flac' });
    expect(codeFor(Uint8Array.from([0, 1, 0xff, 0xfe, 0, ...Buffer.from('octet\0')]))).toBe(4);
  });

  it.each([
    ['no end', 'a\0octet'],
    ['an option without an end', 'a\0octet\0blksize\x00512'],
    ['an option without a value', 'a\0octet\0blksize\0'],
    ['an empty name', '\0octet\0'],
    ['no mode', 'a\0'],
    ['nothing', ''],
    ['an unknown mode', 'a\0binary\0'],
    ['the obsolete mode (RFC 1350 section 1)', 'a\0mail\0'],
    ['more than 512 bytes (RFC 2347)', `${'a'.repeat(600)}\0octet\0`],
    ['only terminators', '\0\0\0\0'],
  ])('with %s is answered with ERROR 4', (_, text) => {
    expect(codeFor(raw(1, text))).toBe(4);
  });

  it('is not written with more than 512 bytes', () => {
    expect(() => writeReadRequest('a'.repeat(505), 'octet', [])).toThrow(TftpError);
    expect(writeReadRequest('a'.repeat(503), 'octet', [])).toHaveLength(512);
  });
});

describe('the other packets', () => {
  it('have the layout of RFC 1350 section 5', () => {
    expect(writeData(0x1_0203, Uint8Array.of(9))).toEqual(Uint8Array.of(0, 3, 2, 3, 9));
    expect(writeAck(65_536)).toEqual(Uint8Array.of(0, 4, 0, 0));
    expect(Buffer.from(writeError(1, 'gone')).toString('latin1')).toBe('\0\x05\0\x01gone\0');
    expect(Buffer.from(writeOptionAck([['tsize', '7']])).toString('latin1')).toBe('\0\x06tsize\x007\0');
  });

  it('are read back as they were written', () => {
    fc.assert(
      fc.property(fc.nat(65_535), fc.uint8Array({ maxLength: 600 }), (block, payload) => {
        expect(readPacket(writeData(block, payload))).toEqual({ kind: 'data', block, payload });
        expect(readPacket(writeAck(block))).toEqual({ kind: 'ack', block });
      }),
    );
    expect(readPacket(writeError(3, 'full'))).toEqual({ kind: 'error', code: 3, message: 'full' });
    expect(readPacket(writeOptionAck([['a', 'b']]))).toEqual({ kind: 'oack', options: [['a', 'b']] });
    expect(readPacket(writeOptionAck([]))).toEqual({ kind: 'oack', options: [] });
  });

  it('take an ERROR for one, whatever its text is', () => {
    expect(readPacket(raw(5, '\0\x01'))).toEqual({ kind: 'error', code: 1, message: '' });
    expect(readPacket(Uint8Array.of(0, 5, 0, 2, 0x41, 0xff, 0x1b))).toEqual({ kind: 'error', code: 2, message: 'A??' });
    expect(readPacket(writeError(0, 'x'.repeat(1000)))).toEqual({ kind: 'error', code: 0, message: 'x'.repeat(200) });
  });

  it.each([
    [[]],
    [[0]],
    [[0, 3]],
    [[0, 3, 0]],
    [[0, 4, 1]],
    [[0, 5, 0]],
    [[0, 0, 0, 0]],
    [[0, 7, 0, 0]],
    [[1, 1, 0, 0]],
    [[0, 6, 0x61]],
    [[0, 6, 0x61, 0]],
  ])('of the bytes %j are answered with ERROR 4', (bytes) => {
    expect(codeFor(Uint8Array.from(bytes))).toBe(4);
  });

  it('are read or refused with a TftpError, whatever comes', () => {
    const start = fc.constantFrom(1, 2, 3, 4, 5, 6).map((opcode) => [0, opcode]);
    const bytes = fc.tuple(fc.oneof(start, fc.constant([])), fc.uint8Array({ maxLength: 80 }));
    fc.assert(
      fc.property(bytes, ([head, tail]) => {
        try {
          readPacket(Uint8Array.from([...head, ...tail]));
        } catch (error) {
          expect(error).toBeInstanceOf(TftpError);
        }
      }),
      { numRuns: 20_000 },
    );
  });
});
