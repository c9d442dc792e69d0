import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { COMMAND_ENV } from '../lab/requirements';
import { type Host, inside } from '../lab/topology';

const LIMIT_MS = 120_000;

/** Another project's program on one host of the lab, and when it said what. */
export class PeerProcess {
  readonly startedAt = performance.now();
  endedAt = Number.NaN;
  readonly #said: { at: number; text: string }[] = [];
  readonly #child: ChildProcess;
  readonly #end: Promise<void>;

  constructor(
    readonly name: string,
    host: Host,
    args: readonly string[],
  ) {
    this.#child = spawn(...inside(host, name, args), {
      env: COMMAND_ENV,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: LIMIT_MS,
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (data) => this.#said.push({ at: performance.now(), text: String(data) }));
    }
    this.#end = new Promise((resolve, reject) => {
      this.#child.once('error', reject);
      this.#child.once('close', () => {
        this.endedAt = performance.now();
        resolve();
      });
    });
  }

  /** Waits for its end. @throws Error with its last words where it failed. */
  async finished(): Promise<void> {
    await this.#end;
    if (this.#child.exitCode === 0) return;
    throw new Error(`${this.name} failed:\n${this.text.slice(-500)}`);
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#end;
  }

  /** When it first said this, in ms. @throws Error where it never did. */
  saidAt(words: string): number {
    const found = this.#said.find(({ text }) => text.includes(words));
    if (found === undefined) throw new Error(`${this.name} never said "${words}":\n${this.text.slice(-500)}`);
    return found.at;
  }

  get text(): string {
    return this.#said.map(({ text }) => text).join('');
  }
}

/** Why a Debian program cannot be used; undefined where it can. */
export function installProblem(program: string, debianPackage: string): string | undefined {
  try {
    execFileSync('sh', ['-c', `command -v ${program}`], { env: COMMAND_ENV, stdio: 'ignore' });
    return undefined;
  } catch {
    return `${program} is not installed (Debian: ${debianPackage})`;
  }
}
