import { cpus, release } from 'node:os';
import { percentile } from './figures';
import type { MemorySample, Smoothness } from './watched-window';

const FRAME_MS = 16;
const IPC_BYTES = 1_000_000;
/** Growth of the live heap between the first and the last third of the run that still counts as flat. */
const FLAT_MB = 2;
/** The page shows a sample of so many minutes. */
const SHOWN_MINUTES = 5;

export interface Target {
  readonly what: string;
  readonly bound: string;
  readonly measured: string;
  readonly isMet: boolean;
}

export function targetsOf(smoothness: Smoothness, memory: readonly MemorySample[]): Target[] {
  const busy = percentile(smoothness.busy, 0.95);
  const growth = growthOf(memory);
  return [
    {
      what: 'main thread, 95th percentile of frames',
      bound: `≤ ${FRAME_MS} ms`,
      measured: ms(busy),
      isMet: busy <= FRAME_MS,
    },
    {
      what: 'IPC to the window',
      bound: '≤ 1 MB/s',
      measured: `${(smoothness.ipcBytesPerSecond / 1e6).toFixed(2)} MB/s`,
      isMet: smoothness.ipcBytesPerSecond <= IPC_BYTES,
    },
    {
      what: 'live heap of the page, growth',
      bound: `≤ ${FLAT_MB} MB`,
      measured: `${growth.toFixed(1)} MB`,
      isMet: growth <= FLAT_MB,
    },
  ];
}

/** The page docs/performance-ui.md. */
export function performancePage(parts: {
  readonly students: number;
  readonly seconds: number;
  readonly speed: number;
  readonly runtime: string;
  readonly smoothness: Smoothness;
  readonly memory: readonly MemorySample[];
}): string {
  const { students, seconds, speed, runtime, smoothness, memory } = parts;
  const { intervals, busy } = smoothness;
  const share = (limit: number) =>
    `${((100 * intervals.filter((one) => one > limit).length) / intervals.length).toFixed(1)} %`;
  const row = (values: readonly number[]) => [0.5, 0.95, 0.99, 1].map((rank) => ms(percentile(values, rank)));
  return `# Performance of the window

Written by \`npm run bench:ui\` on ${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}), Linux ${kernelVersion()}, Electron ${runtime}, drawn by software
on a virtual screen at 60 Hz, without the help of a graphics processor. ${students} simulated students, ten pictures a second
through the same contract as a running room, every student changing in every one; the class is scrolled without a pause
for ${seconds} s.

## Numbers to meet

${table(
  ['what', 'bound', 'measured', 'met'],
  targetsOf(smoothness, memory).map(({ what, bound, measured, isMet }) => [
    what,
    bound,
    measured,
    isMet ? 'yes' : '**no**',
  ]),
)}

A frame's own work is everything that the page's main thread does from one animation frame to the next: messages, React,
layout, painting; in processor time, so that it does not depend on what else the machine does. At 60 Hz the time between
two frames cannot be less than 16.7 ms, however little there is to do.

## Frames

${table(
  ['', 'median', '95 %', '99 %', 'longest'],
  [
    ['work of the main thread', ...row(busy)],
    ['time between frames', ...row(intervals)],
  ],
)}

${intervals.length} frames; ${share(25)} came late by a frame or more, ${share(50)} by two or more. Tasks of more than 50 ms: ${smoothness.longTasks}.
${smoothness.messagesPerSecond.toFixed(1)} messages a second to the window, ${(smoothness.ipcBytesPerSecond / 1000).toFixed(0)} kB/s as structured clones.

## Memory

${memory.at(-1)?.minute ?? 0} simulated minutes, ${speed} times as fast as real ones; the heap is what lives after a collection. The
main process holds the whole recording that it plays: its size says nothing, its growth would.

${table(
  ['minute', 'heap of the page', 'page, resident', 'main process, resident'],
  memory
    .filter(({ minute }) => minute % SHOWN_MINUTES === 0)
    .map(({ minute, heap, page, main }) => [String(minute), mb(heap), mb(page), mb(main)]),
)}
`;
}

/** How much more lives in the last third of the run than in the first, after the first sample, in MB. */
function growthOf(memory: readonly MemorySample[]): number {
  const heaps = memory.slice(1).map(({ heap }) => heap);
  const third = Math.max(1, Math.floor(heaps.length / 3));
  return percentile(heaps.slice(-third), 0.5) - percentile(heaps.slice(0, third), 0.5);
}

function kernelVersion(): string {
  return release().split('.').slice(0, 2).join('.');
}

function ms(value: number): string {
  return `${value.toFixed(1)} ms`;
}

function mb(value: number): string {
  return `${value.toFixed(1)} MB`;
}

function table(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const widths = head.map((_, column) => Math.max(3, ...[head, ...lines].map((cells) => cells[column]?.length ?? 0)));
  const row = (cells: readonly string[]) => `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`;
  return [head, widths.map((width) => '-'.repeat(width)), ...lines].map(row).join('\n');
}
