import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Stamped } from '../../src-shared/ipc/events';
import { COMMAND_ENV } from './requirements';
import { type Host, inside } from './topology';

const ROOT = join(import.meta.dirname, '../..');
export const CLI = join(ROOT, 'out/main/cli.js');
const POLL_MS = 20;

/** Something expected of a process did not come. Its message says what, of whom, and what its last words were. */
export class ProcessError extends Error {
  override name = 'ProcessError';
}

/** What a process reads and writes besides its events. */
export interface Pipes {
  /** It reads what `feed` gives it. */
  readonly isFed?: boolean;
  /** Its standard output goes to this file, and its events come by standard error. */
  readonly outputFile?: string;
}

/** One `tutti … --json` on one host of the lab, and what it says. */
export class CliProcess<E extends { event: string }> {
  readonly events: Stamped<E>[] = [];
  /** Everything printed, as it came: standard output, and standard error with `! ` before it. */
  readonly transcript: string[] = [];
  readonly #child: ChildProcess;
  #exit: { code: number | null; signal: NodeJS.Signals | null } | undefined;

  private constructor(
    readonly name: string,
    host: Host,
    args: readonly string[],
    environment: Readonly<Record<string, string>>,
    { isFed = false, outputFile }: Pipes,
  ) {
    const command = inside(host, process.execPath, [CLI, ...args, '--json']);
    const output = outputFile === undefined ? 'pipe' : openSync(outputFile, 'w');
    const stdio: StdioOptions = [isFed ? 'pipe' : 'ignore', output, 'pipe'];
    this.#child = spawn(...command, { cwd: ROOT, env: { ...COMMAND_ENV, ...environment }, stdio });
    if (typeof output === 'number') closeSync(output);
    this.#child.once('close', (code, signal) => {
      this.#exit = { code, signal };
    });
    this.#child.once('error', (error) => this.transcript.push(`! ${error.message}`));
    this.#readLines();
  }

  static start<E extends { event: string }>(
    name: string,
    host: Host,
    args: readonly string[],
    environment: Readonly<Record<string, string>> = {},
    pipes: Pipes = {},
  ): CliProcess<E> {
    return new CliProcess<E>(name, host, args, environment, pipes);
  }

  /** Gives it something to read; resolves when it may have more. */
  async feed(bytes: Uint8Array): Promise<void> {
    const { stdin } = this.#child;
    if (stdin?.write(bytes) === false) await once(stdin, 'drain');
  }

  /** There is no more to read. */
  endFeed(): void {
    this.#child.stdin?.end();
  }

  /** @throws ProcessError where it could not be started. */
  get pid(): number {
    const { pid } = this.#child;
    if (pid === undefined) throw this.#error('could not be started');
    return pid;
  }

  get hasExited(): boolean {
    return this.#exit !== undefined;
  }

  /** What it has said so far counts no more: only what it says from now on. */
  forgetEvents(): void {
    this.events.length = 0;
  }

  /** The events of one kind so far. */
  all<K extends E['event']>(kind: K): Extract<Stamped<E>, { event: K }>[] {
    return this.events.filter((event): event is Extract<Stamped<E>, { event: K }> => event.event === kind);
  }

  /** Waits for the first event of a kind that fits, also among those that have come. @throws ProcessError */
  async waitFor<K extends E['event']>(
    kind: K,
    fits: (event: Extract<Stamped<E>, { event: K }>) => boolean = () => true,
    timeoutMs = 30_000,
  ): Promise<Extract<Stamped<E>, { event: K }>> {
    const find = () => this.all(kind).find(fits);
    await this.#waitUntil(() => find() !== undefined || this.hasExited, `the event "${kind}"`, timeoutMs);
    const event = find();
    if (event === undefined) throw this.#error(`ended without the event "${kind}"`);
    return event;
  }

  /** Waits for the end. @returns the exit code; null where a signal ended it. @throws ProcessError */
  async exitCode(timeoutMs = 60_000): Promise<number | null> {
    await this.#waitUntil(() => this.hasExited, 'its end', timeoutMs);
    return this.#exit?.code ?? null;
  }

  /** Ends it as a power cut would. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.exitCode(10_000);
  }

  /** Ends it as Ctrl-C would. */
  interrupt(): void {
    this.#child.kill('SIGINT');
  }

  #readLines(): void {
    const { stdout, stderr } = this.#child;
    if (stderr === null) throw new ProcessError(`${this.name} could not be started.`);
    createInterface({ input: stdout ?? stderr }).on('line', (line) => {
      this.transcript.push(line);
      const event = parseEvent<E>(line);
      if (event !== undefined) this.events.push(event);
    });
    if (stdout !== null) createInterface({ input: stderr }).on('line', (line) => this.transcript.push(`! ${line}`));
  }

  async #waitUntil(isTrue: () => boolean, what: string, timeoutMs: number): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    while (!isTrue()) {
      if (performance.now() > deadline) throw this.#error(`was given ${timeoutMs / 1000} s for ${what}`);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  #error(what: string): ProcessError {
    const lastWords = this.transcript.slice(-5).map((line) => line.slice(0, 400));
    return new ProcessError([`${this.name} ${what}. Its last lines:`, ...lastWords].join('\n  '));
  }
}

/** A line of `--json` output; undefined where the line is no event (every line should be one: see `strayLines`). */
function parseEvent<E extends { event: string }>(line: string): Stamped<E> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isEvent<E>(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isEvent<E extends { event: string }>(value: unknown): value is Stamped<E> {
  if (typeof value !== 'object' || value === null || !('event' in value) || !('at' in value)) return false;
  return typeof value.event === 'string' && typeof value.at === 'number';
}

/** Lines of standard output that are no events: with `--json` there are none. */
export function strayLines(transcript: readonly string[]): string[] {
  return transcript.filter((line) => !line.startsWith('! ') && parseEvent(line) === undefined);
}
