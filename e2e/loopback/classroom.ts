import { createHash, randomBytes, randomInt } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { expect, vi } from 'vitest';
import { loadIdentity } from '../../src-main/security/identity';
import { StudentNode, type StudentNodeOptions } from '../../src-main/transport/student-node';
import { TeacherRoom, type TeacherRoomOptions } from '../../src-main/transport/teacher-room';
import type { StudentEvent, TeacherEvent } from '../../src-shared/ipc/events';

/** Nothing in these tests may leave the machine. */
export const LOOPBACK = '127.0.0.1';
const PATIENCE_MS = 40_000;

type Named<E extends { event: string }, N extends E['event']> = Extract<E, { event: N }>;

/** What a teacher or a student has told so far. */
export class EventLog<E extends { event: string }> {
  readonly all: E[] = [];
  readonly add = (event: E): void => {
    this.all.push(event);
  };

  of<N extends E['event']>(name: N): Named<E, N>[] {
    return this.all.filter((event): event is Named<E, N> => event.event === name);
  }

  /** The first event of this name that fits, now or later. */
  async first<N extends E['event']>(
    name: N,
    fits: (event: Named<E, N>) => boolean = () => true,
    patienceMs = PATIENCE_MS,
  ): Promise<Named<E, N>> {
    return vi.waitFor(
      () => {
        const found = this.of(name).find(fits);
        if (found === undefined) throw new Error(`no “${name}” among ${this.all.map(({ event }) => event).join(' ')}`);
        return found;
      },
      { timeout: patienceMs, interval: 10 },
    );
  }
}

export interface Teacher {
  readonly room: TeacherRoom;
  readonly events: EventLog<TeacherEvent>;
  readonly place: { readonly host: string; readonly port: number };
  readonly fingerprint: string;
}

export interface Student {
  readonly node: StudentNode;
  readonly events: EventLog<StudentEvent>;
  readonly id: string;
  readonly directory: string;
  readonly stateDir: string;
}

interface StudentSettings extends Partial<Omit<StudentNodeOptions, 'onEvent'>> {
  /** As TUTTI_IMPAIR says it. */
  readonly impairment?: string;
}

/** A temporary folder with teachers and students in it, all on the loopback interface. */
export class Classroom {
  private readonly cleanups: (() => Promise<unknown>)[] = [];
  private readonly group = `239.255.${randomInt(1, 255)}.${randomInt(1, 255)}`;
  private readonly groupPort = randomInt(20_000, 30_000);

  private constructor(readonly folder: string) {}

  static async open(): Promise<Classroom> {
    vi.stubEnv('TUTTI_INTERFACE', LOOPBACK);
    return new Classroom(await mkdtemp(join(tmpdir(), 'tutti-loopback-')));
  }

  path(...names: string[]): string {
    return join(this.folder, ...names);
  }

  atEnd(cleanup: () => Promise<unknown>): void {
    this.cleanups.push(cleanup);
  }

  async close(): Promise<void> {
    for (const cleanup of this.cleanups.splice(0).reverse()) await cleanup();
    await rm(this.folder, { recursive: true, force: true });
    vi.unstubAllEnvs();
  }

  async teacher(name: string, options: Partial<TeacherRoomOptions> = {}): Promise<Teacher> {
    const events = new EventLog<TeacherEvent>();
    const room = await TeacherRoom.open({
      name,
      stateDir: this.path(name, 'state'),
      listen: { host: LOOPBACK, port: 0 },
      interface: LOOPBACK,
      group: this.group,
      groupPort: this.groupPort,
      ttl: 0,
      admit: 'anyone',
      rate: 20_000_000,
      repair: 'auto',
      onEvent: events.add,
      ...options,
    });
    this.atEnd(() => room.close());
    const { address: host, port, fingerprint } = await events.first('room');
    return { room, events, place: { host, port }, fingerprint };
  }

  async student(
    name: string,
    { place, fingerprint }: Pick<Teacher, 'place' | 'fingerprint'>,
    { impairment = '', ...options }: StudentSettings = {},
  ): Promise<Student> {
    vi.stubEnv('TUTTI_IMPAIR', impairment);
    const events = new EventLog<StudentEvent>();
    const directory = options.directory ?? this.path(name, 'music');
    const stateDir = options.stateDir ?? this.path(name, 'state');
    const node = await StudentNode.open({
      name,
      stateDir,
      directory,
      connect: place,
      interface: LOOPBACK,
      trust: { pin: fingerprint, firstUse: false },
      folderTemplate: '',
      onEvent: events.add,
      ...options,
    });
    this.atEnd(() => node.close());
    const { fingerprint: id } = await loadIdentity(stateDir);
    return { node, events, id, directory, stateDir };
  }

  /** Makes files of random bytes. @returns the folder that holds them. */
  async files(folder: string, sizes: Readonly<Record<string, number>>): Promise<string> {
    for (const [name, size] of Object.entries(sizes)) {
      const path = this.path(folder, name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, randomBytes(size));
    }
    return this.path(folder);
  }
}

/** Sends to everyone, at once. @returns the transfer's id */
export async function sendTo(room: TeacherRoom, paths: readonly string[]): Promise<string> {
  const { transfer } = await room.send({ paths: [...paths], audience: 'everyone', start: { when: 'now' } });
  return transfer;
}

/** SHA-256 of every file below a folder, by its path from there; what is hidden counts too. What begins with one of `without` is not looked at: it may come and go. */
export async function digests(folder: string, ...without: string[]): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const paths = entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter((path) => !without.some((prefix) => path.startsWith(prefix)));
  const pairs = await Promise.all(
    paths.sort().map(async (path) => {
      const digest = createHash('sha256').update(await readFile(join(folder, path)));
      return [path, digest.digest('hex')] as const;
    }),
  );
  return Object.fromEntries(pairs);
}

/** Every student has what is in this folder, in a folder of the same name. */
export async function expectEverywhere(students: readonly Student[], folder: string): Promise<void> {
  const sent = await digests(folder);
  expect(Object.keys(sent).length).toBeGreaterThan(0);
  for (const { directory } of students) expect(await digests(join(directory, basename(folder)))).toEqual(sent);
}
