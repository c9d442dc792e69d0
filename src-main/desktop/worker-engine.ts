import { Worker } from 'node:worker_threads';
import type { Outcome } from '../../src-shared/ipc/contract';
import type { Engine, EngineCommand, EngineListener, EngineOrder, EngineReport, EngineStart } from './engine';
import { text } from './strings';

/** How long the peers' goodbye may hold up the end of the program. */
const CLOSE_MS = 2000;

/** An engine in a thread of its own, so that no window or dialog ever stalls a socket. */
export class WorkerEngine implements Engine {
  readonly #worker: Worker;
  readonly #listener: EngineListener;
  readonly #waiting = new Map<number, (outcome: Outcome<string>) => void>();
  readonly #exited: Promise<void>;
  #nextId = 0;
  #closing = false;

  constructor(script: string, start: EngineStart, listener: EngineListener) {
    this.#listener = listener;
    this.#worker = new Worker(script, { workerData: start });
    this.#worker.on('message', (report: EngineReport) => this.#onReport(report));
    this.#worker.on('error', (error) => listener.onStatus({ state: 'failed', message: error.message }));
    this.#exited = new Promise((resolve) => this.#worker.once('exit', (code) => resolve(this.#onExit(code))));
  }

  async command(command: EngineCommand): Promise<string> {
    const outcome = await this.#ask(command);
    if (!outcome.ok) throw new Error(outcome.message);
    return outcome.value;
  }

  async close(): Promise<void> {
    this.#closing = true;
    const patience = setTimeout(() => void this.#worker.terminate(), CLOSE_MS);
    void this.#ask({ name: 'close' });
    await this.#exited;
    clearTimeout(patience);
  }

  #ask(command: EngineCommand): Promise<Outcome<string>> {
    const order: EngineOrder = { id: this.#nextId++, command };
    return new Promise((resolve) => {
      this.#waiting.set(order.id, resolve);
      this.#worker.postMessage(order);
    });
  }

  #onReport(report: EngineReport): void {
    if (report.kind === 'answer') {
      this.#waiting.get(report.id)?.(report.outcome);
      this.#waiting.delete(report.id);
    } else if (this.#closing) return;
    else if (report.kind === 'status') this.#listener.onStatus(report.status);
    else this.#listener.onPicture(report.picture);
  }

  #onExit(code: number): void {
    const message = text.engineEnded(code);
    for (const answer of this.#waiting.values()) answer({ ok: false, message });
    this.#waiting.clear();
    if (!this.#closing && code !== 0) this.#listener.onStatus({ state: 'failed', message });
  }
}
