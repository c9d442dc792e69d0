import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { freePort } from '../free-port';
import { COMMAND_ENV } from '../lab/requirements';

const START_MS = 30_000;

/** Why Debian's nats-server cannot be used here; undefined where it can. */
export function natsProblem(): string | undefined {
  try {
    execFileSync('nats-server', ['--version'], { env: COMMAND_ENV, stdio: 'ignore' });
    return undefined;
  } catch {
    return 'nats-server is not installed (Debian: nats-server)';
  }
}

export interface NatsSettings {
  /** What JetStream may store in all. */
  readonly maxBytes?: number;
  readonly user?: string;
  readonly password?: string;
}

/** A NATS server with JetStream on 127.0.0.1, that can be killed and started again with what it has stored. */
export class NatsServer {
  #child: ChildProcess | undefined;

  private constructor(
    readonly port: number,
    private readonly folder: string,
    private settings: NatsSettings,
  ) {}

  static async start(folder: string, settings: NatsSettings = {}): Promise<NatsServer> {
    const server = new NatsServer(await freePort(), folder, settings);
    await server.start();
    return server;
  }

  get url(): string {
    return `nats://127.0.0.1:${this.port}`;
  }

  /** Resolves when it takes connections; other settings count from now on. */
  async start(settings = this.settings): Promise<void> {
    this.settings = settings;
    const config = join(this.folder, 'nats-server.conf');
    writeFileSync(config, this.config());
    this.#child = spawn('nats-server', ['-c', config], { env: COMMAND_ENV, stdio: 'ignore' });
    const deadline = performance.now() + START_MS;
    while (!(await answers(this.port))) {
      if (this.#child.exitCode !== null || performance.now() > deadline) throw new Error('nats-server did not start');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  private config(): string {
    const { maxBytes, user, password } = this.settings;
    const limit = maxBytes === undefined ? '' : `max_file_store: ${maxBytes}`;
    const lock = user === undefined ? '' : `authorization { user: "${user}", password: "${password}" }`;
    return `
host: 127.0.0.1
port: ${this.port}
jetstream { store_dir: "${join(this.folder, 'jetstream')}", ${limit} }
${lock}
`;
  }

  /** Ends it as a power cut would. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
