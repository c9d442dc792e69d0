import { makeFile } from '../lab/files';
import { impair } from '../lab/impairments';
import { Session } from '../lab/session';
import { type Measurement, medianOf, type Network, type Tool, TooSlow } from './measurement';
import { tcp } from './tcp';
import { tuttiAccelerated, tuttiDgram } from './tutti';
import { udpcast } from './udpcast';
import { ratesFor, uftp } from './uftp';

/** What is measured side by side: a network, so many students, such a loss. */
export interface Case {
  readonly network: Network;
  readonly students: number;
  readonly loss: number;
  readonly fileBytes: number;
}

/** Of each tool the medians; undefined where it had none. */
export interface Row extends Case {
  /** What uftp was given, in megabits a second. */
  readonly uftpRate: number;
  readonly results: ReadonlyMap<string, Measurement | undefined>;
  /** Of each tool, how many runs brought nothing. */
  readonly failures: ReadonlyMap<string, number>;
}

const GIGABIT: Network = { name: '1 Gbit/s', megabitsPerSecond: 1000 };
const UNLIMITED: Network = { name: 'unlimited' };
const LOSSES = [0, 0.01, 0.05];
/** Thirty programs take long to start: so many runs must do. */
const LARGE_CLASS = 30;
const LARGE_CLASS_RUNS = 3;
/** The file for so many students, in MB: an album, so that each run takes some seconds. */
const MEGABYTES = new Map([
  [1, 200],
  [4, 200],
  [8, 120],
  [LARGE_CLASS, 10],
]);
/** A quick run has this share of it. */
const QUICK_SHARE = 0.15;

/** Of uftp's rates, the higher ones. */
const QUICK_RATES = 2;

/** Eight students and more on one machine are far from a gigabit, and one student's is no class. */
export const ALL_CASES: readonly Case[] = [
  ...casesOf(UNLIMITED, [1, 4, 8, LARGE_CLASS], LOSSES),
  ...casesOf(GIGABIT, [4], LOSSES),
];
export const QUICK_CASES: readonly Case[] = [
  ...casesOf(UNLIMITED, [4, 8], [0, 0.05], QUICK_SHARE),
  ...casesOf(GIGABIT, [4], [0], QUICK_SHARE),
];

/** The name of a case, for people and for `--only`. */
export function nameOf({ network, students, loss }: Case): string {
  return `${network.name}, ${students} ${students === 1 ? 'student' : 'students'}, ${loss * 100} % loss`;
}

/** Measures all tools in each case; prints each figure when it is there. */
export async function compare(base: string, cases: readonly Case[], runs: number): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [i, one] of cases.entries()) {
    console.log(`[${i + 1}/${cases.length}] ${nameOf(one)}`);
    const most = one.students < LARGE_CLASS ? runs : Math.min(runs, LARGE_CLASS_RUNS);
    rows.push(await measureRow(base, one, most, await fastestRate(base, one, runs === 1)));
  }
  return rows;
}

function casesOf(network: Network, classSizes: readonly number[], losses: readonly number[], share = 1): Case[] {
  return classSizes.flatMap((students) => {
    const fileBytes = (MEGABYTES.get(students) ?? 0) * 1e6 * share;
    return losses.map((loss) => ({ network, students, loss, fileBytes }));
  });
}

/** uftp does not find its rate: that with which it is fastest in this case, in megabits a second. */
async function fastestRate(base: string, one: Case, isQuick: boolean): Promise<number> {
  if (uftp(0).problem() !== undefined) return 0;
  const tried: { rate: number; megabytes: number }[] = [];
  for (const rate of ratesFor(one.network).slice(isQuick ? -QUICK_RATES : 0)) {
    tried.push({ rate, megabytes: (await measure(base, uftp(rate), one))?.megabytesPerSecond ?? 0 });
  }
  const figures = tried.map(({ rate, megabytes }) => `${rate} Mbit/s: ${megabytes.toFixed(0)} MB/s`);
  console.log(`  uftp at ${figures.join(', ')}`);
  return tried.toSorted((a, b) => b.megabytes - a.megabytes)[0]?.rate ?? 0;
}

async function measureRow(base: string, one: Case, runs: number, uftpRate: number): Promise<Row> {
  const tools = [tcp, uftp(uftpRate), udpcast, tuttiDgram, tuttiAccelerated].filter((tool) => !tool.problem());
  const done = new Map(tools.map((tool): [Tool, Measurement[]] => [tool, []]));
  const slow = new Set<Tool>();
  const failures = new Map<string, number>();
  // In turns: what else the machine does meanwhile meets all of them.
  for (let i = 0; i < runs; i++) {
    for (const [tool, measured] of done) {
      if (slow.has(tool)) continue;
      const run = await measure(base, tool, one).catch((error: unknown) => void tooSlow(error, () => slow.add(tool)));
      if (run !== undefined) measured.push(run);
      else failures.set(tool.name, (failures.get(tool.name) ?? 0) + 1);
    }
  }
  const results = new Map(
    [...done].map(([tool, measured]) => [tool.name, slow.has(tool) ? undefined : medianOf(measured)]),
  );
  for (const [tool, measured] of done) console.log(`  ${tool.name}: ${summary(measured, results.get(tool.name))}`);
  return { ...one, uftpRate, results, failures };
}

function tooSlow(error: unknown, note: () => void): void {
  if (!(error instanceof TooSlow)) throw error;
  note();
}

/** One run in a lab of its own. A tool that fails has no figure; the reason is printed. @throws TooSlow */
async function measure(base: string, tool: Tool, one: Case): Promise<Measurement | undefined> {
  const { network, students, loss, fileBytes } = one;
  const session = new Session(students, base);
  try {
    for (const host of session.lab.students) impair(host, tool.carrier === 'tcp' ? { tcpLoss: loss } : { loss });
    if (network.megabitsPerSecond !== undefined) session.lab.limitBandwidth(network.megabitsPerSecond);
    const megabytes = fileBytes / 1e6;
    const file = makeFile(session.music, 'bench.wav', fileBytes);
    const { dataSeconds, sessionSeconds, processor, bytesBefore = 0 } = await tool.run(session, file, network);
    return {
      megabytesPerSecond: megabytes / dataSeconds,
      sessionSeconds,
      linkRatio: (session.lab.traffic().sent - bytesBefore) / fileBytes,
      processorMicroseconds: (processor.processes * 1e6) / (megabytes * students),
      machineMicroseconds: (processor.machine * 1e6) / (megabytes * students),
    };
  } catch (error) {
    if (error instanceof TooSlow) throw error;
    console.log(error instanceof Error ? error.message : error);
    return undefined;
  } finally {
    await session.close();
  }
}

function summary(runs: readonly Measurement[], middle: Measurement | undefined): string {
  if (middle === undefined) return 'no result';
  const rates = runs.map(({ megabytesPerSecond }) => megabytesPerSecond.toFixed(0)).join(', ');
  const { sessionSeconds, linkRatio, processorMicroseconds } = middle;
  return `${rates} MB/s; ${sessionSeconds.toFixed(2)} s, ${linkRatio.toFixed(2)} × the file, ${processorMicroseconds.toFixed(0)} µs/MB`;
}
