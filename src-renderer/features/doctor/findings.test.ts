import { describe, expect, it } from 'vitest';
import type { DiagnosisView, DoctorView, TeacherSnapshot, TransferView } from '../../../src-shared/ipc/snapshots';
import { findingsOf, obstacle } from './findings';

const diagnosis = (student: string, parts: Partial<DiagnosisView> = {}): DiagnosisView => ({
  ...{ student, sent: 200, received: 200, verdict: 'good' as const },
  ...parts,
});
const doctor = (students: DiagnosisView[]): DoctorView => ({ state: 'done', startedAt: 0, interface: '', students });
const student = (id: string, connected = true) => ({ id, name: id.toUpperCase(), ip: null, connected });

describe('findings', () => {
  it('group students by what is the matter, those with trouble first', () => {
    const examined = doctor([
      diagnosis('a'),
      diagnosis('b', { received: 150, verdict: 'lossy', cause: 'wifi' }),
      diagnosis('c', { received: 0, verdict: 'none', cause: 'firewall' }),
      diagnosis('d'),
      diagnosis('e', { received: 0, verdict: 'noAnswer' }),
      diagnosis('f', { received: 100, verdict: 'lossy' }),
    ]);
    const found = findingsOf(
      examined,
      ['a', 'b', 'c', 'd', 'e'].map((id) => student(id)),
    );
    expect(found.map(({ kind, students }) => [kind, students.map(({ name }) => name)])).toEqual([
      ['firewall', ['C']],
      ['wifi', ['B']],
      ['lossy', ['…']],
      ['silent', ['E']],
      ['good', ['A', 'D']],
    ]);
    expect(found[1]?.students[0]?.share).toBe(0.75);
  });
});

describe('an examination', () => {
  const snapshot = (connected: boolean, phases: TransferView['phase'][]) =>
    ({
      students: [student('a', false), student('b', connected)],
      transfers: phases.map((phase) => ({ phase })),
    }) as unknown as TeacherSnapshot;

  it.each<[string | undefined, TeacherSnapshot]>([
    ['nobodyHere', snapshot(false, [])],
    ['sending', snapshot(true, ['transmitting', 'queued'])],
    [undefined, snapshot(true, ['queued', 'finished', 'failed'])],
    [undefined, snapshot(true, [])],
  ])('is hindered by %s', (reason, shown) => {
    expect(obstacle(shown)).toBe(reason);
  });
});
