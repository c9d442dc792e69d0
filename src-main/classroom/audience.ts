import type { Audience, GroupView } from '../../src-shared/ipc/snapshots';

/** To whom a transfer goes, and what becomes of that when the class changes meanwhile. */

/** Whether a transfer to this audience is for this student. Who is in a group counts at the moment of asking. */
export function isFor(audience: Audience, student: string, groups: readonly GroupView[]): boolean {
  return audience === 'everyone' || membersOf(audience, groups).includes(student);
}

/** How many students it can be for at most; infinite for everyone, as anybody may come in. */
export function sizeOf(audience: Audience, groups: readonly GroupView[]): number {
  return audience === 'everyone' ? Number.POSITIVE_INFINITY : membersOf(audience, groups).length;
}

/** A group has another name now. */
export function afterRename(audience: Audience, group: string, to: string): Audience {
  return isGroup(audience, group) ? { group: to } : audience;
}

/** A group is no more: what was for it is for those who were in it. */
export function afterRemoval(audience: Audience, { name, students }: GroupView): Audience {
  return isGroup(audience, name) ? { students } : audience;
}

/** A student is not paired any more. */
export function afterUnpairing(audience: Audience, student: string): Audience {
  if (audience === 'everyone' || 'group' in audience || !audience.students.includes(student)) return audience;
  return { students: audience.students.filter((id) => id !== student) };
}

function membersOf(audience: Exclude<Audience, 'everyone'>, groups: readonly GroupView[]): readonly string[] {
  if ('students' in audience) return audience.students;
  return groups.find(({ name }) => name === audience.group)?.students ?? [];
}

function isGroup(audience: Audience, name: string): boolean {
  return audience !== 'everyone' && 'group' in audience && audience.group === name;
}
