import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { COMMAND_ENV } from '../lab/requirements';
import { type Host, inside } from '../lab/topology';

/** More than this of what a program prints is not worth keeping. */
const MAX_OUTPUT_CHARS = 100_000;

/** A program that nobody here wrote, on one host of the lab. */
export class ForeignProgram {
  readonly #child: ChildProcess;
  readonly #ended: Promise<number | null>;
  #output = '';

  /** `cwd` is where a program puts files that it names itself. */
  static start(host: Host, command: string, args: readonly string[], cwd: string): ForeignProgram {
    return new ForeignProgram(host, command, args, cwd);
  }

  private constructor(
    host: Host,
    readonly command: string,
    args: readonly string[],
    cwd: string,
  ) {
    this.#child = spawn(...inside(host, command, args), { cwd, env: COMMAND_ENV, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#output = (this.#output + text).slice(-MAX_OUTPUT_CHARS);
      });
    }
    this.#ended = once(this.#child, 'close').then(
      () => this.#child.exitCode,
      (error: unknown) => {
        this.#output += String(error);
        return null;
      },
    );
  }

  /** What it has printed, on both of its outputs. */
  get output(): string {
    return this.#output;
  }

  /** Waits for its end. @returns its exit code; null where a signal ended it. @throws Error with its last words */
  async exitCode(timeoutMs = 60_000): Promise<number | null> {
    const ended = await within(this.#ended, timeoutMs);
    if (ended !== 'late') return ended;
    throw new Error(`${this.command} did not end in ${timeoutMs / 1000} s. It said:\n${this.#output.slice(-2000)}`);
  }

  /** Waits until it has printed something. @throws Error with its last words */
  async says(pattern: RegExp, timeoutMs = 30_000): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    while (!pattern.test(this.#output)) {
      if (performance.now() > deadline || this.#child.exitCode !== null)
        throw new Error(`${this.command} did not say ${pattern}. It said:\n${this.#output.slice(-2000)}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Ends it as a power cut would. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.exitCode(10_000);
  }

  /** Stops it where it is, so that it hears, and answers, nothing. */
  freeze(): void {
    this.#child.kill('SIGSTOP');
  }

  /** Ends it politely. */
  async stop(): Promise<void> {
    this.#child.kill('SIGTERM');
    await this.exitCode(10_000);
  }
}

async function within<T>(promise: Promise<T>, timeoutMs: number): Promise<T | 'late'> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), timeoutMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
