import { existsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeFile } from '../lab/files';
import { impair } from '../lab/impairments';
import { labProblem } from '../lab/requirements';
import { Session } from '../lab/session';
import { type Measurement, median, type Network, type Tool } from './measurement';
import { comparisonTable, performancePage, type Row, targetTable } from './report';
import { measureTargets } from './targets';
import { tuttiAccelerated, tuttiDgram } from './tutti';
import { udpcast } from './udpcast';
import { uftp } from './uftp';

/**
 * `npm run bench`: Tutti, uftp and udpcast side by side in the lab, and Tutti against its own bounds; writes
 * docs/performance.md. `npm run bench -- --quick` takes three minutes and only prints.
 */

const PAGE = join(import.meta.dirname, '../../docs/performance.md');
const GIGABIT: Network = { name: '1 Gbit/s', megabitsPerSecond: 1000 };
const UNLIMITED: Network = { name: 'unlimited' };
/** In memory, where there is such a place: a slow disk would measure itself. */
const BASE = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

interface Plan {
  readonly fileBytes: number;
  readonly runs: number;
  readonly networks: readonly Network[];
}

const FULL: Plan = { fileBytes: 100_000_000, runs: 3, networks: [UNLIMITED, GIGABIT] };
const QUICK: Plan = { fileBytes: 50_000_000, runs: 1, networks: [GIGABIT] };

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  const isQuick = args.includes('--quick');
  const unknown = args.filter((arg) => arg !== '--quick');
  if (unknown.length > 0) return complain(`unknown option ${unknown[0]}; there is --quick`, 2);
  const problem = labProblem();
  if (problem !== undefined) return complain(problem, 1);

  const plan = isQuick ? QUICK : FULL;
  const rows = await compare(plan, availableTools());
  console.log(`\n${comparisonTable(rows)}\n`);
  const targets = await measureTargets(BASE, isQuick);
  console.log(targetTable(targets));
  if (!isQuick) writeFileSync(PAGE, performancePage(rows, targets, plan.fileBytes));
  return rows.every(({ results }) => results.get(tuttiDgram.name) !== undefined) ? 0 : 1;
}

function complain(problem: string, code: number): number {
  console.error(`bench: ${problem}.`);
  return code;
}

function availableTools(): Tool[] {
  return [uftp, udpcast, tuttiDgram, tuttiAccelerated].filter((tool) => {
    const problem = tool.problem();
    if (problem !== undefined) console.log(`Without ${tool.name}: ${problem}.`);
    return problem === undefined;
  });
}

async function compare(plan: Plan, tools: readonly Tool[]): Promise<Row[]> {
  const rows: Row[] = [];
  for (const network of plan.networks) {
    for (const students of [1, 4, 8]) {
      for (const loss of [0, 0.01, 0.05]) rows.push(await measureRow(plan, tools, network, students, loss));
    }
  }
  return rows;
}

async function measureRow(
  plan: Plan,
  tools: readonly Tool[],
  network: Network,
  students: number,
  loss: number,
): Promise<Row> {
  const runs = new Map(tools.map((tool): [Tool, Measurement[]] => [tool, []]));
  // In turns: what else the machine does meanwhile meets all of them.
  for (let i = 0; i < plan.runs; i++) {
    for (const [tool, done] of runs) {
      const run = await measure(plan.fileBytes, tool, network, students, loss);
      if (run !== undefined) done.push(run);
    }
  }
  const results = new Map<string, Measurement | undefined>();
  for (const [tool, done] of runs) {
    const figures = done.map((run) => `${run.megabytesPerSecond.toFixed(0)} MB/s`).join(', ') || 'no result';
    console.log(`${network.name}, ${students} students, ${loss * 100} % loss, ${tool.name}: ${figures}`);
    results.set(tool.name, middle(done));
  }
  return { network: network.name, students, loss, results };
}

/** One run in a lab of its own. A tool that fails has no figure; the reason is printed. */
async function measure(
  fileBytes: number,
  tool: Tool,
  network: Network,
  students: number,
  loss: number,
): Promise<Measurement | undefined> {
  const session = new Session(students, BASE);
  try {
    for (const host of session.lab.students) impair(host, { loss });
    if (network.megabitsPerSecond !== undefined) session.lab.limitBandwidth(network.megabitsPerSecond);
    const file = makeFile(session.music, 'bench.wav', fileBytes);
    const { dataSeconds, sessionSeconds } = await tool.run(session, file, network);
    const linkRatio = session.lab.traffic().sent / fileBytes;
    return { megabytesPerSecond: fileBytes / 1e6 / dataSeconds, sessionSeconds, linkRatio };
  } catch (error) {
    console.log(error instanceof Error ? error.message : error);
    return undefined;
  } finally {
    await session.close();
  }
}

function middle(runs: readonly Measurement[]): Measurement | undefined {
  if (runs.length === 0) return undefined;
  const of = (key: keyof Measurement) => median(runs.map((run) => run[key]));
  return {
    megabytesPerSecond: of('megabytesPerSecond'),
    sessionSeconds: of('sessionSeconds'),
    linkRatio: of('linkRatio'),
  };
}
