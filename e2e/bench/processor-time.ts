import { readFileSync } from 'node:fs';

/** Seconds of processor time, user and system. */
export interface ProcessorTime {
  /** Of every process that this one has started, threads included, whether it still runs or has ended. */
  readonly processes: number;
  /** Of the whole machine: also what the kernel did for the network in nobody's name. */
  readonly machine: number;
}

/** Linux gives /proc in hundredths of a second, whatever its own clock. */
const TICKS_A_SECOND = 100;

/** Processor time used so far; two of these make a measurement. */
export function processorTime(): ProcessorTime {
  // What has ended is in this process's own figures as soon as it was waited for.
  const ended = ticks('/proc/self/stat', ENDED_CHILDREN);
  const running = children().map((pid) => ticks(`/proc/${pid}/stat`, OWN));
  return {
    processes: (ended + running.reduce((sum, time) => sum + time, 0)) / TICKS_A_SECOND,
    machine: machineTicks() / TICKS_A_SECOND,
  };
}

export function processorTimeSince(before: ProcessorTime): ProcessorTime {
  const now = processorTime();
  return { processes: now.processes - before.processes, machine: now.machine - before.machine };
}

/** Most memory that a process has had so far, in bytes; 0 where it has ended. */
export function peakMemory(pid: number): number {
  const kilobytes = /^VmHWM:\s*(\d+) kB$/m.exec(contents(`/proc/${pid}/status`))?.[1];
  return Number(kilobytes ?? 0) * 1024;
}

/** Columns of proc_pid_stat(5) behind the name: utime and stime, cutime and cstime. */
const OWN = [11, 12];
const ENDED_CHILDREN = [13, 14];

function ticks(path: string, columns: readonly number[]): number {
  // The name is in parentheses, and may have some itself.
  const line = contents(path);
  const values = line.slice(line.lastIndexOf(')') + 2).split(' ');
  return columns.reduce((sum, column) => sum + Number(values[column] ?? 0), 0);
}

function children(): string[] {
  return contents(`/proc/self/task/${process.pid}/children`).split(' ').filter(Boolean);
}

function machineTicks(): number {
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = contents('/proc/stat')
    .slice('cpu '.length)
    .trimStart()
    .split(' ')
    .map(Number);
  return user + nice + system + irq + softirq;
}

/** Empty where the process is gone. */
function contents(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
