/**
 * `npm run bench:tftp`: what each flow control technique changes, with clients that nobody here wrote, in the lab. Writes the
 * table of docs/tftp.md.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, release } from 'node:os';
import { join } from 'node:path';
import { type Figures, measure, SCENARIOS, type Scenario } from './flow-control-scenarios';
import { interopProblem } from './requirements';

const PAGE = join(import.meta.dirname, '../../docs/tftp.md');
const BEGIN = '<!-- begin: npm run bench:tftp -->';
const END = '<!-- end -->';
/** Of so many runs the one with the median time is shown. */
const RUNS = 5;

const problem = interopProblem();
if (problem === undefined) await main();
else {
  console.error(`bench:tftp: ${problem}.`);
  process.exitCode = 1;
}

async function main(): Promise<void> {
  const lines = [];
  for (const scenario of SCENARIOS) {
    for (const isOn of [true, false]) {
      const line = row(scenario, isOn, await middleRun(scenario, isOn));
      console.log(line);
      lines.push(line);
    }
  }
  writeFileSync(PAGE, withTable(readFileSync(PAGE, 'utf8'), lines));
}

/** The run with the median time. */
async function middleRun(scenario: Scenario, isOn: boolean): Promise<Figures> {
  const runs: Figures[] = [];
  for (let run = 0; run < RUNS; run++) runs.push(await measure(scenario, isOn));
  const middle = runs.toSorted((a, b) => a.seconds - b.seconds)[Math.floor(RUNS / 2)];
  if (middle === undefined) throw new Error('There was no run.');
  return middle;
}

function row(
  { technique, what }: Scenario,
  isOn: boolean,
  { seconds, clientSeconds, packets, linkRatio }: Figures,
): string {
  const each = clientSeconds.map((value) => value.toFixed(1)).join(' · ');
  const cells = isOn ? [technique, what, 'on'] : ['', '', 'off'];
  return `| ${[...cells, packets, linkRatio.toFixed(2), seconds.toFixed(1), each].join(' | ')} |`;
}

function withTable(page: string, lines: readonly string[]): string {
  const head = [
    'technique',
    'clients',
    '',
    'packets sent',
    'bytes sent ÷ file',
    'all have it after, s',
    'each client, s',
  ];
  const table = [`| ${head.join(' | ')} |`, `|${' --- |'.repeat(head.length)}`, ...lines].join('\n');
  const where = `${cpus().length} cores, Linux ${release().split('.').slice(0, 2).join('.')}, Node ${process.versions.node}`;
  const text = `Of ${RUNS} runs the one with the median time; ${where}, all hosts on the same cores.\n\n${table}`;
  const [before, after] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (before < 0 || after < before) throw new Error(`${PAGE} has no place for the table: ${BEGIN} … ${END}.`);
  return `${page.slice(0, before + BEGIN.length)}\n\n${text}\n\n${page.slice(after)}`;
}
