import { TerminalDisplay, teacherView } from '../../src-main/terminal/terminal-display';
import type { ReceivedFile, TeacherEvent } from '../../src-shared/ipc/events';
import { parseStudentEnd, parseTeacherEvent } from './cli-events';
import { Command, DemoError, within } from './command-line';
import { afterEvent, beginning, snapshotOf, type TeacherState } from './teacher-view';

/** One room and its students, each a process of its own, on the loopback interface. */

const LOOPBACK = '127.0.0.1';
const ROOM_NAME = 'Studio A';
const OPEN_MS = 15_000;
const TRANSFER_MS = 180_000;
const GOODBYE_MS = 15_000;
const REDRAW_MS = 100;

type Room = Extract<TeacherEvent, { event: 'room' }>;

export interface DemoStudent {
  readonly name: string;
  /** What its network does to it, as TUTTI_IMPAIR says it. */
  readonly impairment: string;
  /** Where its files go. */
  readonly directory: string;
}

export interface Lesson {
  /** The built command line. */
  readonly program: string;
  /** The folder to send. */
  readonly folder: string;
  readonly files: readonly { path: string; size: number }[];
  /** Where the teacher's identity and journal go. */
  readonly state: string;
  readonly students: readonly DemoStudent[];
  /** Ends the lesson early. */
  readonly signal: AbortSignal;
}

export interface LessonOutcome {
  /** Whether the teacher and every student ended with exit code 0. */
  readonly ok: boolean;
  /** What each student says that it has received; undefined where it said nothing. */
  readonly received: ReadonlyMap<string, readonly ReceivedFile[] | undefined>;
}

/**
 * Opens the room, pairs the students with it, sends the folder and draws it all as it happens.
 * @throws DemoError where a process does not do its part in time.
 */
export async function hold(lesson: Lesson, display = new TerminalDisplay(teacherView)): Promise<LessonOutcome> {
  const commands: Command[] = [];
  const teacher = new TeacherProcess(lesson, display);
  const redraw = setInterval(() => teacher.draw(), REDRAW_MS);
  const stopped = abortionOf(lesson.signal);
  try {
    commands.push(teacher.command);
    const room = await Promise.race([teacher.room, stopped]);
    const students = lesson.students.map((student) => new StudentProcess(lesson.program, student, room));
    commands.push(...students.map(({ command }) => command));
    await Promise.race([teacher.finished, stopped, ...students.map(({ failed }) => failed)]);
    const codes = await Promise.all(commands.map((command) => command.exitCode(GOODBYE_MS)));
    return {
      ok: codes.every((code) => code === 0),
      received: new Map(students.map(({ student, received }) => [student.name, received] as const)),
    };
  } finally {
    clearInterval(redraw);
    display.close();
    await Promise.all(commands.map((command) => command.stop()));
  }
}

function abortionOf(signal: AbortSignal): Promise<never> {
  const abortion = new Promise<never>((_, reject) => {
    const stop = () => reject(new DemoError('Stopped.'));
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
  // Nobody may be waiting when it happens.
  abortion.catch(() => undefined);
  return abortion;
}

class TeacherProcess {
  readonly command: Command;
  readonly room: Promise<Room>;
  readonly finished: Promise<void>;
  private state: TeacherState;
  private onRoom: (room: Room) => void = () => undefined;
  private onFinished: () => void = () => undefined;

  constructor(
    { program, folder, files, state, students }: Lesson,
    private readonly display: TerminalDisplay<ReturnType<typeof snapshotOf>>,
  ) {
    this.state = beginning(ROOM_NAME, files);
    const where = ['--listen', `${LOOPBACK}:0`, '--interface', LOOPBACK, '--state', state];
    const whom = ['--name', ROOM_NAME, '--wait-for', String(students.length), '--json'];
    const opened = new Promise<Room>((resolve) => {
      this.onRoom = resolve;
    });
    const over = new Promise<void>((resolve) => {
      this.onFinished = resolve;
    });
    this.command = new Command({
      title: 'The teacher',
      program,
      args: ['send', folder, ...where, ...whom],
      onLine: (line) => this.take(line),
    });
    const ended = this.command.failure({ evenWithCode0: true });
    this.room = within(Promise.race([opened, ended]), OPEN_MS, 'The teacher did not open a room in time.');
    this.finished = within(Promise.race([over, ended]), TRANSFER_MS, 'The transfer did not finish in time.');
    // Both may fail for one cause, and only one of them is being waited for then.
    this.room.catch(() => undefined);
    this.finished.catch(() => undefined);
  }

  draw(): void {
    if (this.state.finished === undefined) this.display.show(snapshotOf(this.state, Date.now()));
  }

  private take(line: string): void {
    const event = parseTeacherEvent(line);
    if (event === undefined) return;
    this.state = afterEvent(this.state, event);
    this.display.show(snapshotOf(this.state, event.at));
    if (event.event === 'room') this.onRoom(event);
    if (event.event === 'finished') this.onFinished();
  }
}

class StudentProcess {
  readonly command: Command;
  /** Rejects when the process ends with a failure. */
  readonly failed: Promise<never>;
  received: readonly ReceivedFile[] | undefined;

  constructor(
    program: string,
    readonly student: DemoStudent,
    room: Room,
  ) {
    const where = ['--dir', student.directory, '--connect', `${LOOPBACK}:${room.port}`, '--interface', LOOPBACK];
    const how = ['--name', student.name, '--code', room.code ?? '', '--once', '--json'];
    this.command = new Command({
      title: student.name,
      program,
      args: ['receive', ...where, ...how],
      env: { TUTTI_IMPAIR: student.impairment },
      onLine: (line) => this.take(line),
    });
    this.failed = this.command.failure({ evenWithCode0: false });
  }

  private take(line: string): void {
    const end = parseStudentEnd(line);
    if (end?.event === 'complete') this.received = end.files;
  }
}
