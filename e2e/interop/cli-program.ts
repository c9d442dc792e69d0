import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { CLI } from '../lab/processes';

const POLL_MS = 20;

/** `tutti …` as a program of its own; it can use the loopback interface only. */
export class CliProgram {
  readonly output: Buffer[] = [];
  readonly errors: Buffer[] = [];
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;

  constructor(args: readonly string[]) {
    const env = { ...process.env, TUTTI_INTERFACE: '127.0.0.1', TUTTI_IMPAIR: '' };
    this.#child = spawn(process.execPath, [CLI, ...args], { env, stdio: 'pipe' });
    this.#child.stdout?.on('data', (data: Buffer) => this.output.push(data));
    this.#child.stderr?.on('data', (data: Buffer) => this.errors.push(data));
    this.#ended = once(this.#child, 'close');
  }

  /** What it says, by lines of `--json`. */
  events(stream: 'output' | 'errors' = 'output'): { event: string; [field: string]: unknown }[] {
    const lines = Buffer.concat(this[stream]).toString().split('\n').slice(0, -1);
    return lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
  }

  /** Gives it this to read, and no more. */
  feed(bytes: Uint8Array): void {
    this.#child.stdin?.end(bytes);
  }

  /** Waits for something that it does. @throws Error with its last words */
  async until(what: string, isTrue: () => boolean, timeoutMs = 30_000): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    while (!isTrue()) {
      if (performance.now() > deadline || this.#child.exitCode !== null)
        throw new Error(
          `never ${what}; it said:\n${Buffer.concat([...this.output, ...this.errors])
            .toString()
            .slice(-2000)}`,
        );
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  /** Waits for its end. @returns its exit code */
  async exitCode(timeoutMs = 60_000): Promise<number | null> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error('it did not end in time')), timeoutMs);
    });
    await Promise.race([this.#ended, late]).finally(() => clearTimeout(timer));
    return this.#child.exitCode;
  }

  interrupt(): void {
    this.#child.kill('SIGINT');
  }

  /** Ends it as a power cut would; one that has ended is left. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.exitCode();
  }
}
