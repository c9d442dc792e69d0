import type { Session } from '../lab/session';

/** What one run of one tool took. */
export interface Measurement {
  /** The file's size over the time of the data phase. */
  readonly megabytesPerSecond: number;
  readonly sessionSeconds: number;
  /** Bytes on the sender's link, for each byte of the file. */
  readonly linkRatio: number;
}

/** A program that sends one file to every student of a lab. */
export interface Tool {
  readonly name: string;
  /** Why it cannot be measured here; undefined where it can. */
  problem(): string | undefined;
  /** @throws Error where a receiver did not get the file. */
  run(session: Session, file: string, network: Network): Promise<Timing>;
}

interface Timing {
  /** From the first data to the last receiver's last byte. */
  readonly dataSeconds: number;
  /** From the sender's start until it, and every receiver, has ended. */
  readonly sessionSeconds: number;
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
