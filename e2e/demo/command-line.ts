import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A `tutti` command in a process of its own. */

const STOP_MS = 3000;
const KEPT_STDERR_CHARS = 4000;

/** One clear sentence for the person who runs the demo. */
export class DemoError extends Error {
  override name = 'DemoError';
}

export interface CommandOptions {
  /** How to call it in messages. */
  readonly title: string;
  /** The built command line. */
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Each line of its standard output. */
  onLine(line: string): void;
}

export class Command {
  /** Its exit code; null when a signal ended it. */
  readonly ended: Promise<number | null>;
  readonly title: string;
  private readonly child: ChildProcess;
  private stderr = '';

  constructor({ title, program, args, env, onLine }: CommandOptions) {
    this.title = title;
    const child = spawn(process.execPath, [program, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    });
    this.child = child;
    createInterface({ input: child.stdout }).on('line', (line) => this.take(line, onLine));
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.stderr = (this.stderr + text).slice(-KEPT_STDERR_CHARS);
    });
    // "close" comes after the last line has been read, "exit" may come before.
    this.ended = new Promise((resolve) => {
      child.once('close', resolve);
      child.once('error', (error) => {
        this.stderr += error.message;
        resolve(null);
      });
    });
  }

  /**
   * The exit code.
   * @throws DemoError when the process is still there after `ms`.
   */
  async exitCode(ms: number): Promise<number | null> {
    return within(this.ended, ms, `${this.title} did not end within ${ms / 1000} s.`);
  }

  /** Rejects with a DemoError when the process ends with another exit code than 0, or at all. */
  failure({ evenWithCode0 }: { evenWithCode0: boolean }): Promise<never> {
    const failure = this.ended.then((code): Promise<never> => {
      if (code === 0 && !evenWithCode0) return new Promise(() => undefined);
      throw new DemoError(`${this.title} ended early (exit code ${code}). ${this.stderr.trim()}`.trim());
    });
    // Nobody may be waiting when it happens.
    failure.catch(() => undefined);
    return failure;
  }

  private take(line: string, onLine: (line: string) => void): void {
    try {
      onLine(line);
    } catch {
      this.stderr += `It printed a line that is not in its contract: ${line.slice(0, 200)}`;
      this.child.kill();
    }
  }

  /** Ends the process: asks first, as Ctrl-C does, then insists. */
  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill('SIGINT');
    const insist = setTimeout(() => this.child.kill('SIGKILL'), STOP_MS);
    await this.ended;
    clearTimeout(insist);
  }
}

/**
 * The promise's value.
 * @throws DemoError with the given sentence when it takes longer than `ms`.
 */
export async function within<T>(promise: Promise<T>, ms: number, sentence: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new DemoError(sentence)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
