import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { CommandAnswer, CommandArgument, Engine, EngineCommand, EngineListener, EnginePicture } from './engine';
import { PictureFeed } from './picture-feed';

const fixtureSchema = z.object({
  role: z.enum(['teacher', 'student']),
  /** Time between two frames, in ms. */
  everyMs: z.int().min(1).default(100),
  /** Starts over after the last frame. */
  repeat: z.boolean().default(false),
  /** Snapshots, with number arrays in place of typed arrays. */
  frames: z.array(z.record(z.string(), z.unknown())).min(1),
  /** What commands answer, by name; `fileOf` by "transfer/file". */
  answers: z.record(z.string(), z.unknown()).default({}),
  /** Commands that fail, by name, each with its sentence. */
  failures: z.record(z.string(), z.string()).default({}),
});
type Fixture = z.infer<typeof fixtureSchema>;

/** A command that the window gave, for a test to look at. */
export interface RecordedCommand {
  readonly name: EngineCommand;
  readonly argument: unknown;
}

/** Shows recorded snapshots through the same contract as a running engine, for tests and photographs of the window. */
export class FixtureEngine implements Engine {
  readonly #fixture: Fixture;
  readonly #timer: NodeJS.Timeout;
  readonly #commands: RecordedCommand[];
  readonly #feed = new PictureFeed();
  #shown = 0;

  constructor(path: string, listener: EngineListener, commands: RecordedCommand[]) {
    this.#fixture = fixtureSchema.parse(JSON.parse(readFileSync(path, 'utf8'), reviveLossMap));
    this.#commands = commands;
    listener.onStatus({ state: 'running' });
    this.#timer = setInterval(() => this.#showNext(listener), this.#fixture.everyMs);
    this.#showNext(listener);
  }

  async command<N extends EngineCommand>(name: N, argument: CommandArgument<N>): Promise<CommandAnswer<N>> {
    this.#commands.push({ name, argument });
    const failure = this.#fixture.failures[name];
    if (failure !== undefined) throw new Error(failure);
    // The recording is the test's own file: it is taken at its word.
    return this.#answer(name, argument) as CommandAnswer<N>;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
  }

  #answer(name: EngineCommand, argument: unknown): unknown {
    const answer = this.#fixture.answers[name];
    if (name !== 'fileOf' || typeof answer !== 'object' || answer === null) return answer;
    return Reflect.get(answer, `${Reflect.get(Object(argument), 'transfer')}/${Reflect.get(Object(argument), 'file')}`);
  }

  #showNext(listener: EngineListener): void {
    const { role, frames, repeat } = this.#fixture;
    const snapshot = frames[this.#shown++ % frames.length];
    const report = this.#feed.next({ role, snapshot } as unknown as EnginePicture);
    if (report !== undefined) listener.onPicture(report);
    if (this.#shown >= frames.length && !repeat) clearInterval(this.#timer);
  }
}

/** A transfer's own map counts students, the other maps hold shares. */
function reviveLossMap(this: unknown, key: string, value: unknown): unknown {
  if (key !== 'lossMap' || !Array.isArray(value)) return value;
  return Object.hasOwn(Object(this), 'permanent') ? Uint16Array.from(value) : Uint8Array.from(value);
}
