import { barChart, type Panel } from './chart';
import { nameOf, type Row } from './comparison';
import type { Measurement } from './measurement';
import type { TargetResult } from './targets';

const FIGURES: readonly { readonly title: string; readonly text: (one: Measurement) => string }[] = [
  { title: 'Data phase, MB/s', text: ({ megabytesPerSecond }) => megabytesPerSecond.toFixed(1) },
  { title: 'Whole session, seconds', text: ({ sessionSeconds }) => sessionSeconds.toFixed(2) },
  { title: 'Bytes on the sender’s link for each byte of the file', text: ({ linkRatio }) => linkRatio.toFixed(2) },
  {
    title: 'Processor time for each MB that a student gets, µs: the tool’s processes (the whole machine)',
    text: ({ processorMicroseconds, machineMicroseconds }) =>
      `${processorMicroseconds.toFixed(0)} (${machineMicroseconds.toFixed(0)})`,
  },
];

/** The picture docs/performance.svg: the data phases where no link is the limit. */
export function performanceChart(rows: readonly Row[]): string {
  const free = rows.filter(({ network }) => network.megabitsPerSecond === undefined);
  const panels = [...new Set(free.map(({ students }) => students))].map((students): Panel => {
    const ofClass = free.filter((row) => row.students === students);
    return { title: chartTitle(students, ofClass[0]?.fileBytes ?? 0), groups: ofClass.map(lossGroup) };
  });
  return barChart('Data phase, MB/s, with no limit to the link', [...(free[0]?.results.keys() ?? [])], panels);
}

function chartTitle(students: number, fileBytes: number): string {
  return `${students === 1 ? '1 student' : `${students} students`}, a file of ${fileBytes / 1e6} MB`;
}

function lossGroup({ loss, results }: Row): Panel['groups'][number] {
  return { label: `${loss * 100} % loss`, values: [...results.values()].map((one) => one?.megabytesPerSecond) };
}

/** The page docs/performance.md. */
export function performancePage(machine: string, runs: number, rows: readonly Row[], targets: readonly TargetResult[]) {
  return `# Performance

Written by \`npm run bench\`. ${machine}

Everything runs on that one machine: each host is a network namespace behind one switch with IGMP snooping, MTU 1500, files in memory;
the kernel’s queue between them (netdev_max_backlog) is deep enough to drop nothing.
Each host’s card gathers what it receives (GRO) for whichever tool runs, as real cards do.
The receivers compete with the sender for the processor, so that the ratios between the tools mean more than the figures.
Each figure is the median of ${runs} runs (with thirty students, of three), in which the tools took turns. Every run sends one random file: ${sizes(rows)}.

## Side by side

![Data phase of each tool in MB/s, by students and loss; all figures are in the first table below.](performance.svg)

- **The tools.** TCP one by one: one student after the other, plain TCP from file to file, without encryption or digests; given up after 20 s
  (–). udpcast with the settings that were fastest here. uftp does not find its rate: each row has the best of several, tried just
  before. Tutti with its defaults, which find the rate alone: by node:dgram, and with the accelerator.
  Tutti encrypts, and checks digests; what it delivered is compared with what was sent. The others do neither.
- **The loss** strikes single multicast datagrams on their way from the switch to each student; for TCP one by one its segments.
- **The data phase** begins for Tutti when the data channel opens, for udpcast with “Starting transfer”, for uftp with its first
  section, for TCP with the first connection. It ends when the last student has everything: for Tutti checked and in its place,
  for uftp when the sender has heard so.
- **The whole session** begins for Tutti with the command to send, in a room where all students are; for the others when the sender starts and
  the receivers wait. It ends with the sender, for udpcast and TCP with the last receiver too. Tutti’s teacher and students are programs that run
  all day: three pieces, of 60 MB together at most, have been sent before, so that much of their code is compiled and the room knows about what
  rate it can start with, and how much is lost. The others are compiled as they come.
- **Processor time** is user and system time of sender and receivers during the session; the start of
  Tutti and of waiting receivers is not in it. What the kernel does for the network in nobody’s name
  is only in the figure of the whole machine, and so is whatever else runs on it.

${FIGURES.map(({ title, text }) => `### ${title}\n\n${figureTable(rows, text)}`).join('\n\n')}

${rateTable(rows)}

${failureList(rows)}

Where the processor time goes, and what would move it: [performance-profile.md](performance-profile.md).

## Numbers to meet

${targetTable(targets)}
`;
}

function rateTable(rows: readonly Row[]): string {
  const chosen = rows.map((row) => [nameOf(row), String(row.uftpRate)]);
  return `### What uftp was given, Mbit/s\n\n${table(['', 'rate'], chosen)}`;
}

/** A median of those that came through says nothing about the others. */
function failureList(rows: readonly Row[]): string {
  const failed = rows.flatMap((row) =>
    [...row.failures].map(([tool, runs]) => `${tool}, ${nameOf(row)} (${runs === 1 ? 'once' : `${runs} times`})`),
  );
  return `Runs that failed or were given up: ${failed.length > 0 ? failed.join('; ') : 'none'}.`;
}

/** All figures, for the terminal. */
export function comparisonTables(rows: readonly Row[]): string {
  return [...FIGURES.map(({ title, text }) => `${title}\n${figureTable(rows, text)}`), failureList(rows)].join('\n\n');
}

export function targetTable(targets: readonly TargetResult[]): string {
  const lines = targets.map(({ what, bound, measured, isMet }) => [what, bound, measured, verdict(isMet)]);
  return table(['what', 'bound', 'measured', 'met'], lines);
}

function verdict(isMet: boolean | undefined): string {
  if (isMet === undefined) return '';
  return isMet ? 'yes' : '**no**';
}

function figureTable(rows: readonly Row[], text: (one: Measurement) => string): string {
  const tools = [...(rows[0]?.results.keys() ?? [])];
  const lines = rows.map((row) => [nameOf(row), ...tools.map((tool) => cell(row.results.get(tool), text))]);
  return table(['', ...tools], lines);
}

function cell(one: Measurement | undefined, text: (one: Measurement) => string): string {
  return one === undefined ? '–' : text(one);
}

function table(head: readonly string[], lines: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function sizes(rows: readonly Row[]): string {
  const megabytes = new Map(rows.map(({ students, fileBytes }) => [students, fileBytes / 1e6]));
  return [...megabytes].map(([students, size]) => `${size} MB to ${students}`).join(', ');
}
