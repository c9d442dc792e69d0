import { sizeOf, union } from '../../src-shared/ranges/range-set';
import { makeFile } from '../lab/files';
import { impair } from '../lab/impairments';
import { checkRetransmissionSets, LatestReports } from '../lab/protocol-checks';
import { Session, type Teacher } from '../lab/session';
import { median } from './measurement';
import { measureMemory } from './memory';
import { measureQueues } from './queues';
import { lastComplete, sendFile } from './tutti';

/** One line of "Numbers to meet": what was asked, what was measured, whether it is met. */
export interface TargetResult {
  readonly what: string;
  readonly bound: string;
  readonly measured: string;
  /** Undefined where there is no bound. */
  readonly isMet?: boolean;
}

const MEGABYTE = 1_000_000;
const CLASS_SIZE = 30;
const CLASS_BYTES = 100 * MEGABYTE;
const QUICK_CLASS_BYTES = 10 * MEGABYTE;
const MOST_ROUNDS = [
  { loss: 0.01, rounds: 4 },
  { loss: 0.05, rounds: 6 },
  { loss: 0.1, rounds: 8 },
];
const PAYLOAD_BYTES = 1448;
const QUEUE_RUNS = 3;

/** Measures Tutti against its own bounds; quickly: only the first loss rate, and one run of each. */
export async function measureTargets(base: string, isQuick: boolean): Promise<TargetResult[]> {
  const classBytes = isQuick ? QUICK_CLASS_BYTES : CLASS_BYTES;
  const classes = (isQuick ? MOST_ROUNDS.slice(0, 1) : MOST_ROUNDS).map(({ loss, rounds }) => {
    return named(`30 students, ${loss * 100} % loss`, () => measureClass(base, classBytes, loss, rounds));
  });
  const click = named('5 MB, 10 students', async () => [await measureClick(base, isQuick ? 1 : 5)]);
  const slow = [
    named('peak memory', () => measureMemory(base)),
    named('queues', () => measureQueues(base, QUEUE_RUNS)),
  ];
  const results: TargetResult[] = [];
  for (const { name, measure } of [...classes, click, ...(isQuick ? [] : slow)]) {
    console.log(`Numbers to meet: ${name}`);
    results.push(...(await measure().catch((error: unknown) => [failure(name, error)])));
  }
  return results;
}

function named(name: string, measure: () => Promise<TargetResult[]>) {
  return { name, measure };
}

/** One failure is not to cost what half an hour has measured. */
function failure(what: string, error: unknown): TargetResult {
  console.log(error instanceof Error ? error.message : error);
  return { what, bound: 'a result', measured: 'failed', isMet: false };
}

/** A file to thirty students: rounds, repaired bytes, and at 1 % loss what the control channel took. */
async function measureClass(base: string, bytes: number, loss: number, mostRounds: number): Promise<TargetResult[]> {
  const session = new Session(CLASS_SIZE, base);
  try {
    for (const host of session.lab.students) impair(host, { loss });
    const { teacher, before } = await sendFile(session, makeFile(session.music, 'class.wav', bytes));
    const where = `${bytes / MEGABYTE} MB, ${CLASS_SIZE} students, ${loss * 100} % loss`;
    const results = [
      roundsResult(teacher, where, mostRounds),
      ...resentResults(teacher, where, bytes, loss === 0.01 ? 0.05 : undefined),
    ];
    if (loss !== 0.01) return results;
    const now = session.lab.traffic();
    const filled = teacher.all('finished')[0]?.filledBytes ?? 0;
    const control = now.control - before.control - filled;
    return [...results, linkResult(now.sent - before.sent, where, bytes), controlResult(control, where, bytes)];
  } finally {
    await session.close();
  }
}

function roundsResult(teacher: Teacher, where: string, mostRounds: number): TargetResult {
  const rounds = new Set(teacher.all('announced').map(({ transmission }) => transmission)).size - 1;
  return { what: `rounds: ${where}`, bound: `≤ ${mostRounds}`, measured: String(rounds), isMet: rounds <= mostRounds };
}

/** Bytes that the rounds resent: never more than the unions of what was reported. With the parity of the first pass: of the file at most this share. */
function resentResults(teacher: Teacher, where: string, bytes: number, mostShare: number | undefined): TargetResult[] {
  const all = teacher.all('finished')[0]?.resentBytes ?? 0;
  const proactive = teacher.all('transmitted').reduce((sum, { proactiveBytes }) => sum + proactiveBytes, 0);
  const resent = all - proactive;
  const bound = reportedUnions(teacher);
  const strays = checkRetransmissionSets(teacher.events, PAYLOAD_BYTES);
  return [
    {
      what: `bytes that rounds resent: ${where}`,
      bound: `≤ ${percent(bound / bytes)} of the file`,
      measured: percent(resent / bytes),
      isMet: strays.length === 0 && resent <= bound,
    },
    {
      what: `bytes besides the file, rounds and parity of the first pass: ${where}`,
      ...(mostShare === undefined
        ? { bound: 'for the record' }
        : { bound: `≤ ${percent(mostShare)} of the file`, isMet: all <= mostShare * bytes }),
      measured: percent(all / bytes),
    },
  ];
}

/** Bytes in the unions of what the students of each multicast round had reported before it. */
function reportedUnions(teacher: Teacher): number {
  const reports = new LatestReports();
  let bytes = 0;
  for (const event of teacher.events) {
    reports.take(event);
    if (event.event !== 'announced' || event.transmission === 0 || event.mode === 'tcp') continue;
    bytes += sizeOf(union(...event.students.map((student) => reports.of(student) ?? [])));
  }
  return bytes;
}

function linkResult(sent: number, where: string, bytes: number): TargetResult {
  const share = sent / bytes;
  return { what: `bytes on the link: ${where}`, bound: '≤ 1.10', measured: share.toFixed(2), isMet: share <= 1.1 };
}

function controlResult(control: number, where: string, bytes: number): TargetResult {
  const share = control / bytes;
  return {
    what: `control traffic: ${where}`,
    bound: '≤ 1 % of the data',
    measured: percent(share),
    isMet: share <= 0.01,
  };
}

/** The small case of every lesson: 5 MB, ten students, a quiet network. */
async function measureClick(base: string, runs: number): Promise<TargetResult> {
  const seconds: number[] = [];
  for (let run = 0; run < runs; run++) {
    const session = new Session(10, base);
    try {
      const take = makeFile(session.music, 'take.wav', 5 * MEGABYTE);
      const { teacher, students, toldAt } = await sendFile(session, take);
      seconds.push((lastComplete(students, teacher) - toldAt) / 1000);
    } finally {
      await session.close();
    }
  }
  const middle = median(seconds);
  return {
    what: '5 MB, 10 students, no loss: from the click to the last complete',
    bound: '≤ 1 s',
    measured: `${middle.toFixed(2)} s`,
    isMet: middle <= 1,
  };
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}
