import { existsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { labProblem } from '../lab/requirements';
import { deepenBacklog } from './backlog';
import { ALL_CASES, type Case, compare, nameOf, QUICK_CASES } from './comparison';
import { comparisonTargets } from './comparison-targets';
import { describeMachine } from './machine';
import { comparisonTables, performanceChart, performancePage, targetTable } from './report';
import { measureTargets } from './targets';
import { tuttiAccelerated, tuttiDgram } from './tutti';
import { udpcast } from './udpcast';
import { uftp } from './uftp';

/**
 * `npm run bench`: Tutti, uftp, udpcast and TCP side by side in the lab, and Tutti against its own bounds; writes docs/performance.md.
 * `-- --quick` takes three minutes and only prints; `-- --only "8 students, 5 %"` only prints the rows whose name has this in it.
 */

const DOCS = join(import.meta.dirname, '../../docs');
const RUNS = 5;
/** In memory, where there is such a place: a slow disk would measure itself. */
const BASE = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

process.exitCode = await main();

async function main(): Promise<number> {
  const { quick = false, only = '' } = options();
  const problem = labProblem();
  if (problem !== undefined) {
    console.error(`bench: ${problem}.`);
    return 1;
  }
  sayWhatIsMissing();

  deepenBacklog();
  const machine = describeMachine(new Date());
  const runs = quick ? 1 : RUNS;
  const rows = await compare(BASE, casesFor(quick, only), runs);
  console.log(`\n${comparisonTables(rows)}\n`);
  const own = only === '' ? await measureTargets(BASE, quick) : [];
  const targets = [...comparisonTargets(rows), ...own];
  console.log(targetTable(targets));
  if (!quick && only === '') {
    writeFileSync(join(DOCS, 'performance.md'), performancePage(machine, runs, rows, targets));
    writeFileSync(join(DOCS, 'performance.svg'), performanceChart(rows));
  }
  return rows.every(({ results }) => results.get(tuttiDgram.name) !== undefined) ? 0 : 1;
}

function casesFor(quick: boolean, only: string): Case[] {
  return (quick ? QUICK_CASES : ALL_CASES).filter((one) => nameOf(one).includes(only));
}

function options(): { quick?: boolean; only?: string } {
  try {
    return parseArgs({ options: { quick: { type: 'boolean' }, only: { type: 'string' } } }).values;
  } catch (error) {
    console.error(`bench: ${error instanceof Error ? error.message : error}`);
    process.exit(2);
  }
}

function sayWhatIsMissing(): void {
  for (const tool of [uftp(0), udpcast, tuttiDgram, tuttiAccelerated]) {
    const problem = tool.problem();
    if (problem !== undefined) console.log(`Without ${tool.name}: ${problem}.`);
  }
}
