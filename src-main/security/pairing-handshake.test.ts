import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CpaceError } from './cpace';
import { makeCode } from './pairing-code';
import { type PairingContext, PairingHandshake, type PairingRole } from './pairing-handshake';

const CONTEXT: PairingContext = {
  code: '01234567',
  exporter: Buffer.alloc(32, 7),
  student: 'aa'.repeat(32),
  teacher: 'bb'.repeat(32),
};

const start = (role: PairingRole, changes: Partial<PairingContext> = {}) =>
  new PairingHandshake(role, { ...CONTEXT, ...changes }, randomBytes(32));

describe('a pairing handshake', () => {
  it('proves to both sides that the other one knows the code', () => {
    const [student, teacher] = [start('student'), start('teacher')];
    const [mine, theirs] = [student.receive(teacher.share), teacher.receive(student.share)];
    expect(theirs.isProvedBy(mine.tag) && mine.isProvedBy(theirs.tag)).toBe(true);
    expect([mine.tag.length, student.share.length]).toEqual([128, 64]);
  });

  it.each<[string, Partial<PairingContext>]>([
    ['the code', { code: '01234568' }],
    ['the TLS connection', { exporter: Buffer.alloc(32, 8) }],
    ['the student’s certificate', { student: 'ab'.repeat(32) }],
    ['the teacher’s certificate', { teacher: 'ba'.repeat(32) }],
    ['who is who', { student: CONTEXT.teacher, teacher: CONTEXT.student }],
  ])('proves nothing when %s differs', (_, changes) => {
    const [student, teacher] = [start('student', changes), start('teacher')];
    const [mine, theirs] = [student.receive(teacher.share), teacher.receive(student.share)];
    expect(theirs.isProvedBy(mine.tag) || mine.isProvedBy(theirs.tag)).toBe(false);
  });

  it('is not fooled by its own share and tag sent back', () => {
    const teacher = start('teacher');
    const proof = teacher.receive(teacher.share);
    expect(proof.isProvedBy(proof.tag)).toBe(false);
    const student = start('student');
    const other = student.receive(student.share);
    expect(other.isProvedBy(other.tag)).toBe(false);
  });

  it('takes no tag but the right one', () => {
    const [student, teacher] = [start('student'), start('teacher')];
    const [mine, theirs] = [student.receive(teacher.share), teacher.receive(student.share)];
    for (const tag of ['', '00', mine.tag.slice(2), `${mine.tag}00`, theirs.tag, '0'.repeat(128)])
      expect(theirs.isProvedBy(tag)).toBe(false);
    fc.assert(
      fc.property(fc.nat({ max: 511 }), (bit) => {
        const bytes = Buffer.from(mine.tag, 'hex');
        bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(theirs.isProvedBy(bytes.toString('hex'))).toBe(false);
      }),
    );
  });

  it('refuses shares that no honest peer sends', () => {
    for (const share of ['00'.repeat(32), 'ff'.repeat(32), ''])
      expect(() => start('teacher').receive(share)).toThrow(CpaceError);
  });
});

describe('a code', () => {
  it('has eight digits, and begins with any', () => {
    const codes = Array.from({ length: 2_000 }, makeCode);
    expect(codes.every((code) => /^\d{8}$/.test(code))).toBe(true);
    // One of these ten being absent by chance: (9/10)^2000.
    expect(new Set(codes.map((code) => code.charAt(0))).size).toBe(10);
    expect(new Set(codes).size).toBeGreaterThan(1_990);
  });
});
