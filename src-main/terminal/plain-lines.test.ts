import { expect, it } from 'vitest';
import { studentChanges, teacherChanges } from './plain-lines';
import { member, repairing, round, student, teacher, transfer } from './snapshot-fixtures';

const start = teacher([transfer({ permanent: [member('Anna', { state: 'receiving' })] })]);

it('tells a teacher what there is at the start', () => {
  expect(teacherChanges(undefined, start)).toEqual([
    `The room Studio A is open at 127.0.0.1:41234, fingerprint ${'3f2a91bc77de0a1c'.repeat(4)}.`,
    'Anna (10.0.0.2) is in the room.',
    'To send: 12 files, 60.0 MB.',
    'First pass: 60.1 MB by multicast to 3 students.',
  ]);
});

it('tells the code, and each new one', () => {
  const withCode = (code: string | null) => ({ ...start, room: start.room === null ? null : { ...start.room, code } });
  expect(teacherChanges(undefined, withCode('01234567'))).toContain('Students join with the code 01234567.');
  expect(teacherChanges(withCode('01234567'), withCode('99999999'))).toEqual(['Students join with the code 99999999.']);
  expect(teacherChanges(withCode('01234567'), withCode(null))).toEqual([]);
});

it('names a stranger once, and says when it is not who it seems to be', () => {
  const eve = { id: 'e', name: 'Eve\u202e', ip: '10.0.0.66', sameName: false };
  const anna = { id: 'f', name: 'Anna', ip: '10.0.0.67', sameName: true };
  const one = { ...start, strangers: [eve] };
  expect(teacherChanges(start, one)).toEqual(['Eve (10.0.0.66) is not paired and was sent away.']);
  expect(teacherChanges(one, { ...start, strangers: [anna, eve] })).toEqual([
    'Anna (10.0.0.67) is not paired and was sent away. It is another device than the Anna of this class.',
  ]);
});

it('counts who is away for nobody', () => {
  const away = { ...start, students: start.students.map((one) => ({ ...one, ip: null, connected: false })) };
  expect(teacherChanges(start, away)).toEqual(['Anna has left the room.']);
});

it('is silent about progress', () => {
  const later = teacher([
    transfer({ permanent: [member('Anna', { state: 'receiving', progress: 0.5 })], elapsedMs: 9 }),
  ]);
  expect(teacherChanges(start, later)).toEqual([]);
});

it('tells changes of state, rounds and the end', () => {
  const later = teacher([repairing()]);
  expect(teacherChanges(start, later)).toEqual([
    'Ben (10.0.0.2) is in the room.',
    'Chloé (10.0.0.2) is in the room.',
    'Round 1: 3.2 MB by multicast to 3 students (the union of what three students miss).',
    'Ben is served by TCP: no multicast path.',
    'Chloé is complete.',
  ]);
  const over = teacher([transfer({ phase: 'finished', rounds: [round(0), round(1)], permanent: [member('Chloé')] })]);
  expect(teacherChanges(later, over)).toEqual([
    'Anna has left the room.',
    'Ben has left the room.',
    '1 of 1 has all 12 files. 2.1 s, 1 repair round.',
  ]);
});

it('tells a student where it is and what arrives', () => {
  const before = student();
  expect(studentChanges(undefined, before)).toEqual([
    'In the room Studio A (fingerprint 3f2a 91bc 77de 0a1c).',
    '1 file from Studio A.',
    'Receiving.',
  ]);
  expect(studentChanges(before, student({ missingBytes: 5 }))).toEqual([]);
  expect(studentChanges(before, student({ state: 'repairing', transmission: 1 }))).toEqual(['Repairing in round 1.']);
  expect(studentChanges(before, student({ state: 'complete' }))).toEqual(['Complete: 1 file in /home/anna/Music.']);
  expect(studentChanges(before, student({ state: 'failed', failure: 'The disk is full.' }))).toEqual([
    'Failed: The disk is full.',
  ]);
});
