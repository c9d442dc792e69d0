import type { DiagnosisView, DoctorView, StudentView, TeacherSnapshot } from '../../../src-shared/ipc/snapshots';

/** What is the matter with some students, in the words of the texts; the first ones need the teacher most. */
const KINDS = [
  'snooping',
  'isolation',
  'firewall',
  'wrongAdapter',
  'overload',
  'wifi',
  'lossy',
  'silent',
  'gone',
  'good',
] as const;
export type FindingKind = (typeof KINDS)[number];

export interface ExaminedStudent {
  readonly id: string;
  readonly name: string;
  /** 0…1 of the probes that it heard. */
  readonly share: number;
}

/** Students with the same trouble, or with none. */
export interface Finding {
  readonly kind: FindingKind;
  readonly students: readonly ExaminedStudent[];
}

/** Everybody who was examined, by what was found; those with trouble first. */
export function findingsOf({ students }: DoctorView, known: readonly StudentView[]): Finding[] {
  const names = new Map(known.map(({ id, name }) => [id, name]));
  return KINDS.map((kind) => ({
    kind,
    students: students
      .filter((one) => kindOf(one) === kind)
      .map(({ student: id, sent, received }) => {
        return { id, name: names.get(id) ?? '…', share: sent === 0 ? 0 : received / sent };
      }),
  })).filter((finding) => finding.students.length > 0);
}

function kindOf({ verdict, cause }: DiagnosisView): FindingKind {
  if (verdict === 'good') return 'good';
  return cause ?? (verdict === 'lossy' ? 'lossy' : 'silent');
}

/** Why the network cannot be examined now, if it cannot. */
export function obstacle({ students, transfers }: TeacherSnapshot): 'nobodyHere' | 'sending' | undefined {
  if (!students.some(({ connected }) => connected)) return 'nobodyHere';
  const rests = ['queued', 'finished', 'failed'];
  return transfers.some(({ phase }) => !rests.includes(phase)) ? 'sending' : undefined;
}
