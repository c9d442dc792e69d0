import { randomBytes } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { median } from '../bench/measurement';
import { natsProblem } from '../interop/nats-server';
import { labProblem } from '../lab/requirements';
import { type ChannelRun, overMulticast } from './over-multicast';
import { jetStreamAlone, tuttiOverNats } from './over-nats';

/**
 * `npm run bench:channels`: what channels carry and how soon they repair, by multicast in the lab and over NATS, beside JetStream by
 * itself, all in one run; writes docs/performance-channels.md.
 */

const PAGE = join(import.meta.dirname, '../../docs/performance-channels.md');
const BASE = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
const RUNS = 3;

const CASES = [
  { subscribers: 1, loss: 0, archive: true },
  { subscribers: 4, loss: 0, archive: true },
  { subscribers: 8, loss: 0, archive: true },
  { subscribers: 4, loss: 0.01, archive: true },
  { subscribers: 4, loss: 0.01, archive: false },
];

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  const problem = labProblem() ?? natsProblem();
  if (problem !== undefined) {
    console.error(`bench: ${problem}.`);
    return 1;
  }
  const megabytes = args.includes('--quick') ? 5 : 40;
  const content = randomBytes(megabytes * 1e6);
  const load = loadavg()[0] ?? 0;
  const alone = await medianRate('JetStream alone', () => jetStreamAlone(content, BASE));
  const nats = await medianRate('Tutti over NATS', () => tuttiOverNats(content, BASE));
  const lines = [
    line('JetStream alone, a message for each 1,440 bytes', alone, alone),
    line('Tutti over NATS: signed, on the publisher’s disk first', nats, alone),
  ];
  const repairs: string[] = [];
  const costs: Cost[] = [];
  for (const { subscribers, loss, archive } of CASES) {
    const run = await middleRun(() => overMulticast({ content, subscribers, loss, archive, base: BASE }));
    lines.push(line(caseName(subscribers, loss, archive), run.megabytesPerSecond, alone, run, megabytes));
    if (loss === 0) costs.push({ subscribers, milliseconds: (1000 * run.cpuSeconds) / megabytes });
    if (loss > 0) repairs.push(repairLine(caseName(subscribers, loss, archive), run));
  }
  const page = pageOf(megabytes, load, lines, costs, repairs);
  console.log(page);
  if (!args.includes('--quick')) writeFileSync(PAGE, page);
  return 0;
}

function caseName(subscribers: number, loss: number, archive: boolean): string {
  const keeper = archive ? 'an archive' : 'no archive';
  return `Tutti by multicast, ${subscribers} ${subscribers === 1 ? 'subscriber' : 'subscribers'} and ${keeper}, ${loss * 100} % loss`;
}

async function medianRate(name: string, run: () => Promise<number>): Promise<number> {
  const rates: number[] = [];
  for (let i = 0; i < RUNS; i++) rates.push(await run());
  console.log(`${name}: ${rates.map((rate) => rate.toFixed(1)).join(', ')} MB/s`);
  return median(rates);
}

async function middleRun(run: () => Promise<ChannelRun>): Promise<ChannelRun> {
  const runs: ChannelRun[] = [];
  for (let i = 0; i < RUNS; i++) runs.push(await run());
  runs.sort((a, b) => a.megabytesPerSecond - b.megabytesPerSecond);
  const middle = runs[Math.floor(RUNS / 2)];
  if (middle === undefined) throw new Error('nothing was measured');
  console.log(`${middle.megabytesPerSecond.toFixed(1)} MB/s`);
  return middle;
}

function line(name: string, rate: number, alone: number, run?: ChannelRun, megabytes = Number.NaN): string {
  const link = run === undefined ? '–' : run.linkRatio.toFixed(2);
  const cpu = run === undefined ? '–' : Math.round((1000 * run.cpuSeconds) / megabytes);
  return `| ${name} | ${rate.toFixed(1)} | ${Math.round((rate * 1e6) / 1_440)} | ${(rate / alone).toFixed(2)} | ${link} | ${cpu} |`;
}

/** Processor time of a channel's programs for each MB. */
interface Cost {
  readonly subscribers: number;
  readonly milliseconds: number;
}

/** What one subscriber more costs. */
function costOfOne(costs: readonly Cost[]): string {
  const [fewest, most] = [costs[0], costs.at(-1)];
  if (fewest === undefined || most === undefined) return '–';
  return ((most.milliseconds - fewest.milliseconds) / (most.subscribers - fewest.subscribers)).toFixed(0);
}

function repairLine(name: string, { repairs }: ChannelRun): string {
  const by = (who: string) => repairs.filter((repair) => repair.by === who).map(({ ms }) => ms);
  const cell = (values: readonly number[]) =>
    values.length === 0 ? '–' : `${quantile(values, 0.5)} / ${quantile(values, 0.99)} (${values.length})`;
  return `| ${name} | ${cell(by('archive'))} | ${cell(by('server'))} | ${cell(by('group'))} |`;
}

function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? Number.NaN;
}

function pageOf(
  megabytes: number,
  load: number,
  lines: readonly string[],
  costs: readonly Cost[],
  repairs: readonly string[],
): string {
  return `# How fast channels are

Written by \`npm run bench:channels\` on ${cpus().length} cores, Linux ${release().split('.').slice(0, 2).join('.')}, Node ${process.versions.node}; the load was ${load.toFixed(1)} when it began, so
the ratios mean more than the figures. ${megabytes} MB, packets of 1,440 bytes, medians of ${RUNS} runs in one go. Publisher, archive and subscribers are programs in network namespaces
behind one switch, all on the same cores; NATS is measured within one program and nats-server.

A rate is from the first packet until the last is stored and acknowledged: by the archive, by JetStream, or, without an archive, until all subscribers have it.

| what | MB/s | packets/s | ÷ JetStream alone | bytes on the publisher's link ÷ content | processor, ms a MB |
| ---- | ---- | --------- | ----------------- | --------------------------------------- | ------------------ |
${lines.join('\n')}

The last column is the processor time of all programs of the channel together, their start included, for each MB of content. One subscriber more
costs ${costOfOne(costs)} ms a MB.

From a gap seen to a gap repaired, ms, p50 / p99 (how many ranges), by who repaired it:

| what | archive | publisher | group |
| ---- | ------- | --------- | ----- |
${repairs.join('\n')}
`;
}
