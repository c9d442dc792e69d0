import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openSender } from '../../src-main/transport/dgram-channel';
import { decodeRanges } from '../../src-shared/ranges/range-codec';
import {
  DATA,
  type DataHeader,
  HEADER_BYTES,
  PROBE,
  splitTransferId,
  writeHeader,
} from '../../src-shared/wire/data-datagram';
import { MAX_TRANSFER_BYTES } from '../../src-shared/wire/limits';
import type { ManifestFile } from '../../src-shared/wire/messages';
import { Classroom, digests, LOOPBACK, type Student } from './classroom';
import { entry, makePiece, type Piece, ScriptedTeacher, type Visit } from './scripted-teacher';

const ALL = [[0, 11]] as const;
const GROUP = '239.255.77.77';
const NO_HEADER = { kind: DATA, transmission: 0, sequence: 0, offset: 0 } as const;

let classroom: Classroom;
let teacher: ScriptedTeacher;
let student: Student;

beforeEach(async () => {
  classroom = await Classroom.open();
  teacher = await ScriptedTeacher.open(classroom);
  student = await classroom.student('Student', teacher);
  await student.events.first('enrolled');
});
afterEach(() => classroom.close());

async function visit(number = 1): Promise<Visit> {
  return vi.waitFor(() => teacher.visits[number - 1] ?? Promise.reject(new Error('nobody has come')), {
    timeout: 20_000,
  });
}

/** Sends a whole piece over TCP. */
async function deliver(to: Visit, piece: Piece, transmission = 0): Promise<void> {
  to.announce(piece, transmission, ALL);
  await to.said.first('elect', (elect) => elect.transfer === piece.transfer && elect.transmission === transmission);
  to.fill(piece, transmission, [0, 11]);
  to.end(piece, transmission);
}

async function expectReceived(...pieces: Piece[]): Promise<void> {
  for (const { transfer } of pieces) await student.events.first('complete', (event) => event.transfer === transfer);
  expect((await readdir(student.directory)).sort()).toEqual(
    pieces.map(({ manifest }) => manifest.files[0]?.path[0]).sort(),
  );
  for (const { manifest, plaintext } of pieces) {
    const stored = await readFile(join(student.directory, manifest.files[0]?.path[0] ?? ''));
    expect(Buffer.compare(stored, plaintext)).toBe(0);
  }
}

const HOSTILE_OFFERS: [string, ManifestFile[], RegExp][] = [
  ['a way up', [entry('..', 'evil.wav')], /stands for another folder/],
  ['a way up in the middle', [entry('a', '..', '..', 'evil.wav')], /stands for another folder/],
  ['a slash in a name', [entry('../../evil.wav')], /holds a slash/],
  ['an absolute path', [entry('/etc/evil')], /holds a slash/],
  ['an empty segment first', [entry('', 'etc', 'evil')], /is empty/],
  ['a drive', [entry('C:', 'evil.wav')], /is the name of a drive/],
  ['a UNC path', [entry('\\\\server\\share\\evil.wav')], /backslash/],
  ['NUL', [entry('evil.wav\0.txt')], /control character/],
  ['an escape sequence', [entry('\u001b[2J.wav')], /control character/],
  ['text that runs backwards', [entry('song\u202egpj.exe')], /invisible/],
  ['a look-alike of ..', [entry('\u2025', 'evil.wav')], /path separator/],
  ['a look-alike of /', [entry('a\uff0fb')], /path separator/],
  ['the state folder', [entry('.tutti', 'pins.json')], /keeps its own files/],
  ['the state folder in capitals', [entry('.TUTTI', 'pins.json')], /keeps its own files/],
  ['half a surrogate pair', [entry('\ud800')], /not valid text/],
  ['256 bytes', [entry('x'.repeat(256))], /longer than 255 bytes/],
  ['33 folders', [entry(...Array.from({ length: 34 }, () => 'a'))], /more than 32 folders deep/],
  ['one path twice', [entry('a.wav'), entry('a.wav')], /two files named/],
  ['a file where a folder is', [entry('a'), entry('a', 'b.wav')], /both as a file and as a folder/],
  ['more than there is space for', [{ ...entry('a.wav'), size: MAX_TRANSFER_BYTES - 1 }], /too little space/],
  ['more than 16 TB in all', [1, 2].map((n) => ({ ...entry(`${n}`), size: MAX_TRANSFER_BYTES })), /more than 16 TB/],
];

describe('a hostile teacher', () => {
  it.each(HOSTILE_OFFERS)('offers %s: told in a sentence, nothing is written', async (_, files, sentence) => {
    const session = await visit();
    const piece = makePiece();
    session.announce({ ...piece, manifest: { files, covers: [] } }, 0, ALL);
    const { reason } = await session.answer('failed', piece.transfer);
    expect(reason).toMatch(sentence);
    expect(reason).toMatch(/^[^\n]{10,300}\.$/);
    expect(await student.events.first('failed')).toMatchObject({ reason });
    const own = ['identity', 'pins', 'last-room'].map((name) => `Student/state/${name}`);
    expect(await digests(classroom.folder, 'scripted teacher', ...own)).toEqual({});
    expect(session.closed).toBeUndefined();
    const honest = makePiece();
    await deliver(session, honest);
    await expectReceived(honest);
  });

  it('gives a wrong root: nothing is stored before the right one comes', async () => {
    const session = await visit();
    const piece = makePiece();
    session.announce(piece, 0, ALL);
    await session.answer('elect', piece.transfer);
    session.fill(piece, 0, [0, 11]);
    session.end(piece, 0, 'ab'.repeat(32));
    const report = await session.answer('report', piece.transfer);
    expect(decodeRanges(report.attachment, 11)).toEqual([[10, 11]]);
    expect(await digests(student.directory)).toEqual({});
    await deliver(session, piece, 1);
    await expectReceived(piece);
  });

  it('sends digests of something else: the content is missing again', async () => {
    const session = await visit();
    const piece = makePiece();
    const other = makePiece();
    session.announce(piece, 0, ALL);
    await session.answer('elect', piece.transfer);
    session.fill({ ...piece, trailer: other.trailer }, 0, [0, 11]);
    session.end(piece, 0, other.root);
    const report = await session.answer('report', piece.transfer);
    expect(decodeRanges(report.attachment, 11)).toEqual([[0, 10]]);
    expect(await digests(student.directory)).toEqual({});
  });

  it('sends bad payloads from the right address, and junk: repaired, nothing bad is stored', async () => {
    const session = await visit();
    const piece = makePiece();
    const group = { group: GROUP, port: 29_999 };
    const sender = await openSender({ ...group, interface: LOOPBACK, ttl: 0 });
    classroom.atEnd(() => sender.close());
    const source = { address: sender.sourceAddress, port: sender.sourcePort };
    session.announce(piece, 0, ALL, { mode: 'plain', ...group, source });
    await session.answer('elect', piece.transfer);
    sender.send(datagramOf(piece, { kind: PROBE }, Buffer.alloc(0)));
    expect(await session.answer('ready', piece.transfer)).toMatchObject({ probeSeen: true });
    const space = Buffer.concat([piece.ciphertext, piece.trailer]);
    for (let unit = 0; unit < 11; unit++) {
      const start = piece.layout.offsetOf(unit);
      const payload = Buffer.from(space.subarray(start, start + piece.layout.lengthOf(unit)));
      if (unit === 3) payload.fill(0);
      sender.send(datagramOf(piece, { transmission: 7, sequence: unit, offset: start }, payload));
      sender.send(datagramOf(piece, { sequence: unit, offset: start + 1 }, payload));
      sender.send(datagramOf(piece, { sequence: unit, offset: start }, payload.subarray(1)));
      sender.send(datagramOf(piece, { sequence: unit + 5_000, offset: start }, payload));
      sender.send(randomBytes(unit * 100));
      sender.send(datagramOf(piece, { sequence: unit, offset: start }, payload));
    }
    session.connection.send({
      type: 'end',
      transfer: piece.transfer,
      transmission: 0,
      lastSequence: 10,
      root: piece.root,
    });
    const report = await session.answer('report', piece.transfer);
    expect(decodeRanges(report.attachment, 11)).toEqual([[0, 10]]);
    await deliver(session, piece, 1);
    await expectReceived(piece);
  });

  it('fills past the end, or half a unit: told why and let go; the next visit is as good as new', async () => {
    const piece = makePiece();
    for (const [number, [unit, length]] of [
      [11, 1],
      [2 ** 50, 1],
      [0, 1],
    ].entries()) {
      const session = await visit(number + 1);
      session.announce(piece, number, ALL);
      await session.answer('elect', piece.transfer);
      const attachment = new Uint8Array(length ?? 0);
      session.connection.send(
        { type: 'fill', transfer: piece.transfer, transmission: number, unit: unit ?? 0 },
        attachment,
      );
      await vi.waitFor(() => expect(session.closed).toMatchObject({ cause: 'fault', code: 'protocol' }), 10_000);
    }
    await deliver(await visit(4), piece, 3);
    await expectReceived(piece);
  });

  it('offers another key for a known transfer: what is decrypted is what belongs to the digests', async () => {
    const session = await visit();
    const piece = makePiece();
    const other = makePiece(['other.wav'], piece.transfer);
    session.announce(piece, 0, ALL);
    await session.answer('elect', piece.transfer);
    session.fill(piece, 0, [0, 4]);
    session.announce(other, 1, ALL);
    await session.said.first('elect', ({ transmission }) => transmission === 1);
    session.fill(piece, 1, [4, 11]);
    session.end(piece, 1);
    await expectReceived(piece);
  });

  it('comes back with another key for a transfer that is half here: it begins afresh', async () => {
    const piece = makePiece();
    const session = await visit();
    session.announce(piece, 0, ALL);
    await session.answer('elect', piece.transfer);
    session.fill(piece, 0, [0, 4]);
    await vi.waitFor(
      async () => expect(await readdir(join(student.stateDir, 'partial', piece.transfer))).toContain('journal'),
      {
        timeout: 5_000,
      },
    );
    await student.node.close();
    student = await classroom.student('Student', teacher);
    const again = await visit(2);
    expect(again.hello.held.map(({ transfer }) => transfer)).toEqual([piece.transfer]);
    const other = makePiece(['other.wav'], piece.transfer);
    await deliver(again, other);
    await expectReceived(other);
  });

  it('storms with 200 offers: the last one counts, and the disk does not fill', async () => {
    const session = await visit();
    for (let i = 0; i < 200; i++) session.announce(makePiece([`storm ${i}.wav`]), 0, ALL);
    const last = makePiece(['last.wav']);
    await deliver(session, last);
    await expectReceived(last);
    const partials = await readdir(join(student.stateDir, 'partial'));
    expect(partials.length).toBeLessThanOrEqual(10);
  });

  it('offers one transfer after the other and finishes none: only the latest few are kept', async () => {
    const session = await visit();
    for (let i = 0; i < 14; i++) {
      const piece = makePiece([`never ${i}.wav`]);
      session.announce(piece, 0, ALL);
      await session.answer('elect', piece.transfer);
      session.fill(piece, 0, [0, 4]);
    }
    const last = makePiece(['last.wav']);
    await deliver(session, last);
    await expectReceived(last);
    expect((await readdir(join(student.stateDir, 'partial'))).length).toBeLessThanOrEqual(10);
  });

  it('names a group that is none: served over TCP, with the reason', async () => {
    const session = await visit();
    const piece = makePiece();
    const source = { address: LOOPBACK, port: 9 };
    session.announce(piece, 0, ALL, { mode: 'plain', group: '8.8.8.8', source });
    expect(await session.answer('elect', piece.transfer)).toMatchObject({ why: expect.stringContaining('8.8.8.8') });
    expect(await session.answer('ready', piece.transfer)).toMatchObject({ probeSeen: false });
    session.end(piece, 0);
    await session.answer('report', piece.transfer);
    await deliver(session, piece, 1);
    await expectReceived(piece);
  });

  it('cancels, pauses and ends what it never announced: nothing happens', async () => {
    const session = await visit();
    const piece = makePiece();
    const transfer = 'f'.repeat(16);
    session.connection.send({ type: 'cancel', transfer, reason: 'none' });
    session.connection.send({ type: 'pause', transfer });
    session.end({ ...piece, transfer }, 3);
    session.fill({ ...piece, transfer }, 3, [0, 11]);
    session.connection.send({ type: 'finished', transfer });
    await deliver(session, piece);
    await expectReceived(piece);
    expect(student.events.of('failed')).toEqual([]);
  });
});

function datagramOf({ transfer }: Piece, header: Partial<DataHeader>, payload: Uint8Array): Uint8Array {
  const datagram = Buffer.concat([Buffer.alloc(HEADER_BYTES), payload]);
  const whole: DataHeader = { ...NO_HEADER, ...splitTransferId(transfer), ...header };
  writeHeader(datagram, whole);
  return datagram;
}
