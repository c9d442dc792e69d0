import type { EngineStatus } from '../../src-shared/ipc/contract';
import { apply } from '../../src-shared/ipc/snapshot-change';
import { messageOf } from '../../src-shared/text/message-of';
import type {
  CommandAnswer,
  CommandArgument,
  Engine,
  EngineCommand,
  EngineListener,
  EnginePicture,
  EngineStart,
  PictureReport,
} from './engine';
import { isBusy } from './picture-state';
import { t } from './texts';

export interface EngineHostParts {
  /** What to start with now; null where no role is taken. @throws Error with one sentence for people. */
  prepare(): Promise<EngineStart | null>;
  start(start: EngineStart, listener: EngineListener): Engine;
  onStatus(status: EngineStatus): void;
  onPicture(report: PictureReport, picture: EnginePicture): void;
  onProblem(sentence: string): void;
}

/** Keeps the engine of the role running, and the whole of its present picture. */
export class EngineHost {
  readonly #parts: EngineHostParts;
  #engine: Engine | undefined;
  #picture: EnginePicture | undefined;
  #status: EngineStatus = { state: 'stopped' };
  /** Starts and stops, one after the other. */
  #turns: Promise<void> = Promise.resolve();
  #restartWhenIdle = false;
  #ended = false;

  constructor(parts: EngineHostParts) {
    this.#parts = parts;
  }

  get status(): EngineStatus {
    return this.#status;
  }

  get picture(): EnginePicture | undefined {
    return this.#picture;
  }

  /** Starts the engine anew with what `prepare` says now; a failure becomes the status. */
  restart(): Promise<void> {
    this.#restartWhenIdle = false;
    return this.#inTurn(async () => {
      await this.#stop();
      if (!this.#ended) await this.#start();
    });
  }

  /** The same once no transfer would suffer from it: at once where none is on its way. */
  restartWhenIdle(): void {
    this.#restartWhenIdle = true;
    this.#restartIfIdle();
  }

  /**
   * What is asked during a new start, which nobody sees, the next engine answers.
   * @throws Error with one sentence for people.
   */
  async command<N extends EngineCommand>(name: N, argument: CommandArgument<N>): Promise<CommandAnswer<N>> {
    await this.#turns;
    if (this.#engine === undefined) throw new Error(t('desktop:notRunning'));
    return this.#engine.command(name, argument);
  }

  /** Says goodbye to the peers; nothing starts after it. */
  close(): Promise<void> {
    this.#ended = true;
    return this.#inTurn(() => this.#stop());
  }

  #inTurn(step: () => Promise<void>): Promise<void> {
    this.#turns = this.#turns.then(step);
    return this.#turns;
  }

  async #stop(): Promise<void> {
    const engine = this.#engine;
    this.#engine = undefined;
    await engine?.close();
  }

  async #start(): Promise<void> {
    this.#picture = undefined;
    this.#say({ state: 'starting' });
    try {
      const start = await this.#parts.prepare();
      if (start === null) this.#say({ state: 'stopped' });
      else this.#engine = this.#parts.start(start, this.#listener);
    } catch (error) {
      this.#say({ state: 'failed', message: messageOf(error) });
    }
  }

  readonly #listener: EngineListener = {
    onStatus: (status) => this.#say(status),
    onPicture: (report) => this.#show(report),
    onProblem: (sentence) => this.#parts.onProblem(sentence),
  };

  #say(status: EngineStatus): void {
    this.#status = status;
    this.#parts.onStatus(status);
  }

  #show(report: PictureReport): void {
    const picture = this.#after(report);
    if (picture === undefined) return;
    this.#picture = picture;
    this.#parts.onPicture(report, picture);
    this.#restartIfIdle();
  }

  #after(report: PictureReport): EnginePicture | undefined {
    if (report.kind === 'picture') return report.picture;
    if (this.#picture === undefined) return undefined;
    return { ...this.#picture, snapshot: apply(this.#picture.snapshot, report.change.patch) } as EnginePicture;
  }

  #restartIfIdle(): void {
    if (this.#restartWhenIdle && !isBusy(this.#picture)) void this.restart();
  }
}
