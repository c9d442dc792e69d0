import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_FRAME_BYTES, MAX_HELLO_BYTES } from '../../src-shared/wire/limits';
import { WireError } from '../../src-shared/wire/wire-error';
import { encodeMessage, encodeProgressFrame, type Frame, FrameDecoder } from './frame-codec';
import { seededRandom } from './seeded-random';

const u32 = fc.nat({ max: 0xffffffff });
const sent = fc.oneof(
  fc.record({
    kind: fc.constant('message' as const),
    body: fc.dictionary(fc.string(), fc.oneof(fc.string({ unit: 'binary' }), fc.integer(), fc.array(fc.string()))),
    attachment: fc.uint8Array({ maxLength: 300 }),
  }),
  fc.record({
    kind: fc.constant('progress' as const),
    progress: fc.record({ transmission: fc.nat({ max: 0xffff }), highest: u32, received: u32 }),
  }),
);

/** JSON has no lone surrogates or -0: what arrives is what JSON made of it. */
function asArrived(frame: Frame): Frame {
  if (frame.kind === 'progress') return frame;
  const json = Buffer.from(JSON.stringify(frame.body)).toString();
  return { ...frame, body: JSON.parse(json) };
}

function encode(frame: Frame): Buffer {
  if (frame.kind === 'progress') return encodeProgressFrame(frame.progress);
  return encodeMessage(frame.body as object, frame.attachment);
}

function decodePieces(bytes: Uint8Array, cuts: readonly number[], decoder = new FrameDecoder()): Frame[] {
  const edges = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return edges.slice(1).flatMap((end, i) => [...decoder.feed(bytes.subarray(edges[i], end))]);
}

function rawFrame(kind: number, body: Uint8Array): Buffer {
  const frame = Buffer.alloc(5 + body.length);
  frame.writeUInt32BE(1 + body.length);
  frame[4] = kind;
  frame.set(body, 5);
  return frame;
}

function jsonFrame(json: string | Uint8Array): Buffer {
  const bytes = Buffer.from(json);
  const head = Buffer.alloc(4);
  head.writeUInt32BE(bytes.length);
  return rawFrame(1, Buffer.concat([head, bytes]));
}

describe('frame codec', () => {
  it('reads back what was written, whatever pieces it comes in', () => {
    fc.assert(
      fc.property(fc.array(sent, { maxLength: 6 }), fc.array(fc.nat(), { maxLength: 40 }), (frames, cuts) => {
        const decoded = decodePieces(Buffer.concat(frames.map(encode)), cuts);
        expect(
          decoded.map((frame) => ('attachment' in frame ? { ...frame, attachment: [...frame.attachment] } : frame)),
        ).toEqual(
          frames
            .map(asArrived)
            .map((frame) => ('attachment' in frame ? { ...frame, attachment: [...frame.attachment] } : frame)),
        );
      }),
      { numRuns: 1000 },
    );
  });

  it('gives nothing for a truncated frame and never an error', () => {
    fc.assert(
      fc.property(sent, fc.nat(), (frame, cut) => {
        const bytes = encode(frame);
        expect([...new FrameDecoder().feed(bytes.subarray(0, cut % bytes.length))]).toEqual([]);
      }),
    );
  });

  it('has the layout of PROTOCOL.md section 4', () => {
    expect(encodeMessage({ a: 1 }, Uint8Array.of(9)).toString('hex')).toBe(
      `0000000d01${'00000007'}${Buffer.from('{"a":1}').toString('hex')}09`,
    );
    expect(encodeProgressFrame({ transmission: 1, highest: 2, received: 3 }).toString('hex')).toBe(
      '0000000b0200010000000200000003',
    );
  });

  it('survives 100,000 random inputs with WireError or frames only', () => {
    const random = seededRandom(20);
    let errors = 0;
    for (let i = 0; i < 100_000; i++) {
      const bytes = Uint8Array.from({ length: Math.floor(random() * 48) }, () => Math.floor(random() * 256));
      // Half of them get a plausible head, or nothing would reach past the length check.
      const input = i % 2 === 0 ? bytes : rawFrame(1 + Math.floor(random() * 2), bytes);
      try {
        decodePieces(input, [Math.floor(random() * 48)]);
      } catch (error) {
        expect(error).toBeInstanceOf(WireError);
        errors++;
      }
    }
    expect(errors).toBeGreaterThan(50_000);
  });

  it('refuses a frame above the limit by its head alone, and takes it once the limit is raised', () => {
    const frame = encodeMessage({ a: 'x'.repeat(MAX_HELLO_BYTES) });
    expect(() => [...new FrameDecoder().feed(frame.subarray(0, 4))]).toThrow(WireError);
    const decoder = new FrameDecoder();
    decoder.setLimits(MAX_FRAME_BYTES, MAX_FRAME_BYTES);
    expect([...decoder.feed(frame)]).toHaveLength(1);
  });

  it('lets a limit that the first frame raises hold for the second in the same chunk', () => {
    const chunk = Buffer.concat([encodeMessage({ a: 1 }), encodeMessage({ b: 'x'.repeat(100) })]);
    const decoder = new FrameDecoder();
    decoder.setLimits(50, 50);
    const bodies: unknown[] = [];
    for (const frame of decoder.feed(chunk)) {
      if (frame.kind === 'message') bodies.push(frame.body);
      decoder.setLimits(1000, 1000);
    }
    expect(bodies).toHaveLength(2);
  });

  it('takes long attachments, not long JSON, where only those are allowed', () => {
    const decoder = new FrameDecoder();
    decoder.setLimits(1000, 100);
    expect([...decoder.feed(encodeMessage({ a: 1 }, new Uint8Array(900)))]).toHaveLength(1);
    expect(() => [...decoder.feed(encodeMessage({ a: 'x'.repeat(900) }))]).toThrow('longer than its kind');
  });

  it('refuses to write what no peer would read', () => {
    expect(() => encodeMessage({}, new Uint8Array(MAX_FRAME_BYTES))).toThrow(WireError);
  });

  it.each([
    ['an empty frame', Buffer.alloc(4)],
    ['a message without a JSON length', rawFrame(1, Buffer.alloc(3))],
    ['a JSON length past the end', rawFrame(1, Buffer.of(0, 0, 0, 9, 0x7b, 0x7d))],
    ['no JSON', jsonFrame('{]')],
    ['UTF-8 that is none', jsonFrame(Uint8Array.of(0x22, 0xff, 0x22))],
    ['a byte order mark', jsonFrame('\ufeff{}')],
    ['a progress report of the wrong length', rawFrame(2, Buffer.alloc(9))],
    ['brackets without end', jsonFrame('['.repeat(1_000_000))],
    ['deep objects', jsonFrame(`${'{"a":'.repeat(17)}1${'}'.repeat(17)}`)],
  ])('refuses %s', (_, bytes) => {
    expect(() => [...new FrameDecoder().feed(bytes)]).toThrow(WireError);
  });

  it('does not take brackets inside strings for depth', () => {
    const body = { a: '["\\"[[[[[[[[[[[[[[[[[[[[[[[[[' };
    const [frame] = new FrameDecoder().feed(encodeMessage(body));
    expect(frame).toMatchObject({ body });
  });

  it('leaves out kinds of frame it does not know', () => {
    const decoder = new FrameDecoder();
    const stream = Buffer.concat([rawFrame(77, Buffer.from('later')), encodeMessage({ a: 1 })]);
    expect([...decoder.feed(stream)]).toHaveLength(1);
  });
});
