import type { Session } from '../lab/session';
import type { ProcessorTime } from './processor-time';

/** What one run of one tool took. */
export interface Measurement {
  /** The file's size over the time of the data phase. */
  readonly megabytesPerSecond: number;
  readonly sessionSeconds: number;
  /** Bytes on the sender's link, for each byte of the file. */
  readonly linkRatio: number;
  /** Processor time of sender and receivers for each megabyte that one student got, in µs. */
  readonly processorMicroseconds: number;
  /** The same of the whole machine. */
  readonly machineMicroseconds: number;
}

/** A program that sends one file to every student of a lab. */
export interface Tool {
  readonly name: string;
  /** What the lab's loss meets: whatever carries the tool's data. */
  readonly carrier: 'multicast' | 'tcp';
  /** Why it cannot be measured here; undefined where it can. */
  problem(): string | undefined;
  /** @throws Error where a receiver did not get the file; TooSlow where it took longer than anybody would wait. */
  run(session: Session, file: string, network: Network): Promise<Timing>;
}

/** A tool that takes this long in a row is not tried again in it. */
export class TooSlow extends Error {
  override name = 'TooSlow';
}

interface Timing {
  /** From the first data to the last receiver's last byte. */
  readonly dataSeconds: number;
  /** From the sender's start until it, and every receiver, has ended. */
  readonly sessionSeconds: number;
  /** Of the session. */
  readonly processor: ProcessorTime;
  /** Bytes that the sender's card had sent before the session. */
  readonly bytesBefore?: number;
}

export interface Network {
  readonly name: string;
  /** What the sender's card lets through; undefined: as much as the machine can. */
  readonly megabitsPerSecond?: number;
}

/** The middle of three or more; of two the larger. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** Each figure's own median; undefined where there is no run. */
export function medianOf(runs: readonly Measurement[]): Measurement | undefined {
  if (runs.length === 0) return undefined;
  const of = (key: keyof Measurement) => median(runs.map((run) => run[key]));
  return {
    megabytesPerSecond: of('megabytesPerSecond'),
    sessionSeconds: of('sessionSeconds'),
    linkRatio: of('linkRatio'),
    processorMicroseconds: of('processorMicroseconds'),
    machineMicroseconds: of('machineMicroseconds'),
  };
}
