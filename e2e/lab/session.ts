import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StudentEvent, TeacherEvent } from '../../src-shared/ipc/events';
import { CliProcess, type Pipes } from './processes';
import type { SessionLog } from './protocol-checks';
import { type Host, Lab, run } from './topology';

export type Teacher = CliProcess<TeacherEvent>;
export type Student = CliProcess<StudentEvent>;

const CONTROL_PORT = 4747;
/** Of the second room: what one room sends is not to cost the other's students anything but their line. */
const SECOND_GROUP_PORT = 47480;
/** Bytes of transfer in one datagram, by default: what ranges may be rounded to. */
const PAYLOAD_BYTES = 1448;

/** One teacher, its students, their folders and everything that they said. `close` ends and removes all of it. */
export class Session {
  readonly lab: Lab;
  readonly directory: string;
  /** Variables for everybody who is started from here on. */
  readonly environment: Record<string, string> = {};
  readonly #teachers: Teacher[] = [];
  readonly #students = new Map<number, Student[]>();
  readonly #secondRoom: (Teacher | Student)[] = [];
  readonly #disturbed = new Set<number>();
  readonly #disks: string[] = [];

  /** `base` is where its folders are made. */
  constructor(students: number, base = tmpdir()) {
    this.directory = mkdtempSync(join(base, 'tutti-lab-'));
    this.lab = Lab.open(students);
  }

  /** Where the music lies that the teacher sends. */
  get music(): string {
    return this.#folder('music');
  }

  /** Where student 1, 2, … receives. */
  folderOf(student: number): string {
    return this.#folder(`student-${student}`);
  }

  /** Puts a disk of its own, a small or a read-only one, under the folder of student 1, 2, … before it starts. */
  mountDisk(student: number, options: string): string {
    const folder = this.folderOf(student);
    run('mount', ['-t', 'tmpfs', '-o', options, 'tutti-lab', folder]);
    this.#disks.push(folder);
    return folder;
  }

  /** Starts `tutti send`; a second start finds the state of the first. Ready when the room is open. */
  async teach(paths: readonly string[], options: readonly string[] = [], pipes: Pipes = {}): Promise<Teacher> {
    const listen = `${this.lab.teacher.address}:${CONTROL_PORT}`;
    const place = [
      '--listen',
      listen,
      '--interface',
      this.lab.teacher.address,
      '--state',
      this.#folder('teacher-state'),
      ...(options.includes('--code') ? [] : ['--trust-on-first-use']),
    ];
    const args = ['send', ...paths, ...place, ...options];
    const teacher: Teacher = CliProcess.start('teacher', this.lab.teacher, args, this.environment, pipes);
    this.#teachers.push(teacher);
    await teacher.waitFor('room');
    return teacher;
  }

  /** Starts `tutti receive --once` for student 1, 2, …; a second start finds what the first left. */
  async receive(number: number, options: readonly string[] = []): Promise<Student> {
    const { address, port, fingerprint } = await this.#room();
    return this.#start(number, ['--connect', `${address}:${port}`, '--pin', fingerprint, ...options]);
  }

  /** Starts `tutti receive` for student 1, 2, …, which stays in the room for one transfer after the other. */
  async stay(number: number): Promise<Student> {
    const { address, port, fingerprint } = await this.#room();
    return this.#start(number, ['--connect', `${address}:${port}`, '--pin', fingerprint], []);
  }

  /** Starts `tutti receive --once` for a student that knows a code and has to find the room by itself. */
  pair(number: number, code: string): Student {
    return this.#start(number, ['--code', code]);
  }

  /** Another room in the same network: its teacher on one student's host, its only student on another's. It sends this path. */
  async openSecondRoom(
    teacherHost: Host,
    studentHost: Host,
    path: string,
  ): Promise<{ teacher: Teacher; student: Student }> {
    const listen = `${teacherHost.address}:${CONTROL_PORT}`;
    const place = ['--listen', listen, '--interface', teacherHost.address, '--port', String(SECOND_GROUP_PORT)];
    const state = ['--state', this.#folder('second-teacher-state'), '--trust-on-first-use'];
    const args = ['send', path, ...place, ...state, '--wait-for', '1', '--wait', '60'];
    const teacher: Teacher = CliProcess.start('second-teacher', teacherHost, args, this.environment);
    this.#secondRoom.push(teacher);
    const { fingerprint } = await teacher.waitFor('room');
    const door = ['--connect', listen, '--pin', fingerprint, '--interface', studentHost.address];
    const own = ['--dir', this.secondFolder, '--name', 'second-student', '--once'];
    const student: Student = CliProcess.start(
      'second-student',
      studentHost,
      ['receive', ...own, ...door],
      this.environment,
    );
    this.#secondRoom.push(student);
    return { teacher, student };
  }

  /** Where the second room's student receives. */
  get secondFolder(): string {
    return this.#folder('second-student');
  }

  #start(number: number, options: readonly string[], once: readonly string[] = ['--once']): Student {
    const host = this.lab.student(number);
    const place = ['--dir', this.folderOf(number), '--interface', host.address];
    const args = ['receive', ...place, '--name', nameOf(number), ...once, ...options];
    const student: Student = CliProcess.start(nameOf(number), host, args, this.environment);
    this.#students.set(number, [...(this.#students.get(number) ?? []), student]);
    return student;
  }

  /** Notes that the test itself cuts this student off: its connection may break. */
  disturb(student: number): void {
    this.#disturbed.add(student);
  }

  /** The id under which the teacher knows student 1, 2, … */
  async idOf(student: number): Promise<string> {
    const name = nameOf(student);
    return (await this.#lastTeacher().waitFor('enrolled', (event) => event.student.name === name)).student.id;
  }

  /** What everybody said, for the checks of the protocol. */
  async log(): Promise<SessionLog> {
    const students = new Map<string, Student['events'][]>();
    for (const [number, starts] of this.#students) {
      students.set(
        await this.idOf(number),
        starts.map(({ events }) => events),
      );
    }
    const disturbed = await Promise.all([...this.#disturbed].map((number) => this.idOf(number)));
    return {
      teacher: this.#lastTeacher().events,
      students,
      disturbed: new Set(disturbed),
      payloadBytes: PAYLOAD_BYTES,
    };
  }

  /** Ends what still runs and removes folders and namespaces. */
  async close(): Promise<void> {
    await Promise.all(this.#processes().map((process) => process.kill()));
    this.lab.close();
    for (const folder of this.#disks) run('umount', [folder]);
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** Writes everything that was printed to a folder, one file for each process. */
  saveLogs(folder: string): void {
    mkdirSync(folder, { recursive: true });
    this.#processes().forEach((process, i) => {
      writeFileSync(join(folder, `${i}-${process.name}.log`), `${process.transcript.join('\n')}\n`);
    });
  }

  get transcripts(): string[][] {
    return this.#processes().map(({ transcript }) => transcript);
  }

  #processes(): (Teacher | Student)[] {
    return [...this.#teachers, ...[...this.#students.values()].flat(), ...this.#secondRoom];
  }

  #lastTeacher(): Teacher {
    const teacher = this.#teachers.at(-1);
    if (teacher === undefined) throw new Error('There is no teacher yet.');
    return teacher;
  }

  #room() {
    return this.#lastTeacher().waitFor('room');
  }

  #folder(name: string): string {
    const folder = join(this.directory, name);
    mkdirSync(folder, { recursive: true });
    return folder;
  }
}

/** The name under which student 1, 2, … enrols. */
function nameOf(student: number): string {
  return `student-${student}`;
}
