import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadNativeModule } from '../../src-main/accelerator/native-module';
import type { DataPath } from '../../src-shared/ipc/events';
import { makeFile, sha256 } from '../lab/files';
import type { Session, Student, Teacher } from '../lab/session';
import type { Traffic } from '../lab/topology';
import type { Tool } from './measurement';
import { type ProcessorTime, processorTime, processorTimeSince } from './processor-time';

/** Also for the file that is larger than anybody's memory should be. */
const LIMIT_MS = 300_000;
const ENROL_LIMIT_MS = 60_000;
/** What students have received before, all together: until then much of their code is being compiled. */
const FIRST_PIECES_BYTES = 480e6;
const LARGEST_FIRST_PIECE_BYTES = 60e6;
/** Short, because what the transfer needs until the room is seen to be full is not counted. */
const POLL_MS = 2;

interface Room {
  readonly teacher: Teacher;
  readonly students: readonly Student[];
}

interface FullRoom extends Room {
  /** What had passed the teacher's card before it was there. */
  readonly before: Traffic;
}

interface Transfer extends FullRoom {
  /** From the full room until everybody has the file and the teacher has ended. */
  readonly processor: ProcessorTime;
}

/** Tutti itself, with its defaults: it finds its rate alone. */
function tutti(dataPath: DataPath, problem: () => string | undefined): Tool {
  return {
    name: `Tutti, ${dataPath}`,
    carrier: 'multicast',
    problem,
    async run(session, file) {
      session.environment.TUTTI_DATA_PATH = dataPath;
      const { teacher, students, processor, before } = await sendFile(session, file);
      return {
        dataSeconds: (lastComplete(students, teacher) - firstData(teacher)) / 1000,
        sessionSeconds: (lastOf(teacher.all('finished').map(({ at }) => at)) - roomFull(teacher)) / 1000,
        processor,
        bytesBefore: before.sent,
      };
    },
  };
}

export const tuttiDgram = tutti('dgram', () => undefined);
export const tuttiAccelerated = tutti('accelerated', () =>
  loadNativeModule() === undefined ? 'npm run build:accelerator says why there is none' : undefined,
);

/** Sends one file to everybody. @throws Error where somebody has not got it. */
export async function sendFile(session: Session, file: string): Promise<Transfer> {
  const room = await fillRoom(session, file);
  const before = processorTime();
  await everybodyHasIt(room);
  const processor = processorTimeSince(before);
  expectDelivered(session, file, room);
  return { ...room, processor };
}

/**
 * Opens a room that sends as soon as all students of the lab are in it, which they are when this resolves. They have been
 * there for a while: a first piece has reached them, sent by an earlier run of the teacher's program.
 */
export async function fillRoom(session: Session, file: string): Promise<FullRoom> {
  const count = session.lab.students.length;
  const whenFull = ['--wait-for', String(count), '--wait', '60'];
  const bytes = Math.min(LARGEST_FIRST_PIECE_BYTES, Math.round(FIRST_PIECES_BYTES / count));
  const first = await session.teach([makeFile(session.music, 'first piece.wav', bytes)], whenFull);
  const students = await Promise.all(session.lab.students.map((_, i) => session.stay(i + 1)));
  await everybodyHasIt({ teacher: first, students });
  const before = session.lab.traffic();
  const teacher = await session.teach([file], whenFull);
  await fullRoom(teacher, count);
  return { teacher, students, before };
}

/** Waits until all students have the teacher's file, and the teacher has ended. @throws Error where somebody has not got it. */
export async function everybodyHasIt({ teacher, students }: Room): Promise<void> {
  const code = await teacher.exitCode(LIMIT_MS);
  const failed = teacher.all('finished').flatMap((end) => end.failed.map(({ id }) => id));
  if (code !== 0) throw new Error(`Tutti: not complete: ${failed.join(', ') || teacher.name}.`);
  const transfer = transferOf(teacher);
  await Promise.all(students.map((student) => student.waitFor('complete', (event) => event.transfer === transfer)));
}

/** @throws Error where a student's file is not the teacher's. */
export function expectDelivered(session: Session, file: string, { students }: Room): void {
  const digest = sha256(file);
  const wrong = students.filter((_, i) => sha256(`${session.folderOf(i + 1)}/${basename(file)}`) !== digest);
  if (wrong.length > 0) throw new Error(`Tutti: ${wrong.length} of ${students.length} students lack the file.`);
}

async function fullRoom(teacher: Teacher, count: number): Promise<void> {
  const deadline = performance.now() + ENROL_LIMIT_MS;
  while (teacher.all('enrolled').length < count && !teacher.hasExited && performance.now() < deadline) {
    await sleep(POLL_MS);
  }
}

/** When the last student had enrolled, in ms since 1970: a teacher's click in a room that is full. */
export function roomFull(teacher: Teacher): number {
  return lastOf(teacher.all('enrolled').map(({ at }) => at));
}

/** When the last student had the teacher's file. */
export function lastComplete(students: readonly Student[], teacher: Teacher): number {
  const transfer = transferOf(teacher);
  const ends = students.flatMap((student) => student.all('complete').filter((event) => event.transfer === transfer));
  return lastOf(ends.map(({ at }) => at));
}

function transferOf(teacher: Teacher): string | undefined {
  return teacher.all('announced')[0]?.transfer;
}

export function firstData(teacher: Teacher): number {
  return Math.min(...teacher.all('dataChannel').map(({ at }) => at));
}

function lastOf(times: readonly number[]): number {
  return Math.max(...times);
}
