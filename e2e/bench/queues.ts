import { makeFile } from '../lab/files';
import { Session, type Teacher } from '../lab/session';
import { TcpFlow } from '../lab/tcp-flow';
import { median } from './measurement';
import type { TargetResult } from './targets';
import { everybodyHasIt, fillRoom, firstData, lastComplete } from './tutti';

/** Of a full frame, what is payload: Tutti's, and a TCP segment's with timestamps (both 1448 of 1514 bytes). */
const PAYLOAD_SHARE = 1448 / 1514;
/** Each about as long as three seconds of its link. */
const LINKS = [
  { megabits: 20, fileBytes: 8e6 },
  { megabits: 100, fileBytes: 36e6 },
  { megabits: 300, fileBytes: 100e6 },
  { megabits: 1000, fileBytes: 200e6 },
];
const SHARED_MEGABITS = 100;
const SHARED_FILE_BYTES = 30e6;
const NO_BOUND = 'for the record';

/** How Tutti gets on with queues in a switch: alone, with another room, and with TCP. */
export async function measureQueues(base: string, runs: number): Promise<TargetResult[]> {
  const results: TargetResult[] = [];
  for (const { megabits, fileBytes } of LINKS) {
    const shares = await repeated(runs, () => shareAlone(base, megabits, fileBytes));
    results.push(line(`share of a switch’s port of ${megabits} Mbit/s that a data phase fills, 2 students`, shares));
  }
  const shared = `a port of ${SHARED_MEGABITS} Mbit/s`;
  const slower = await repeated(runs, () => shareOfSlowerRoom(base));
  results.push(line(`two rooms at ${shared}: what the slower has when the faster is done, of both`, slower));
  const tcp = await repeated(runs, () => shareOfTcp(base));
  results.push(line(`a TCP connection beside a transfer at ${shared}: its share of the port`, tcp, 1 / 3));
  return results;
}

async function shareAlone(base: string, megabits: number, fileBytes: number): Promise<number> {
  return inLab(base, fileBytes, async (session, file) => {
    for (const number of [1, 2]) session.lab.limitPort(number, megabits);
    const room = await fillRoom(session, file, fileBytes);
    await everybodyHasIt(room);
    const seconds = (lastComplete(room.students, room.teacher) - firstData(room.teacher)) / 1000;
    return fileBytes / seconds / capacity(megabits);
  });
}

/** Both send the same file to the same host; a half would be even. */
async function shareOfSlowerRoom(base: string): Promise<number> {
  return inLab(base, SHARED_FILE_BYTES, async (session, file) => {
    session.lab.limitPort(1, SHARED_MEGABITS);
    const teacher = await session.teach([file], ['--wait-for', '1', '--wait', '60']);
    const [first, second] = await Promise.all([
      session.receive(1),
      session.openSecondRoom(session.lab.student(2), session.lab.student(1), file),
    ]);
    await everybodyHasIt({ teacher, students: [first] });
    await everybodyHasIt({ teacher: second.teacher, students: [second.student] });
    const rooms = [
      { teacher, student: first },
      { teacher: second.teacher, student: second.student },
    ].toSorted((a, b) => lastComplete([a.student], a.teacher) - lastComplete([b.student], b.teacher));
    const done = lastComplete([rooms[0]?.student ?? first], rooms[0]?.teacher ?? teacher);
    const progress = progressAt(rooms[1]?.teacher ?? teacher, done);
    return progress / (1 + progress);
  });
}

async function shareOfTcp(base: string): Promise<number> {
  return inLab(base, SHARED_FILE_BYTES, async (session, file) => {
    session.lab.limitPort(1, SHARED_MEGABITS);
    const flow = await TcpFlow.open(session.lab.student(2), session.lab.student(1));
    try {
      const teacher = await session.teach([file], ['--wait-for', '1', '--wait', '60']);
      const students = [await session.receive(1)];
      await everybodyHasIt({ teacher, students });
      const [start, end] = [firstData(teacher), lastComplete(students, teacher)];
      return flow.bytesBetween(start, end) / ((end - start) / 1000) / capacity(SHARED_MEGABITS);
    } finally {
      await flow.close();
    }
  });
}

async function inLab(base: string, fileBytes: number, run: (session: Session, file: string) => Promise<number>) {
  const session = new Session(2, base);
  try {
    return await run(session, makeFile(session.music, 'queue.wav', fileBytes));
  } finally {
    await session.close();
  }
}

/** A room's only student, 0…1, as far as its teacher had said at this time. */
function progressAt(teacher: Teacher, time: number): number {
  const known = teacher.all('progress').findLast(({ at }) => at <= time);
  return known?.students[0]?.progress ?? 0;
}

async function repeated(runs: number, measure: () => Promise<number>): Promise<number> {
  const values: number[] = [];
  for (let i = 0; i < runs; i++) values.push(await measure());
  return median(values);
}

/** Bytes a second. */
function capacity(megabits: number): number {
  return ((megabits * 1e6) / 8) * PAYLOAD_SHARE;
}

function line(what: string, share: number, least?: number): TargetResult {
  const measured = `${(share * 100).toFixed(0)} %`;
  console.log(`  ${what}: ${measured}`);
  if (least === undefined) return { what, bound: NO_BOUND, measured };
  return { what, bound: `≥ ${(least * 100).toFixed(0)} %`, measured, isMet: share >= least };
}
