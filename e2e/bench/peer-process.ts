import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { COMMAND_ENV } from '../lab/requirements';
import { type Host, inside } from '../lab/topology';
import { TooSlow } from './measurement';

const LIMIT_MS = 120_000;
const READY_LIMIT_MS = 20_000;
const POLL_MS = 10;

/** Another program on one host of the lab, and when it said what. */
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
    limitMs = LIMIT_MS,
  ) {
    this.#child = spawn(...inside(host, name, args), {
      env: COMMAND_ENV,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: limitMs,
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

  /** Waits for its end. @throws TooSlow at its limit, Error with its last words where it failed. */
  async finished(): Promise<void> {
    await this.#end;
    if (this.#child.exitCode === 0) return;
    if (this.#child.killed) throw new TooSlow(`${this.name} took longer than it was given.`);
    throw new Error(`${this.name} failed:\n${this.text.slice(-500)}`);
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#end;
  }

  /** Waits until it says this. @throws Error where it does not. */
  async says(words: string): Promise<void> {
    const deadline = performance.now() + READY_LIMIT_MS;
    while (!this.text.includes(words)) {
      if (performance.now() > deadline || !Number.isNaN(this.endedAt)) this.saidAt(words);
      await sleep(POLL_MS);
    }
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

/** Lets a program use these processes; none of them outlives it. */
export async function during<T>(processes: readonly PeerProcess[], use: () => Promise<T>): Promise<T> {
  try {
    return await use();
  } finally {
    await Promise.all(processes.map((process) => process.kill()));
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
