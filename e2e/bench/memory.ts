import { makeFile } from '../lab/files';
import { impair } from '../lab/impairments';
import { Session } from '../lab/session';
import { peakMemory } from './processor-time';
import type { TargetResult } from './targets';
import { everybodyHasIt, expectDelivered, fillRoom } from './tutti';

/** More than a signed 32-bit number, and than Node reads in one piece. */
const FILE_BYTES = 2_200_000_000;
const MOST_BYTES = 200_000_000;
const LOSSES = [0, 0.05];
const POLL_MS = 50;

/** What sender and receiver need at most for a file of gigabytes; where datagrams are lost, incomplete chunks and parity are kept besides. */
export async function measureMemory(base: string): Promise<TargetResult[]> {
  const results: TargetResult[] = [];
  for (const loss of LOSSES) results.push(await measureAt(base, loss));
  return results;
}

async function measureAt(base: string, loss: number): Promise<TargetResult> {
  const session = new Session(1, base);
  try {
    for (const student of session.lab.students) impair(student, { loss });
    const file = makeFile(session.music, 'night.wav', FILE_BYTES);
    const room = await fillRoom(session, file);
    const processes = [room.teacher, ...room.students];
    const peaks = processes.map(() => 0);
    // A process that has ended cannot be asked.
    const timer = setInterval(() => {
      for (const [i, { pid }] of processes.entries()) peaks[i] = Math.max(peaks[i] ?? 0, peakMemory(pid));
    }, POLL_MS);
    await everybodyHasIt(room).finally(() => clearInterval(timer));
    expectDelivered(session, file, room);
    return result(peaks, loss);
  } finally {
    await session.close();
  }
}

function result([sender = 0, ...receivers]: readonly number[], loss: number): TargetResult {
  const receiver = Math.max(...receivers);
  return {
    what: `peak memory (VmHWM), one file of ${FILE_BYTES / 1e9} GB, ${loss * 100} % loss`,
    bound: `≤ ${MOST_BYTES / 1e6} MB`,
    measured: `sender ${megabytes(sender)}, receiver ${megabytes(receiver)}`,
    isMet: sender > 0 && receiver > 0 && Math.max(sender, receiver) <= MOST_BYTES,
  };
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}
