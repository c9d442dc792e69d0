import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { messageOf } from '../../src-shared/text/message-of';
import { nextEpoch, type PastEpoch, remembered } from '../archive/epoch-list';
import { isMissingFile, writePrivateFile } from '../security/private-file';
import { ChannelError } from './bus';

const number = z
  .int()
  .min(0)
  .max(2 ** 32);
const stateSchema = z.object({
  version: z.literal(1),
  subject: z.string(),
  /** All epochs' keys follow from it. */
  secret: z.string().regex(/^[0-9a-f]{64}$/),
  /** The first epoch under this secret. */
  since: number,
  epochs: z.array(z.object({ epoch: number, start: number, end: number })),
  /** The archive that was accepted: another one is declined. */
  archive: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
});

type State = z.infer<typeof stateSchema>;

/**
 * What a publisher remembers of its channel, in a file that only this user may read: without it numbers could be given twice
 * (PROTOCOL.md section 14.1). Every change is on disk before it counts.
 */
export class ChannelState {
  private constructor(
    private readonly path: string,
    private state: State,
  ) {}

  /** @param time ms since 1970 @throws ChannelError where the stored state is damaged: numbers are never guessed. */
  static async load(stateDir: string, channel: string, subject: string, time: number): Promise<ChannelState> {
    const path = join(stateDir, 'channels', `${channel}.json`);
    const stored = await read(path);
    if (stored !== undefined) return new ChannelState(path, stored);
    const secret = randomBytes(32).toString('hex');
    return new ChannelState(path, { version: 1, subject, secret, since: nextEpoch([], time), epochs: [] });
  }

  get secret(): Uint8Array {
    return Buffer.from(this.state.secret, 'hex');
  }

  get since(): number {
    return this.state.since;
  }

  /** Oldest first. */
  get epochs(): readonly PastEpoch[] {
    return this.state.epochs;
  }

  get archive(): string | undefined {
    return this.state.archive;
  }

  /** Ends the epoch before, if any, and begins another. @throws ChannelError */
  async begin(start: number, endOf: (epoch: PastEpoch) => number, time: number): Promise<number> {
    const epochs = this.state.epochs.map((one) => ({ ...one, end: Math.max(one.end, endOf(one)) }));
    const epoch = Math.max(nextEpoch(epochs, time), this.state.since);
    await this.store({ ...this.state, epochs: remembered([...epochs, { epoch, start, end: start }]) });
    return epoch;
  }

  /** From now on only this archive is accepted. @throws ChannelError */
  accept(archive: string): Promise<void> {
    return this.store({ ...this.state, archive });
  }

  private async store(state: State): Promise<void> {
    try {
      await writePrivateFile(this.path, `${JSON.stringify(state)}\n`);
      this.state = state;
    } catch (error) {
      throw new ChannelError(`Tutti cannot keep the channel's numbers in ${this.path}: ${messageOf(error)}.`);
    }
  }
}

async function read(path: string): Promise<State | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (isMissingFile(error)) return undefined;
    throw new ChannelError(`Tutti cannot read the channel's numbers in ${path}: ${messageOf(error)}.`);
  }
  try {
    return stateSchema.parse(JSON.parse(text));
  } catch {
    throw new ChannelError(
      `The channel's numbers in ${path} are damaged. Move the file away to begin anew; what was published before cannot be read any more then.`,
    );
  }
}
