import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { GroupView } from '../../src-shared/ipc/snapshots';
import { messageOf } from '../../src-shared/text/message-of';
import { MAX_GROUPS, MAX_PEER_NAME_CHARS, MAX_STUDENTS } from '../../src-shared/wire/limits';
import { SerialQueue } from '../library/serial-queue';
import { isMissingFile, writePrivateFile } from '../security/private-file';

const fingerprint = z.string().regex(/^[0-9a-f]{64}$/);
const name = z.string().min(1).max(MAX_PEER_NAME_CHARS);

const studentSchema = z.object({
  id: fingerprint,
  /** What it calls itself, as it said last. */
  ownName: name,
  /** What the teacher calls it, once the teacher has said so. */
  givenName: name.exactOptional(),
  /** ms since 1970. */
  pairedAt: z.number(),
});
const groupSchema = z.object({ name, students: z.array(fingerprint).max(MAX_STUDENTS) });
const fileSchema = z.object({
  version: z.literal(1),
  students: z.array(studentSchema).max(MAX_STUDENTS),
  groups: z.array(groupSchema).max(MAX_GROUPS),
});

/** A student that this teacher is paired with; its fingerprint is who it is, names are for people. */
export type PairedStudent = Readonly<z.infer<typeof studentSchema>>;

interface State {
  readonly students: readonly PairedStudent[];
  readonly groups: readonly GroupView[];
}

/** The class list cannot be used, or what was asked of it is impossible; the message says what to do. */
export class ClassListError extends Error {
  override readonly name = 'ClassListError';
}

const FILE = 'class.json';
const people = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });

/**
 * The students that a teacher is paired with, and their groups, kept in a private file (PROTOCOL.md section 6.5). Every
 * change is on disk before it counts; one that cannot be stored changes nothing.
 */
export class ClassList {
  private readonly changes = new SerialQueue();
  private byId: ReadonlyMap<string, PairedStudent> = new Map();
  private names: ReadonlySet<string> = new Set();
  /** What students call themselves, where that is not on its way to the disk yet. */
  private readonly heard = new Map<string, string>();

  private constructor(
    private readonly path: string,
    private state: State,
  ) {
    this.index();
  }

  /** @throws ClassListError where the stored list is damaged: who is paired is never guessed. */
  static async load(stateDir: string): Promise<ClassList> {
    const path = join(stateDir, FILE);
    return new ClassList(path, await read(path));
  }

  /** Paired students, by name. */
  get students(): readonly PairedStudent[] {
    return this.state.students;
  }

  /** In the order in which they were made. */
  get groups(): readonly GroupView[] {
    return this.state.groups;
  }

  has(id: string): boolean {
    return this.byId.has(id);
  }

  /** What the teacher calls a student, or else what it calls itself; undefined for one that is not paired. */
  nameOf(id: string): string | undefined {
    const student = this.byId.get(id);
    return student === undefined ? undefined : nameOf(student);
  }

  /** Whether a paired student calls itself so, or is called so by the teacher, as people read names. */
  hasName(text: string): boolean {
    return this.names.has(folded(text));
  }

  /** Ids of a group's students; undefined where there is no such group. */
  membersOf(group: string): readonly string[] | undefined {
    return this.state.groups.find((entry) => entry.name === group)?.students;
  }

  /**
   * Knows a student from now on. One that was paired already keeps the name that the teacher gave it, and its groups.
   * @throws ClassListError where the class is full or the disk refuses.
   */
  pair(student: { readonly id: string; readonly name: string }, now: number): Promise<void> {
    return this.change((state) => {
      const known = state.students.find(({ id }) => id === student.id);
      if (known === undefined && state.students.length >= MAX_STUDENTS) {
        throw new ClassListError(`A class has room for ${MAX_STUDENTS} students: un-pair some that left it.`);
      }
      const entry = { ...known, id: student.id, ownName: student.name, pairedAt: now };
      return { ...state, students: [...state.students.filter(({ id }) => id !== student.id), entry] };
    });
  }

  /** What to call a student that calls itself `ownName` now: that, unless the teacher calls it something else. */
  nameFor(id: string, ownName: string): string {
    return this.byId.get(id)?.givenName ?? ownName;
  }

  /** A paired student said what it calls itself: of many names in a row only the last is stored. @throws ClassListError */
  async heardName(id: string, ownName: string): Promise<void> {
    const isWaiting = this.heard.has(id);
    if (!isWaiting && (this.byId.get(id)?.ownName ?? ownName) === ownName) return;
    this.heard.set(id, ownName);
    if (!isWaiting) await this.change((state) => edit(state, id, { ownName: this.takeHeard(id, ownName) }));
  }

  private takeHeard(id: string, otherwise: string): string {
    const name = this.heard.get(id) ?? otherwise;
    this.heard.delete(id);
    return name;
  }

  /** The teacher's own name for a student: it wins over what the student calls itself. @throws ClassListError */
  async rename(id: string, givenName: string): Promise<void> {
    if (!this.has(id)) throw new ClassListError('This student is not paired any more.');
    await this.change((state) => edit(state, id, { givenName }));
  }

  /** Forgets a student, in its groups as well. @throws ClassListError */
  unpair(id: string): Promise<void> {
    return this.change(({ students, groups }) => ({
      students: students.filter((student) => student.id !== id),
      groups: groups.map((group) => ({ ...group, students: group.students.filter((member) => member !== id) })),
    }));
  }

  /** Makes a group, or says anew who is in it; those who are not paired any more are left out. @throws ClassListError */
  setGroup(group: string, students: readonly string[]): Promise<void> {
    return this.change((state) => {
      const entry = { name: group, students: [...new Set(students)].filter((id) => this.has(id)) };
      const index = state.groups.findIndex((known) => known.name === group);
      if (index < 0 && state.groups.length >= MAX_GROUPS) {
        throw new ClassListError(`There may be ${MAX_GROUPS} groups: remove one that is not needed any more.`);
      }
      return { ...state, groups: index < 0 ? [...state.groups, entry] : state.groups.with(index, entry) };
    });
  }

  /** @throws ClassListError where there is no such group, or one of the new name. */
  renameGroup(group: string, to: string): Promise<void> {
    return this.change((state) => {
      requireGroup(state, group);
      if (group !== to && state.groups.some((entry) => entry.name === to)) {
        throw new ClassListError(`There is a group “${to}” already: choose another name.`);
      }
      return { ...state, groups: state.groups.map((entry) => (entry.name === group ? { ...entry, name: to } : entry)) };
    });
  }

  /** Its students stay paired. @throws ClassListError where there is no such group. */
  removeGroup(group: string): Promise<void> {
    return this.change((state) => {
      requireGroup(state, group);
      return { ...state, groups: state.groups.filter((entry) => entry.name !== group) };
    });
  }

  /** Resolves when everything that was asked for is on disk, or has failed. */
  whenSaved(): Promise<void> {
    return this.changes.idle();
  }

  private change(make: (state: State) => State): Promise<void> {
    return this.changes.run(async () => {
      const changed = make(this.state);
      const state = { ...changed, students: [...changed.students].sort(byName) };
      await this.write(state);
      this.state = state;
      this.index();
    });
  }

  private index(): void {
    const { students } = this.state;
    this.byId = new Map(students.map((student) => [student.id, student]));
    this.names = new Set(students.flatMap(({ ownName, givenName = ownName }) => [folded(ownName), folded(givenName)]));
  }

  private async write(state: State): Promise<void> {
    try {
      await writePrivateFile(this.path, `${JSON.stringify({ version: 1, ...state }, null, 2)}\n`);
    } catch (error) {
      throw new ClassListError(`Tutti cannot store the class list in ${this.path}: ${messageOf(error)}.`);
    }
  }
}

function edit(state: State, id: string, change: Partial<PairedStudent>): State {
  return { ...state, students: state.students.map((entry) => (entry.id === id ? { ...entry, ...change } : entry)) };
}

function requireGroup({ groups }: State, group: string): void {
  if (!groups.some((entry) => entry.name === group)) {
    throw new ClassListError(`There is no group “${group}” any more.`);
  }
}

function nameOf({ givenName, ownName }: PairedStudent): string {
  return givenName ?? ownName;
}

function folded(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}

function byName(a: PairedStudent, b: PairedStudent): number {
  return people.compare(nameOf(a), nameOf(b)) || (a.id < b.id ? -1 : 1);
}

async function read(path: string): Promise<State> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (isMissingFile(error)) return { students: [], groups: [] };
    throw new ClassListError(`Tutti cannot read the class list in ${path}: ${messageOf(error)}.`);
  }
  try {
    const { students, groups } = fileSchema.parse(JSON.parse(text));
    return { students, groups };
  } catch {
    throw new ClassListError(
      `The class list in ${path} is damaged. Put a copy of it back, or move it away and pair your students again.`,
    );
  }
}
