import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { COMMAND_ENV } from './requirements';
import { CARD, type Host, inside, run } from './topology';

const PORT = 5001;

/** Says every 20 ms when it is and how many bytes have come. */
const RECEIVER = `
  let bytes = 0;
  require('net').createServer((socket) => socket.on('data', (data) => { bytes += data.length; }))
    .listen(${PORT}, process.argv[1], () => console.log('0 0'));
  setInterval(() => console.log(Date.now(), bytes), 20);`;

const SENDER = `
  const socket = require('net').connect(${PORT}, process.argv[1]);
  const piece = Buffer.alloc(65536);
  (function fill() { while (socket.write(piece)); socket.once('drain', fill); })();`;

/** A TCP connection between two hosts of the lab that takes whatever it gets, until it is closed. */
export class TcpFlow {
  readonly #samples: { at: number; bytes: number }[] = [];
  readonly #processes: ChildProcess[] = [];

  static async open(from: Host, to: Host): Promise<TcpFlow> {
    // What Windows, macOS and Linux come with; a system may be set to another.
    run('ip', ['-n', from.namespace, 'route', 'replace', to.address, 'dev', CARD, 'congctl', 'cubic']);
    const flow = new TcpFlow();
    const { stdout } = flow.#start(to, RECEIVER, to.address);
    if (stdout === null) throw new Error('The receiver of the TCP flow could not be started.');
    const lines = createInterface({ input: stdout });
    lines.on('line', (line) => {
      const [at = 0, bytes = 0] = line.split(' ').map(Number);
      flow.#samples.push({ at, bytes });
    });
    await once(lines, 'line');
    flow.#start(from, SENDER, to.address);
    return flow;
  }

  /** Bytes that came between two times, in ms since 1970. */
  bytesBetween(from: number, to: number): number {
    return this.#bytesUntil(to) - this.#bytesUntil(from);
  }

  async close(): Promise<void> {
    await Promise.all(this.#processes.map(ended));
  }

  #bytesUntil(time: number): number {
    return this.#samples.findLast(({ at }) => at <= time)?.bytes ?? 0;
  }

  #start(host: Host, program: string, address: string): ChildProcess {
    const child = spawn(...inside(host, process.execPath, ['-e', program, address]), {
      env: COMMAND_ENV,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#processes.push(child);
    return child;
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'close');
}
