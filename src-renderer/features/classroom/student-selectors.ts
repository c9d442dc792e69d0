import type { GroupView, StudentView } from '../../../src-shared/ipc/snapshots';

/** Those whose name holds what was typed, whatever the case and the accents: "zoe" finds "Zoé". */
export function findStudents(students: readonly StudentView[], typed: string): readonly StudentView[] {
  const wanted = plainLetters(typed.trim());
  return wanted === '' ? students : students.filter(({ name }) => plainLetters(name).includes(wanted));
}

/** The names of the groups that each student is in. */
export function groupsByStudent(groups: readonly GroupView[]): ReadonlyMap<string, readonly string[]> {
  const names = new Map<string, string[]>();
  for (const group of groups) {
    for (const id of group.students) {
      const list = names.get(id);
      if (list === undefined) names.set(id, [group.name]);
      else list.push(group.name);
    }
  }
  return names;
}

/** How many of a group's students are there, and connected; an id of nobody is not counted. */
export function countGroup(group: GroupView, students: readonly StudentView[]): { all: number; here: number } {
  const ids = new Set(group.students);
  const members = students.filter(({ id }) => ids.has(id));
  return { all: members.length, here: members.filter(({ connected }) => connected).length };
}

/** Letters that no normal form takes apart, as people type them on other keyboards. */
const TYPED_AS: Readonly<Record<string, string>> = {
  ı: 'i',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  þ: 'th',
};

function plainLetters(text: string): string {
  const letters = text.toLowerCase().normalize('NFD').replace(/\p{M}/gu, '');
  return letters.replace(/[ıøłđßæœþ]/g, (letter) => TYPED_AS[letter] ?? letter);
}
