import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Engine, EngineListener, EnginePicture } from './engine';

const fixtureSchema = z.object({
  role: z.enum(['teacher', 'student']),
  /** Time between two frames, in ms. */
  everyMs: z.int().min(1).default(100),
  /** Snapshots, with number arrays in place of typed arrays. */
  frames: z.array(z.record(z.string(), z.unknown())).min(1),
});

/** Shows recorded snapshots through the same contract as a running engine, for tests and photographs of the window. */
export class FixtureEngine implements Engine {
  readonly #timer: NodeJS.Timeout;

  constructor(path: string, listener: EngineListener) {
    const { role, everyMs, frames } = fixtureSchema.parse(JSON.parse(readFileSync(path, 'utf8'), reviveLossMap));
    let shown = 0;
    const show = () => {
      // The recording is the test's own file: its shape below the frame is taken at its word.
      listener.onPicture({ role, snapshot: frames[shown++] } as unknown as EnginePicture);
      if (shown === frames.length) clearInterval(this.#timer);
    };
    listener.onStatus({ state: 'running' });
    this.#timer = setInterval(show, everyMs);
    show();
  }

  async command(): Promise<string> {
    return '';
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
  }
}

function reviveLossMap(key: string, value: unknown): unknown {
  return key === 'lossMap' && Array.isArray(value) ? Uint16Array.from(value) : value;
}
