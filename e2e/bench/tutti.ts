import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadNativeModule } from '../../src-main/accelerator/native-module';
import type { DataPath } from '../../src-shared/ipc/events';
import { sha256 } from '../lab/files';
import type { Session, Student, Teacher } from '../lab/session';
import type { Tool } from './measurement';
import { type ProcessorTime, processorTime, processorTimeSince } from './processor-time';

/** Also for the file that is larger than anybody's memory should be. */
const LIMIT_MS = 300_000;
const ENROL_LIMIT_MS = 60_000;
/** Short, because what the transfer needs until the room is seen to be full is not counted. */
const POLL_MS = 2;

interface Room {
  readonly teacher: Teacher;
  readonly students: readonly Student[];
}

interface Transfer extends Room {
  /** From the full room until everybody has ended. */
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
      const { teacher, students, processor } = await sendFile(session, file);
      return {
        dataSeconds: (lastComplete(students) - firstData(teacher)) / 1000,
        sessionSeconds: (lastOf(teacher.all('finished').map(({ at }) => at)) - roomFull(teacher)) / 1000,
        processor,
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
  await everybodyEnds(room);
  const processor = processorTimeSince(before);
  expectDelivered(session, file, room);
  return { ...room, processor };
}

/** Opens a room that sends as soon as all students of the lab are in it, which they are when this resolves. */
export async function fillRoom(session: Session, file: string): Promise<Room> {
  const count = session.lab.students.length;
  const teacher = await session.teach([file], ['--wait-for', String(count), '--wait', '60']);
  const students = await Promise.all(session.lab.students.map((_, i) => session.receive(i + 1)));
  await fullRoom(teacher, count);
  return { teacher, students };
}

/** Waits until all have ended. @throws Error where somebody has failed. */
export async function everybodyEnds({ teacher, students }: Room): Promise<void> {
  const everybody = [teacher, ...students];
  const codes = await Promise.all(everybody.map((process) => process.exitCode(LIMIT_MS)));
  const failed = everybody.filter((_, i) => codes[i] !== 0).map(({ name }) => name);
  if (failed.length > 0) throw new Error(`Tutti: not complete: ${failed.join(', ')}.`);
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

export function lastComplete(students: readonly Student[]): number {
  return lastOf(students.flatMap((student) => student.all('complete').map(({ at }) => at)));
}

export function firstData(teacher: Teacher): number {
  return Math.min(...teacher.all('dataChannel').map(({ at }) => at));
}

function lastOf(times: readonly number[]): number {
  return Math.max(...times);
}
