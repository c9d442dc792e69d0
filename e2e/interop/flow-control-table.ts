/**
 * `npm run bench:tftp`: what each flow control technique changes, with clients that nobody here wrote, in the lab. Writes the
 * table of docs/tftp.md.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, release } from 'node:os';
import { join } from 'node:path';
import { CLASS, type Figures, measure, measureScenario, SCENARIOS, SERVERS } from './flow-control-scenarios';
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
  const techniques = [];
  for (const scenario of SCENARIOS) {
    for (const isOn of [true, false]) {
      const figures = await middleRun(() => measureScenario(scenario, isOn));
      techniques.push(row([...(isOn ? [scenario.technique, scenario.what, 'on'] : ['', '', 'off'])], figures));
    }
  }
  const servers = [];
  for (const server of SERVERS) servers.push(row([server.name], await middleRun(() => measure(CLASS, server))));
  const text = [
    `Of ${RUNS} runs the one with the median time; ${machine()}, all hosts on the same cores.`,
    table(['technique', 'clients', ''], techniques),
    `${CLASS.what}, with one server after the other, each as it comes:`,
    table(['server'], servers),
  ].join('\n\n');
  writeFileSync(PAGE, withText(readFileSync(PAGE, 'utf8'), text));
}

/** The run with the median time. */
async function middleRun(run: () => Promise<Figures>): Promise<Figures> {
  const runs: Figures[] = [];
  for (let count = 0; count < RUNS; count++) runs.push(await run());
  const middle = runs.toSorted((a, b) => a.seconds - b.seconds)[Math.floor(RUNS / 2)];
  if (middle === undefined) throw new Error('There was no run.');
  return middle;
}

function row(cells: readonly string[], { seconds, clientSeconds, packets, linkRatio }: Figures): string {
  const each = clientSeconds.map((value) => value.toFixed(1)).join(' · ');
  const line = `| ${[...cells, packets, linkRatio.toFixed(2), seconds.toFixed(1), each].join(' | ')} |`;
  console.log(line);
  return line;
}

function table(first: readonly string[], rows: readonly string[]): string {
  const head = [...first, 'packets sent', 'bytes sent ÷ file', 'all have it after, s', 'each client, s'];
  return [`| ${head.join(' | ')} |`, `|${' --- |'.repeat(head.length)}`, ...rows].join('\n');
}

function machine(): string {
  return `${cpus().length} cores, Linux ${release().split('.').slice(0, 2).join('.')}, Node ${process.versions.node}`;
}

function withText(page: string, text: string): string {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`${PAGE} has no place for the table: ${BEGIN} … ${END}.`);
  return `${page.slice(0, begin + BEGIN.length)}\n\n${text}\n\n${page.slice(end)}`;
}
