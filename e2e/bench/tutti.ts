import { basename } from 'node:path';
import { loadNativeModule } from '../../src-main/accelerator/native-module';
import type { DataPath } from '../../src-shared/ipc/events';
import { makeFile, sha256 } from '../lab/files';
import type { Session, Student, Teacher } from '../lab/session';
import type { Traffic } from '../lab/topology';
import type { Tool } from './measurement';
import { type ProcessorTime, processorTime, processorTimeSince } from './processor-time';

/** Also for the file that is larger than anybody's memory should be. */
const LIMIT_MS = 300_000;
/** What students have received before, all together: until then much of the programs is being compiled. */
const FIRST_PIECES_BYTES = 480e6;
const LARGEST_FIRST_PIECES_BYTES = 60e6;
/** What was compiled for one transfer is compiled anew for the second, and then stays. */
const FIRST_PIECES = 3;

interface Room {
  readonly teacher: Teacher;
  readonly students: readonly Student[];
}

interface FullRoom extends Room {
  /** When the teacher was told to send, in ms since 1970. */
  readonly toldAt: number;
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
      const { teacher, students, processor, before, toldAt } = await sendFile(session, file);
      return {
        dataSeconds: (lastComplete(students, teacher) - firstData(teacher)) / 1000,
        sessionSeconds: (lastOf(teacher.all('finished').map(({ at }) => at)) - toldAt) / 1000,
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
 * A room in which all students of the lab are, whose teacher has just been told to send the file and ends after it. All have been
 * there for a while: some pieces have been sent before.
 */
export async function fillRoom(
  session: Session,
  file: string,
  firstBytes = firstPiecesFor(session),
): Promise<FullRoom> {
  const pieces = Array.from({ length: FIRST_PIECES }, (_, i) =>
    makeFile(session.music, `piece ${i}.wav`, Math.round(firstBytes / FIRST_PIECES)),
  );
  const options = ['--wait-for', String(session.lab.students.length), '--wait', '60', '--stdin'];
  const teacher = await session.teach(pieces.slice(0, 1), options, { isFed: true });
  const students = await Promise.all(session.lab.students.map((_, i) => session.stay(i + 1)));
  for (const piece of pieces.slice(1)) await teacher.feed(Buffer.from(`${piece}\n`));
  const isLast = (event: { transfer: string }) => event === teacher.all('finished')[FIRST_PIECES - 1];
  const { transfer: last } = await teacher.waitFor('finished', isLast, LIMIT_MS);
  await Promise.all(students.map((student) => student.waitFor('complete', ({ transfer }) => transfer === last)));
  teacher.forgetEvents();
  const before = session.lab.traffic();
  const toldAt = Date.now();
  await teacher.feed(Buffer.from(`${file}\n`));
  teacher.endFeed();
  return { teacher, students, before, toldAt };
}

function firstPiecesFor({ lab }: Session): number {
  return Math.min(LARGEST_FIRST_PIECES_BYTES, Math.round(FIRST_PIECES_BYTES / lab.students.length));
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
