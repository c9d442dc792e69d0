import { create } from 'zustand';
import type { Audience, GroupView, StartRule, StudentView, TeacherSnapshot } from '../../../src-shared/ipc/snapshots';

/** When the next transfer starts, as the teacher chose it: a time is one of the clock, not of a day. */
export type StartChoice = Exclude<StartRule, { when: 'at' }> | { readonly when: 'at'; readonly clock: string };

/** To whom and when: what the next drop does. Remembered until the window is closed for good. */
export interface SendOptions {
  readonly audience: Audience;
  readonly start: StartChoice;
}

export const initialOptions: SendOptions = { audience: 'everyone', start: { when: 'now' } };

export const useSendOptions = create<SendOptions>(() => initialOptions);

export function setAudience(audience: Audience): void {
  useSendOptions.setState({ audience });
}

export function setStart(start: StartChoice): void {
  useSendOptions.setState({ start });
}

/** The choice as a rule: a time of the clock that is past today is meant for tomorrow. */
export function startRuleOf(choice: StartChoice, now: Date): StartRule {
  return choice.when === 'at' ? { when: 'at', time: nextTimeOf(choice.clock, now) } : choice;
}

/** When the clock shows "10:45" the next time, in ms since 1970. */
export function nextTimeOf(clock: string, now: Date): number {
  const [hours = 0, minutes = 0] = clock.split(':').map(Number);
  const time = new Date(now);
  time.setHours(hours, minutes, 0, 0);
  if (time <= now) time.setDate(time.getDate() + 1);
  return time.getTime();
}

/** "10:45" five to ten minutes from now, on a round five: where the choice of a time begins. */
export function suggestedClock(now: Date): string {
  const time = new Date(now.getTime() + 5 * 60_000);
  time.setMinutes(Math.ceil(time.getMinutes() / 5) * 5);
  return `${String(time.getHours()).padStart(2, '0')}:${String(time.getMinutes()).padStart(2, '0')}`;
}

/** The audience without what is no more: a removed group is nobody, and a student who was un-paired is not asked for. */
export function presentAudience(
  audience: Audience,
  { students, groups }: Pick<TeacherSnapshot, 'students' | 'groups'>,
): Audience {
  if (audience === 'everyone') return audience;
  if ('group' in audience) return groups.some(({ name }) => name === audience.group) ? audience : 'everyone';
  const known = audience.students.filter((id) => students.some((student) => student.id === id));
  if (known.length === audience.students.length) return audience;
  return known.length === 0 ? 'everyone' : { students: known };
}

/** The paired students whom an audience means, in the order of the room. */
export function studentsOf(
  audience: Audience,
  students: readonly StudentView[],
  groups: readonly GroupView[],
): readonly StudentView[] {
  if (audience === 'everyone') return students;
  const ids = new Set('group' in audience ? membersOf(audience.group, groups) : audience.students);
  return students.filter(({ id }) => ids.has(id));
}

function membersOf(group: string, groups: readonly GroupView[]): readonly string[] {
  return groups.find(({ name }) => name === group)?.students ?? [];
}

/** How many of them are in the room. */
export function hereCount(students: readonly StudentView[]): number {
  return students.filter(({ connected }) => connected).length;
}

export interface Tightest {
  readonly name: string;
  readonly freeBytes: number;
  /** How many have less than is needed. */
  readonly tooSmall: number;
}

/** Who has the least space, of those who said how much they have; undefined where nobody did. */
export function tightestOf(students: readonly StudentView[], neededBytes: number): Tightest | undefined {
  let least: { readonly name: string; readonly freeBytes: number } | undefined;
  let tooSmall = 0;
  for (const { name, freeBytes, connected } of students) {
    if (freeBytes === undefined || !connected) continue;
    if (freeBytes < neededBytes) tooSmall++;
    if (least === undefined || freeBytes < least.freeBytes) least = { name, freeBytes };
  }
  return least === undefined ? undefined : { ...least, tooSmall };
}
