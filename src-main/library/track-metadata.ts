import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { MAX_COVERS_BYTES } from '../../src-shared/wire/limits';
import type { Cover, Track } from '../../src-shared/wire/messages';
import type { SourceFile, TrackList } from './manifest';
import { isMusic, readTrack, type TrackTags } from './read-track';
import { SerialQueue } from './serial-queue';

export interface TimeLimits {
  /** For one file, ms. */
  readonly file: number;
  /** For all files of a transfer, ms: the rest goes without tags, as nobody shall wait for them. */
  readonly total: number;
}

const LIMITS: TimeLimits = { file: 1500, total: 3000 };
/** A broken tag may claim any size; the worker ends before it takes the app's memory. */
const WORKER_MEMORY_MB = 256;

/** The next song of a lesson finds the worker still there: starting one takes longer than reading its tags. */
const KEPT_MS = 60_000;

/** Tracks and covers of files, read in a worker thread that ends when nobody has wanted any for a while: see TrackReader. Never rejects. */
export function readTracks(files: readonly SourceFile[]): Promise<TrackList> {
  shared ??= new TrackReader();
  return shared.read(files);
}

let shared: TrackReader | undefined;

/**
 * Reads what music files say of themselves (requirement A10) in a worker thread. Broken tags, a parser that hangs or
 * crashes, thousands of files: none stops a transfer, it only goes without those tags.
 */
export class TrackReader {
  private readonly queue = new SerialQueue();
  private worker: Worker | undefined;
  private idle: NodeJS.Timeout | undefined;

  constructor(
    /** The worker's script; undefined: in this thread, as where the program runs from its sources. */
    private readonly script: URL | undefined = bundledWorker(),
    private readonly limits: TimeLimits = LIMITS,
    private readonly keptMs = KEPT_MS,
  ) {}

  /** Tracks and covers for a manifest, a place for each file. Never rejects. */
  read(files: readonly SourceFile[]): Promise<TrackList> {
    clearTimeout(this.idle);
    return this.queue.run(() => this.readAll(files)).finally(() => this.closeLater());
  }

  async close(): Promise<void> {
    await this.queue.run(() => this.stop());
  }

  private closeLater(): void {
    clearTimeout(this.idle);
    this.idle = setTimeout(() => void this.close(), this.keptMs).unref();
  }

  private async readAll(files: readonly SourceFile[]): Promise<TrackList> {
    const end = performance.now() + this.limits.total;
    const covers = new CoverList();
    const tracks: (Track | undefined)[] = [];
    for (const { absolutePath } of files) {
      const left = Math.min(this.limits.file, end - performance.now());
      const tags = left > 0 && isMusic(absolutePath) ? await this.tagsWithin(left, absolutePath) : undefined;
      tracks.push(tags && covers.trackOf(tags));
    }
    return { tracks, covers: covers.covers };
  }

  private async tagsWithin(ms: number, path: string): Promise<TrackTags | undefined> {
    const stop = new AbortController();
    const late = delay(ms, undefined, { signal: stop.signal }).then(() => Promise.reject(new Error('late')));
    try {
      return await Promise.race([this.tagsOf(path), late]);
    } catch {
      await this.stop();
      return undefined;
    } finally {
      late.catch(() => undefined);
      stop.abort();
    }
  }

  private async tagsOf(path: string): Promise<TrackTags | undefined> {
    if (this.script === undefined) return readTrack(path);
    this.worker ??= startWorker(this.script);
    this.worker.postMessage(path);
    const [tags]: (TrackTags | null)[] = await once(this.worker, 'message');
    return tags ?? undefined;
  }

  /** The next file starts a new worker. */
  private async stop(): Promise<void> {
    await this.worker?.terminate();
    this.worker = undefined;
  }
}

function startWorker(script: URL): Worker {
  const worker = new Worker(script, { resourceLimits: { maxOldGenerationSizeMb: WORKER_MEMORY_MB } });
  // Whoever waits for a file sees the error too; without this one it would end the app.
  worker.on('error', () => undefined);
  worker.unref();
  return worker;
}

/** Each different cover once, as long as there is room for it in a manifest. */
class CoverList {
  readonly covers: Cover[] = [];
  private readonly indexes = new Map<string, number>();
  private bytes = 0;

  trackOf({ track, cover }: TrackTags): Track {
    const index = cover === undefined ? undefined : this.indexOf(cover);
    return index === undefined ? track : { ...track, cover: index };
  }

  private indexOf({ mime, data }: NonNullable<TrackTags['cover']>): number | undefined {
    const digest = createHash('sha256').update(data).digest('hex');
    const known = this.indexes.get(digest);
    if (known !== undefined) return known;
    // Base64 carries three bytes at a time.
    const bytes = Math.ceil(data.length / 3) * 3;
    if (this.bytes + bytes > MAX_COVERS_BYTES) return undefined;
    this.bytes += bytes;
    this.indexes.set(digest, this.covers.length);
    return this.covers.push({ mime, data: Buffer.from(data).toString('base64') }) - 1;
  }
}

/** The bundle's worker: beside the program, or above it where the bundler has put this code into a folder of chunks. */
function bundledWorker(): URL | undefined {
  const candidates = ['./metadata-worker.js', '../metadata-worker.js'].map((path) => new URL(path, import.meta.url));
  return candidates.find((url) => existsSync(url));
}
