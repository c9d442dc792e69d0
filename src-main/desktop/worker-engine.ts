import { Worker } from 'node:worker_threads';
import type { Outcome } from '../../src-shared/ipc/contract';
import type {
  CommandAnswer,
  CommandArgument,
  Engine,
  EngineCommand,
  EngineListener,
  EngineOrder,
  EngineReport,
  EngineStart,
} from './engine';
import { t } from './texts';

/** How long the peers' goodbye may hold up the end of the program. */
const CLOSE_MS = 2000;

/** An engine in a thread of its own, so that no window or dialog ever stalls a socket. */
export class WorkerEngine implements Engine {
  readonly #worker: Worker;
  readonly #listener: EngineListener;
  readonly #waiting = new Map<number, (outcome: Outcome<unknown>) => void>();
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

  async command<N extends EngineCommand>(name: N, argument: CommandArgument<N>): Promise<CommandAnswer<N>> {
    const outcome = await this.#ask(name, argument);
    if (!outcome.ok) throw new Error(outcome.message);
    // The worker is this program's own: it answers by the contract.
    return outcome.value as CommandAnswer<N>;
  }

  async close(): Promise<void> {
    this.#closing = true;
    const patience = setTimeout(() => void this.#worker.terminate(), CLOSE_MS);
    void this.#ask('close', undefined);
    await this.#exited;
    clearTimeout(patience);
  }

  #ask(name: EngineOrder['name'], argument: unknown): Promise<Outcome<unknown>> {
    const order: EngineOrder = { id: this.#nextId++, name, argument };
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
    else if (report.kind === 'problem') this.#listener.onProblem(report.sentence);
    else this.#listener.onPicture(report);
  }

  #onExit(code: number): void {
    const message = t('desktop:engineEnded', { code });
    for (const answer of this.#waiting.values()) answer({ ok: false, message });
    this.#waiting.clear();
    if (!this.#closing && code !== 0) this.#listener.onStatus({ state: 'failed', message });
  }
}
