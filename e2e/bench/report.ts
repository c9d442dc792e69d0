import { cpus, release } from 'node:os';
import type { Measurement } from './measurement';
import type { TargetResult } from './targets';

/** One network, number of students and loss rate; for each tool what it took, or why there is no figure. */
export interface Row {
  readonly network: string;
  readonly students: number;
  readonly loss: number;
  readonly results: ReadonlyMap<string, Measurement | undefined>;
}

/** The page docs/performance.md. */
export function performancePage(rows: readonly Row[], targets: readonly TargetResult[], fileBytes: number): string {
  return `# Performance

Written by \`npm run bench\` on ${cpus().length} cores, Linux ${kernelVersion()}, Node ${process.versions.node}: network namespaces
behind one switch with IGMP snooping, MTU 1500, one random file of ${fileBytes / 1e6} MB, all hosts on the same cores. On such a
machine the receivers compete with the sender for the processor, so that the ratios between the tools mean more than the figures.
Each figure is the median of the runs. Everything the tools receive is compared with what was sent, or vouched for by the tool.

## Side by side

Data phase in MB/s (from the first data to the last receiver's last byte), then the whole session in seconds, then bytes on
the sender's link for each byte of the file. A session of Tutti begins when the last student is in the room, as a room stays open.

${comparisonTable(rows)}

## Numbers to meet

${targetTable(targets)}
`;
}

export function comparisonTable(rows: readonly Row[]): string {
  const tools = [...(rows[0]?.results.keys() ?? [])];
  const lines = rows.map(({ network, students, loss, results }) => {
    const cells = tools.map((tool) => cell(results.get(tool)));
    return [network, `${students} / ${loss * 100} %`, ...cells];
  });
  return table(['network', 'students / loss', ...tools], lines);
}

export function targetTable(targets: readonly TargetResult[]): string {
  const lines = targets.map(({ what, bound, measured, isMet }) => [what, bound, measured, isMet ? 'yes' : '**no**']);
  return table(['what', 'bound', 'measured', 'met'], lines);
}

function cell(measurement: Measurement | undefined): string {
  if (measurement === undefined) return '–';
  const { megabytesPerSecond, sessionSeconds, linkRatio } = measurement;
  return `${megabytesPerSecond.toFixed(0)} MB/s · ${sessionSeconds.toFixed(1)} s · ${linkRatio.toFixed(2)}`;
}

function table(head: readonly string[], lines: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function kernelVersion(): string {
  return release().split('.').slice(0, 2).join('.');
}
