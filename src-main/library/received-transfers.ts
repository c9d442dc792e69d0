import { readdir, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { z } from 'zod';
import type { IncomingView } from '../../src-shared/ipc/snapshots';
import { MAX_FILES, MAX_PEER_NAME_CHARS } from '../../src-shared/wire/limits';
import { trackSchema } from '../../src-shared/wire/messages';
import { coverage } from '../multicast/loss-map';
import { replaceFile } from './atomic-file';
import { makeFolders } from './folders';
import { SerialQueue } from './serial-queue';

/** What a student received, and what was interrupted, kept between two runs: PROTOCOL.md section 10.7. */

const count = z.int().min(0);
const recordSchema = z.object({
  version: z.literal(1),
  id: z.string().regex(/^[0-9a-f]{16}$/),
  from: z.string().max(MAX_PEER_NAME_CHARS),
  /** When it was announced first, ms since 1970. */
  at: z.number(),
  /** The folder for received files as it was then: `received` is below it. */
  directory: z.string(),
  state: z.enum(['complete', 'failed', 'interrupted']),
  files: z
    .array(z.object({ path: z.string(), size: count, start: count, track: trackSchema.optional() }))
    .max(MAX_FILES),
  covers: z.array(z.string().regex(/^data:image\/(png|jpeg|webp|gif);base64,[A-Za-z0-9+/]*={0,2}$/)),
  totalBytes: count,
  missingBytes: count,
  received: z.array(z.object({ path: z.string(), size: count })).max(MAX_FILES),
  failure: z.string().optional(),
});

/** One transfer on disk. */
export type TransferRecord = Readonly<z.infer<typeof recordSchema>>;

/** What is still missing of an interrupted transfer, as byte ranges of its transfer space. */
export interface Leftover {
  readonly missing: readonly (readonly [number, number])[];
  readonly missingBytes: number;
}

/** A school year of lessons; the oldest go. */
const MAX_TRANSFERS = 200;
/** All of them are in the memory of two processes: with more text than this the oldest go before their time… */
const MAX_CHARS = 32 * 1024 * 1024;
/** …and with more pictures they lose their covers. */
const MAX_COVER_CHARS = 16 * 1024 * 1024;
/** Those that did not end well have bounds of their own: a hostile teacher makes as many as it likes, of any length. */
const MAX_UNFINISHED = 40;
const MAX_UNFINISHED_CHARS = 8 * 1024 * 1024;

const GONE = 'It was interrupted, and too much has been received since to go on with it: ask for it once more.';

interface Entry {
  readonly record: TransferRecord;
  readonly view: IncomingView;
  /** How much text the files are, about. */
  readonly chars: number;
}

/** One file for each transfer, so that one that is damaged takes no other with it. */
export class ReceivedTransfers {
  private readonly disk = new SerialQueue();
  /** Newest first. */
  private entries: readonly Entry[] = [];
  private shown: readonly IncomingView[] = [];

  private constructor(private readonly folder: string) {}

  /**
   * Reads what `folder` has; what is damaged is set aside under another name. Never rejects: without its memory a student still receives.
   * @param leftovers what there is of interrupted transfers, by id
   */
  static async open(folder: string, leftovers: ReadonlyMap<string, Leftover>): Promise<ReceivedTransfers> {
    const transfers = new ReceivedTransfers(folder);
    const names = (await readdir(folder).catch(() => [])).filter((name) => RECORD_NAME.test(name));
    const records = await Promise.all(names.map((name) => readRecord(join(folder, name))));
    const known = records.filter((record) => record !== undefined).sort((a, b) => b.at - a.at);
    transfers.keep(known.map((record) => entryOf(asLeft(record, leftovers), leftovers.get(record.id)?.missing)));
    return transfers;
  }

  /** Newest first; the same array and the same views until something changes. */
  get views(): readonly IncomingView[] {
    return this.shown;
  }

  get(id: string): TransferRecord | undefined {
    return this.entries.find(({ record }) => record.id === id)?.record;
  }

  /**
   * Remembers how a transfer stands, in place of what was known of it. One that failed before anything of it could be stored
   * leaves nothing on the disk, either: it is shown until the program ends.
   * @param missing for its loss map
   * @returns ids of transfers that did not end well, and are forgotten as this one has brought the same files
   */
  put(record: Omit<TransferRecord, 'version'>, missing: Leftover['missing'] = []): string[] {
    const isWorthwhile = record.state !== 'failed' || this.get(record.id) !== undefined;
    const entry = entryOf({ version: 1, ...record }, missing);
    const others = this.entries.filter((other) => other.record.id !== record.id);
    const superseded = others
      .filter((other) => isSuperseded(other.record, entry.record))
      .map(({ record: { id } }) => id);
    this.keep(
      [entry, ...others].sort((a, b) => b.record.at - a.record.at),
      superseded,
    );
    if (isWorthwhile && this.get(record.id) === entry.record) this.onDisk(() => this.write(entry.record));
    return superseded;
  }

  /**
   * Absolute path of a received file, which is there and below the folder that it was received into, whatever links lead
   * where; undefined for any other.
   */
  async fileOf(id: string, index: number): Promise<string | undefined> {
    const record = this.get(id);
    const file = record?.received[index];
    if (record === undefined || file === undefined) return undefined;
    try {
      const root = await realpath(record.directory);
      const path = await realpath(join(root, ...file.path.split('/')));
      return path.startsWith(root + sep) && (await stat(path)).isFile() ? path : undefined;
    } catch {
      // Moved or deleted since.
      return undefined;
    }
  }

  /** Resolves when everything is on the disk. */
  idle(): Promise<void> {
    return this.disk.idle();
  }

  private keep(entries: readonly Entry[], superseded: readonly string[] = []): void {
    this.entries = bounded(entries.filter(({ record }) => !superseded.includes(record.id)));
    this.shown = this.entries.map(({ view }) => view);
    const kept = new Set(this.entries.map(({ record }) => record.id));
    for (const { record } of entries)
      if (!kept.has(record.id)) this.onDisk(() => rm(this.pathOf(record.id), { force: true }));
  }

  private async write(record: TransferRecord): Promise<void> {
    await makeFolders(this.folder, 0o700);
    await replaceFile(this.pathOf(record.id), JSON.stringify(record), record.state === 'complete');
  }

  /** Best effort: a full disk shall not make a transfer fail that has arrived. */
  private onDisk(work: () => Promise<void>): void {
    void this.disk.run(work).catch(() => undefined);
  }

  private pathOf(id: string): string {
    return join(this.folder, `${id}.json`);
  }
}

const RECORD_NAME = /^[0-9a-f]{16}\.json$/;

async function readRecord(path: string): Promise<TransferRecord | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return recordSchema.parse(JSON.parse(text));
  } catch {
    await rename(path, `${path}.damaged`).catch(() => undefined);
    return undefined;
  }
}

/** What was interrupted has failed for good once its parts are gone. */
function asLeft(record: TransferRecord, leftovers: ReadonlyMap<string, Leftover>): TransferRecord {
  if (record.state !== 'interrupted') return record;
  const left = leftovers.get(record.id);
  return left === undefined
    ? { ...record, state: 'failed', failure: GONE }
    : { ...record, missingBytes: left.missingBytes };
}

/** A second try that went well: what became of the first is of no interest any more. */
function isSuperseded(earlier: TransferRecord, { state, from, files }: TransferRecord): boolean {
  if (state !== 'complete' || earlier.state === 'complete' || earlier.from !== from) return false;
  const isSame = ({ path, size }: TransferRecord['files'][number], index: number) =>
    path === files[index]?.path && size === files[index]?.size;
  return earlier.files.length === files.length && earlier.files.every(isSame);
}

function bounded(entries: readonly Entry[]): Entry[] {
  const complete = { left: MAX_TRANSFERS, chars: MAX_CHARS };
  const unfinished = { left: MAX_UNFINISHED, chars: MAX_UNFINISHED_CHARS };
  let coverChars = 0;
  const kept: Entry[] = [];
  for (const entry of entries) {
    const { record, chars } = entry;
    const room = record.state === 'complete' ? complete : unfinished;
    if (room.left === 0 || room.chars < chars) continue;
    room.left -= 1;
    room.chars -= chars;
    coverChars += record.covers.reduce((sum, cover) => sum + cover.length, 0);
    kept.push(coverChars > MAX_COVER_CHARS ? withoutCovers(entry) : entry);
  }
  return kept.slice(0, MAX_TRANSFERS);
}

function withoutCovers({ record, view, chars }: Entry): Entry {
  return { record: { ...record, covers: [] }, view: { ...view, covers: [] }, chars };
}

function entryOf(record: TransferRecord, missing: Leftover['missing'] = []): Entry {
  const { version: _version, directory: _directory, failure, ...shown } = record;
  const view = {
    ...shown,
    transmission: 0,
    rate: 0,
    lossMap: coverage(missing, record.totalBytes),
    ...(failure === undefined ? {} : { failure }),
  };
  const chars = record.files.reduce((sum, file) => sum + charsOf(file), 0);
  return { record, view: view as IncomingView, chars };
}

/** Numbers and field names of one file. */
const FILE_CHARS = 200;

function charsOf({ path, track }: TransferRecord['files'][number]): number {
  const tags = [track?.title, track?.artist, track?.album].reduce((sum, tag) => sum + (tag?.length ?? 0), 0);
  return FILE_CHARS + path.length * 2 + tags;
}
