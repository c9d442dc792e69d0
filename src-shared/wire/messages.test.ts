import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  MAX_COVER_BYTES,
  MAX_COVERS_BYTES,
  MAX_HELD_TRANSFERS,
  MAX_PEER_NAME_CHARS,
  MAX_PROBE_LISTEN_MS,
  MAX_PROBES,
  MAX_REASON_CHARS,
  MAX_TRANSFER_BYTES,
} from './limits';
import { parseStudentMessage, parseTeacherMessage } from './messages';
import { WireError } from './wire-error';

const transfer = '00112233aabbccdd';
const sha256 = 'ab'.repeat(32);
const reason = 'a reason';
const file = { path: ['Études', 'No. 1.flac'], size: 5, modified: 0 };
const offer = { manifest: { files: [file], covers: [] }, key: `${'A'.repeat(43)}=`, payloadBytes: 1448 };
const announce = {
  ...{ type: 'announce', transfer, transmission: 0, mode: 'plain', group: '239.255.1.2', port: 5000 },
  ...{ source: { address: 'fe80::1', port: 40_000 }, firstSequence: 0xffffffff },
  ...{ progressMs: 10, progressDatagrams: 128, probeMs: 300, root: sha256, offer },
};
const hello = { type: 'hello', version: 1, name: 'Ada', held: [{ transfer, complete: false, missing: 'AAAA' }] };
const report = { type: 'report', transfer, transmission: 3, ip: '10.0.0.7', forged: 0 };

const probe = { type: 'probe', id: transfer, group: '239.1.2.3', port: 47_472, slow: 60, fast: 600, listenMs: 5000 };
const probeReport = { type: 'probeReport', id: transfer, slow: 60, fast: 0, adapter: 'wifi', elsewhere: false };

const both = [
  { type: 'ping', id: 0 },
  { type: 'pong', id: 7 },
  { type: 'fault', code: 'busy', reason },
];
const fromTeacher = [
  ...both,
  announce,
  { type: 'welcome', version: 1, room: 'Room 12', student: sha256 },
  { type: 'end', transfer, transmission: 65_535, lastSequence: 0, root: sha256 },
  { type: 'fill', transfer, transmission: 1, unit: 0 },
  { type: 'cancel', transfer, reason },
  { type: 'pause', transfer },
  { type: 'resume', transfer },
  { type: 'finished', transfer },
  probe,
];
const fromStudent = [
  ...both,
  hello,
  report,
  { type: 'leave', reason },
  { type: 'elect', transfer, transmission: 0, join: true, why: reason },
  { type: 'ready', transfer, transmission: 0, probeSeen: false },
  { type: 'complete', transfer },
  { type: 'failed', transfer, reason },
  probeReport,
];

/** The message with one field, named by its path, set to another value. */
function withField(message: object, path: string, value: unknown): unknown {
  const copy = structuredClone(message);
  const keys = path.split('.');
  let holder: unknown = copy;
  for (const key of keys.slice(0, -1)) holder = Reflect.get(Object(holder), key);
  Reflect.set(Object(holder), keys.at(-1) ?? '', value);
  return copy;
}

describe('messages', () => {
  it.each(fromTeacher)('of a teacher: $type', (message) => {
    expect(parseTeacherMessage(structuredClone(message))).toEqual(message);
  });

  it.each(fromStudent)('of a student: $type', (message) => {
    expect(parseStudentMessage(structuredClone(message))).toEqual(message);
  });

  it('of an unknown kind are nothing, and so are those of the other side', () => {
    expect(parseTeacherMessage({ type: 'archive', x: 1 })).toBeUndefined();
    expect(parseStudentMessage({ type: 'archive', x: 1 })).toBeUndefined();
    expect(parseTeacherMessage(report)).toBeUndefined();
    expect(parseStudentMessage(announce)).toBeUndefined();
    expect(parseStudentMessage({ type: 'toString' })).toBeUndefined();
    expect(parseStudentMessage({ type: '__proto__' })).toBeUndefined();
  });

  it.each([null, undefined, 1, 'hello', [], {}, { type: 1 }, { type: null }, [hello]])('is not one: %j', (body) => {
    expect(() => parseStudentMessage(body)).toThrow(WireError);
    expect(() => parseTeacherMessage(body)).toThrow(WireError);
  });

  it('keep no field that they do not have', () => {
    expect(parseStudentMessage({ ...report, extra: 1 })).toEqual(report);
  });

  const manyCovers = Math.floor(MAX_COVERS_BYTES / MAX_COVER_BYTES) + 1;
  const cover = { mime: 'image/png', data: 'A'.repeat(4 * Math.floor(MAX_COVER_BYTES / 3)) };
  it.each([
    ['transfer', 'short'],
    ['transfer', transfer.toUpperCase()],
    ['transmission', -1],
    ['transmission', 65_536],
    ['transmission', 0.5],
    ['mode', 'pigeon'],
    ['group', 'localhost'],
    ['port', 0],
    ['port', 65_536],
    ['source.address', '10.0.0.256'],
    ['source.port', 0],
    ['firstSequence', 2 ** 32],
    ['progressMs', 0],
    ['progressDatagrams', 0],
    ['probeMs', 60_000],
    ['root', sha256.slice(1)],
    ['offer.key', 'AAAA'],
    ['offer.payloadBytes', 1449],
    ['offer.payloadBytes', 0],
    ['offer.manifest.files', []],
    ['offer.manifest.files.0.path', []],
    ['offer.manifest.files.0.size', MAX_TRANSFER_BYTES + 1],
    ['offer.manifest.files.0.size', Number.NaN],
    ['offer.manifest.files.0.modified', 'today'],
    ['offer.manifest.covers', [{ ...cover, mime: 'image/svg+xml' }]],
    ['offer.manifest.covers', [{ ...cover, data: `${cover.data}${'A'.repeat(8)}` }]],
    ['offer.manifest.covers', Array(manyCovers).fill(cover)],
  ])('with a wrong %s are an error that names it', (path, value) => {
    const wrong = () => parseTeacherMessage(withField(announce, path, value));
    expect(wrong).toThrow(WireError);
    expect(wrong).toThrow(`message: ${path}`);
  });

  it.each([
    [hello, 'name', ''],
    [hello, 'name', 'x'.repeat(MAX_PEER_NAME_CHARS + 1)],
    [hello, 'version', '1'],
    [hello, 'held', Array(MAX_HELD_TRANSFERS + 1).fill(hello.held[0])],
    [hello, 'held.0.missing', '§'],
    [report, 'ip', 'my machine'],
    [report, 'forged', -1],
    [probeReport, 'slow', MAX_PROBES + 1],
    [probeReport, 'adapter', 'pigeon'],
    [{ type: 'leave', reason }, 'reason', 'x'.repeat(MAX_REASON_CHARS + 1)],
    [{ type: 'ready', transfer, transmission: 0, probeSeen: true }, 'probeSeen', 'yes'],
  ])('of students too: %j with another %s', (message, path, value) => {
    const wrong = () => parseStudentMessage(withField(message, path, value));
    expect(wrong).toThrow(WireError);
    expect(wrong).toThrow(`message: ${path}`);
  });

  it.each([
    ['group', 'localhost'],
    ['slow', 0],
    ['fast', MAX_PROBES + 1],
    ['listenMs', MAX_PROBE_LISTEN_MS + 1],
  ])('of an examination too: a wrong %s', (path, value) => {
    expect(() => parseTeacherMessage(withField(probe, path, value))).toThrow(`message: ${path}`);
  });

  it('at their limits are taken', () => {
    const covers = Array(manyCovers - 1).fill(cover);
    expect(parseTeacherMessage(withField(announce, 'offer.manifest.covers', covers))).toBeDefined();
    expect(parseStudentMessage({ ...hello, name: 'x'.repeat(MAX_PEER_NAME_CHARS) })).toBeDefined();
    expect(parseStudentMessage({ type: 'leave', reason: 'x'.repeat(MAX_REASON_CHARS) })).toBeDefined();
  });

  it('are a message, nothing, or a WireError: any JSON, 100,000 times', () => {
    const kinds = [...fromTeacher, ...fromStudent];
    const spoilt = fc.tuple(fc.constantFrom(...kinds), fc.nat(20), fc.jsonValue()).map(([message, index, value]) => {
      const keys = Object.keys(message);
      return { ...message, [keys[index % keys.length] ?? 'type']: value };
    });
    let refused = 0;
    fc.assert(
      fc.property(fc.oneof({ weight: 1, arbitrary: fc.jsonValue() }, { weight: 3, arbitrary: spoilt }), (body) => {
        for (const parse of [parseTeacherMessage, parseStudentMessage]) {
          try {
            const message = parse(body);
            if (message !== undefined) expect(typeof message.type).toBe('string');
          } catch (error) {
            if (!(error instanceof WireError)) throw error;
            refused++;
          }
        }
      }),
      { numRuns: 100_000 },
    );
    expect(refused).toBeGreaterThan(50_000);
  });
});
