import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { HistoryEntry, TransferView } from '../../src-shared/ipc/snapshots';
import { messageOf } from '../../src-shared/text/message-of';
import { replaceFile } from '../library/atomic-file';
import { makeFolders } from '../library/folders';
import { SerialQueue } from '../library/serial-queue';
import { isMissingFile } from '../security/private-file';

const count = z.number().min(0);

const recordSchema = z.object({
  id: z.string().regex(/^[0-9a-f]{16}$/),
  createdAt: z.number(),
  elapsedMs: count,
  files: z.array(z.object({ path: z.string(), size: count, title: z.string().exactOptional() })),
  contentBytes: count,
  totalBytes: count,
  resentBytes: count,
  filledBytes: count,
  members: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      ip: z.string(),
      state: z.enum(['waiting', 'receiving', 'repairing', 'filling', 'storing', 'complete', 'away', 'failed']),
      missingBytes: count,
      why: z.string().exactOptional(),
    }),
  ),
  rounds: z.array(
    z.object({
      transmission: count,
      mode: z.enum(['plain', 'coded', 'tcp']),
      why: z.string(),
      bytes: count,
      students: z.array(z.string()),
      durationMs: count,
      unionBytes: count.exactOptional(),
      apartBytes: count.exactOptional(),
    }),
  ),
  failure: z.string().exactOptional(),
  /** The files and folders that the teacher chose: for sending them once more, never for an export. */
  paths: z.array(z.string()),
});

/** An entry as it is kept, with what was chosen on this computer. */
export interface HistoryRecord extends HistoryEntry {
  readonly paths: readonly string[];
}

/** The history cannot be used; the message says what to do. */
export class HistoryError extends Error {
  override readonly name = 'HistoryError';
}

const FILE = 'history.jsonl';
/** Five lessons a day for a school year. */
const MAX_ENTRIES = 1000;
/** A lesson's entry is some 10 KB; this many bytes are read and shown without a thought. */
const MAX_BYTES = 32 * 1024 * 1024;
/** Rewritten only when so much more than the limit has come together. */
const SLACK = 1.1;

/**
 * Every transfer that is over, on disk: one JSON object a line, oldest first, readable by its owner only. Lines that a
 * crash or somebody else damaged are skipped; the file never grows past its limits.
 */
export class History {
  private readonly path: string;
  private readonly jobs = new SerialQueue();

  constructor(
    private readonly stateDir: string,
    private readonly limits = { entries: MAX_ENTRIES, bytes: MAX_BYTES },
  ) {
    this.path = join(stateDir, FILE);
  }

  /** Adds a transfer that is over. @throws HistoryError */
  add(record: HistoryRecord): Promise<void> {
    return this.job('written to', async () => {
      await makeFolders(this.stateDir, 0o700);
      // The line break comes first: it ends a line that a crash left torn.
      await appendFile(this.path, `\n${JSON.stringify(record)}`, { mode: 0o600 });
      await this.shorten();
    });
  }

  /** Everything that is kept, newest first, and how many lines were damaged. @throws HistoryError */
  read(): Promise<{ readonly records: readonly HistoryRecord[]; readonly damaged: number }> {
    return this.job('read from', async () => {
      const lines = await this.lines();
      const records = lines.flatMap((line) => parse(line) ?? []);
      const newest = keep(records.reverse(), () => 1, this.limits.entries);
      return { records: newest, damaged: lines.length - records.length };
    });
  }

  /** The latest entry of a transfer. @throws HistoryError */
  async find(transfer: string): Promise<HistoryRecord | undefined> {
    const { records } = await this.read();
    return records.find(({ id }) => id === transfer);
  }

  /** Deletes everything from the disk. @throws HistoryError */
  clear(): Promise<void> {
    return this.job('deleted from', async () => {
      if ((await this.lines()).length > 0) await replaceFile(this.path, '', true);
    });
  }

  /** Resolves when everything that was added is on disk, or has failed. */
  whenSaved(): Promise<void> {
    return this.jobs.idle();
  }

  private async shorten(): Promise<void> {
    const lines = await this.lines();
    const bytes = lines.reduce((sum, line) => sum + Buffer.byteLength(line), 0);
    if (lines.length <= this.limits.entries * SLACK && bytes <= this.limits.bytes * SLACK) return;
    const whole = lines.filter((line) => parse(line) !== undefined).reverse();
    const newest = keep(
      keep(whole, () => 1, this.limits.entries),
      (line) => Buffer.byteLength(line),
      this.limits.bytes,
    );
    await replaceFile(this.path, newest.reverse().join('\n'), true);
  }

  private async lines(): Promise<string[]> {
    try {
      return (await readFile(this.path, 'utf8')).split('\n').filter((line) => line !== '');
    } catch (error) {
      if (isMissingFile(error)) return [];
      throw error;
    }
  }

  private job<T>(what: string, work: () => Promise<T>): Promise<T> {
    return this.jobs.run(work).catch((error: unknown) => {
      const message = messageOf(error);
      throw new HistoryError(`The history cannot be ${what} ${this.path}: ${message}.`);
    });
  }
}

/** What the history keeps of a transfer that is over. */
export function historyRecord(view: TransferView, paths: readonly string[]): HistoryRecord {
  const { id, createdAt, elapsedMs, contentBytes, totalBytes, resentBytes, filledBytes, failure } = view;
  return {
    ...{ id, createdAt, elapsedMs, contentBytes, totalBytes, resentBytes, filledBytes },
    files: view.files.map(({ path, size, track }) => ({
      ...{ path, size },
      ...(track?.title === undefined ? {} : { title: track.title }),
    })),
    members: view.permanent.map(({ id, name, ip, state, missingBytes, why }) => ({
      ...{ id, name, ip, state, missingBytes },
      ...(why === undefined ? {} : { why }),
    })),
    rounds: view.rounds.map(({ state: _, progress: __, ...round }) => round),
    ...(failure === undefined ? {} : { failure }),
    paths,
  };
}

/** An entry without what was chosen on this computer: for windows and exports. */
export function historyEntry({ paths: _, ...entry }: HistoryRecord): HistoryEntry {
  return entry;
}

function parse(line: string): HistoryRecord | undefined {
  try {
    return recordSchema.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}

/** As many from the front as weigh no more than the limit. */
function keep<T>(items: readonly T[], weigh: (item: T) => number, limit: number): T[] {
  let weight = 0;
  return items.filter((item) => {
    weight += weigh(item);
    return weight <= limit;
  });
}
