import { mkdir, realpath, stat } from 'node:fs/promises';
import { extname, isAbsolute, relative } from 'node:path';
import type { Shell } from 'electron';
import { t } from './texts';

/** What the system's own program is asked to open: things to hear, see and read, nothing that a system would run. */
const OPENED = new Set(
  [
    '.aac .aif .aiff .flac .m4a .mid .midi .mp3 .oga .ogg .opus .wav .weba .wma',
    '.gif .jpeg .jpg .pdf .png .webp',
    '.musicxml .mxl .mscz .txt',
  ]
    .join(' ')
    .split(' '),
);

/** One of a transfer's files, by its place in the teacher's order. */
export interface FileOfTransfer {
  readonly transfer: string;
  readonly file: number;
}

/** The system's file manager, and its programs. */
export type FileManager = Pick<Shell, 'openPath' | 'showItemInFolder'>;

/** What can be done with received music in the system around this program. */
export class ReceivedFiles {
  readonly #placeOf: (file: FileOfTransfer) => Promise<string | undefined>;
  readonly #folder: () => string;
  readonly #system: FileManager;

  constructor(parts: {
    /** Where the engine says that a file is. */
    placeOf(file: FileOfTransfer): Promise<string | undefined>;
    folder(): string;
    system: FileManager;
  }) {
    this.#placeOf = parts.placeOf;
    this.#folder = parts.folder;
    this.#system = parts.system;
  }

  /** Where a received file is, links followed: a plain file below the music folder. @throws Error where it is not. */
  readonly find = async (file: FileOfTransfer): Promise<string> => {
    const place = await this.#placeOf(file);
    if (place === undefined) throw new Error(t('desktop:notReceived'));
    try {
      const [path, folder] = await Promise.all([realpath(place), realpath(this.#folder())]);
      if (isInside(folder, path) && (await stat(path)).isFile()) return path;
    } catch {
      // Moved, deleted, or on a disk that is gone: all the same to whoever wants to hear it.
    }
    throw new Error(t('desktop:notReceived'));
  };

  /** Shows a file, or the music folder itself, in the file manager. @throws Error with a sentence for people. */
  async show(file: FileOfTransfer | undefined): Promise<void> {
    if (file === undefined) await this.#showFolder(this.#folder());
    else this.#system.showItemInFolder(await this.find(file));
  }

  /** Opens a file with the system's program for it; shows where it is if that could run it. @throws Error */
  async open(file: FileOfTransfer): Promise<void> {
    const path = await this.find(file);
    if (!isSafeToOpen(path)) return this.#system.showItemInFolder(path);
    const failure = await this.#system.openPath(path);
    if (failure !== '') throw new Error(t('desktop:cannotOpen', { path, reason: failure }));
  }

  async #showFolder(folder: string): Promise<void> {
    await mkdir(folder, { recursive: true });
    const failure = await this.#system.openPath(folder);
    if (failure !== '') throw new Error(t('desktop:cannotShow', { path: folder, reason: failure }));
  }
}

/** True for kinds of files that systems show and never run. */
export function isSafeToOpen(path: string): boolean {
  return OPENED.has(extname(path).toLowerCase());
}

/** True for a path below the folder, both absolute and without links. */
function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '' && way !== '..' && !/^\.\.[/\\]/.test(way) && !isAbsolute(way);
}
