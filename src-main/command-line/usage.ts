import { parseArgs } from 'node:util';
import { codeSchema } from '../../src-shared/ipc/contract';
import { messageOf } from '../../src-shared/text/message-of';

/** The command line cannot be understood; exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const USAGE = `Usage:
  tutti send PATH... [--stdin] [--listen HOST:PORT] [--interface ADDR] [--group ADDR] [--port UDP] [--ttl N]
                     [--wait-for N] [--wait SECONDS] [--rate auto|MBIT] [--max-rounds N]
                     [--repair auto|plain|tcp] [--code CODE | --trust-on-first-use]
                     [--name NAME] [--state DIR] [--json]
  tutti receive --dir DIR [--connect HOST:PORT] [--interface ADDR] [--name NAME]
                     [--code CODE | --pin FINGERPRINT | --trust-on-first-use]
                     [--folders TEMPLATE] [--conflict keepBoth|replace|backUp]
                     [--state DIR] [--once] [--json]
  tutti tftp serve --root DIR [--listen HOST:PORT] [--interface ADDR] [--groups A-B] [--ttl N]
                     [--delay MS] [--without delay,join,quality,rate,resend]
                     [--write-to DIR] [--json]
  tutti tftp get HOST[:PORT] FILE [--multicast] [--blksize N] [--windowsize N] [--timeout S]
                     [--interface ADDR] [--out PATH] [--json]
  tutti channel publish SUBJECT (--watch DIR | --stdin [--packet BYTES]) [--keep SIZE]
                     [--listen HOST:PORT] [--interface ADDR] [--code CODE | --trust-on-first-use]
                     [--bus URL] [--name NAME] [--state DIR] [--json]
  tutti channel subscribe PATTERN (--dir DIR | --stdout) [--from now|beginning|NUMBER|TIME]
                     [--connect HOST:PORT] [--interface ADDR] [--bus URL]
                     [--code CODE | --pin FINGERPRINT | --trust-on-first-use]
                     [--name NAME] [--state DIR] [--json]
  tutti channel relay PATTERN --bus URL [--pin FINGERPRINT | --trust-publisher-on-first-use]
                     [--listen HOST:PORT] [--interface ADDR] [--code CODE | --trust-on-first-use]
                     [--name NAME] [--state DIR] [--json]
  tutti archive [PATTERN] --store DIR [--keep AGE,SIZE] [--listen HOST:PORT] [--connect HOST:PORT]
                     [--interface ADDR] [--code CODE | --pin FINGERPRINT | --trust-on-first-use]
                     [--name NAME] [--state DIR] [--json]
  tutti help | version

send     sends files and folders to every student in the room, and ends when all have them
receive  takes whatever the paired teacher sends, for ever, or once
tftp     serves files to devices that cannot run Tutti, or fetches one as they do
channel  publishes a folder's files, or another program's stream, to whoever subscribes to its subject
archive  keeps the packets of channels, for those who missed them or come later

Exit code 0: everybody is complete. 1: somebody is not. 2: the command line is wrong.`;

type Options = NonNullable<Parameters<typeof parseArgs>[0]>['options'];
/** Flags as they were given. */
export type Values = Readonly<Record<string, string | boolean | undefined>>;

/**
 * Splits arguments into values and positionals.
 * @throws UsageError for an unknown flag or a missing value.
 */
export function parse(args: readonly string[], options: Options): { values: Values; positionals: string[] } {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options: options ?? {}, allowPositionals: true });
    return { values: values as Values, positionals };
  } catch (error) {
    const [sentence] = messageOf(error).split('. ');
    throw new UsageError(`${sentence}.`);
  }
}

export function textOf(values: Values, flag: string): string | undefined {
  const value = values[flag];
  return typeof value === 'string' ? value : undefined;
}

/** A flag's number within bounds. @throws UsageError */
export function numberOf(
  values: Values,
  flag: string,
  bounds: { min: number; max: number; whole?: boolean },
): number | undefined {
  const text = textOf(values, flag);
  if (text === undefined) return undefined;
  const value = Number(text);
  const fits =
    text.trim() !== '' &&
    value >= bounds.min &&
    value <= bounds.max &&
    (bounds.whole === false || Number.isInteger(value));
  if (fits) return value;
  const kind = bounds.whole === false ? 'number' : 'whole number';
  throw new UsageError(`--${flag} takes a ${kind} from ${bounds.min} to ${bounds.max}, not “${text}”.`);
}

/** `HOST:PORT` or `[IPv6]:PORT`. @throws UsageError */
export function placeOf(values: Values, flag: string): { host: string; port: number } | undefined {
  const text = textOf(values, flag);
  if (text === undefined) return undefined;
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (host === undefined || port > 65535)
    throw new UsageError(`--${flag} takes HOST:PORT, such as 192.168.1.20:47470, not “${text}”.`);
  return { host, port };
}

/** A room's eight digits; spaces and dashes between them are as good as none. @throws UsageError */
export function codeOf(values: Values): string | undefined {
  const text = textOf(values, 'code');
  if (text === undefined) return undefined;
  const { data } = codeSchema.safeParse(text);
  if (data === undefined) throw new UsageError(`--code takes the eight digits of a room, not “${text}”.`);
  return data;
}

/** One of a few words. @throws UsageError */
export function choiceOf<T extends string>(values: Values, flag: string, choices: readonly T[]): T | undefined {
  const text = textOf(values, flag);
  if (text === undefined) return undefined;
  const choice = choices.find((candidate) => candidate === text);
  if (choice === undefined) throw new UsageError(`--${flag} takes ${choices.join(', ')}, not “${text}”.`);
  return choice;
}
