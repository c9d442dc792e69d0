import type { Dirent, Stats } from 'node:fs';
import { access, constants, readdir, realpath, stat } from 'node:fs/promises';
import { basename, join, resolve, sep } from 'node:path';
import { MAX_FILES, MAX_TRANSFER_BYTES } from '../../src-shared/wire/limits';
import type { Cover, Manifest, Track } from '../../src-shared/wire/messages';
import { LibraryError, unreadable } from './library-error';
import { checkPath, numberedName } from './safe-path';

/** A file as it was when it was offered; the sender compares before it sends. */
export interface SourceFile {
  readonly absolutePath: string;
  readonly size: number;
  /** ms since 1970, with fractions where the file system has them. */
  readonly mtimeMs: number;
  readonly ino: number;
}

/** A file to send, and the path under which it will arrive. */
export interface ScannedFile extends SourceFile {
  readonly path: readonly string[];
}

/** What music files say of themselves: one track (or none) for each scanned file, and the covers that the tracks name. */
export interface TrackList {
  readonly tracks: readonly (Track | undefined)[];
  readonly covers: readonly Cover[];
}

/**
 * Finds the files to send below the given files and folders. A folder arrives with its own name and tree, sorted as people
 * sort ("2" before "10"); empty folders are left out; two inputs of one name arrive as "name" and "name (2)".
 *
 * A symbolic link that was given is followed: somebody chose it. A link inside a folder is followed only to a file
 * of that same folder; any other is left out, for it could lead anywhere, or around in a circle.
 * @throws LibraryError naming the file that cannot be read or sent, or where there is nothing to send.
 */
export async function scan(paths: readonly string[]): Promise<ScannedFile[]> {
  const files: ScannedFile[] = [];
  const names = new Set<string>();
  for (const path of paths) {
    const absolutePath = resolve(path);
    const name = distinctName(basename(absolutePath), names);
    const found = await statOf(absolutePath);
    if (found.isDirectory()) {
      const root = await realpath(absolutePath);
      await scanFolder({ root, names: [name], absolutePath, files });
    } else if (found.isFile()) files.push(await scanFile(absolutePath, [name], found));
    else throw new LibraryError(`“${name}” is neither a file nor a folder.`);
  }
  checkTotals(files);
  return files;
}

/** The manifest that students get and, in the same order, the files behind it. */
export function buildManifest(
  files: readonly ScannedFile[],
  list?: TrackList,
): { manifest: Manifest; sources: SourceFile[] } {
  const entries = files.map((file, index) => {
    const track = list?.tracks[index];
    const entry = { path: [...file.path], size: file.size, modified: file.mtimeMs };
    return track === undefined ? entry : { ...entry, track };
  });
  const sources = files.map(({ absolutePath, size, mtimeMs, ino }) => ({ absolutePath, size, mtimeMs, ino }));
  return { manifest: { files: entries, covers: [...(list?.covers ?? [])] }, sources };
}

/**
 * Says in one sentence why a manifest from the network may not be stored; undefined where it may. Beyond each path's own
 * faults: no two files may have one path, and no file may stand where another's folder must.
 */
export function checkManifest(manifest: Manifest): string | undefined {
  const files = new Set<string>();
  const folders = new Set<string>();
  for (const { path } of manifest.files) {
    const fault = checkPath(path);
    if (fault !== undefined) return fault;
    const joined = path.join('/');
    if (files.has(joined)) return `The teacher offers two files named “${joined}”.`;
    files.add(joined);
    for (let depth = 1; depth < path.length; depth++) folders.add(path.slice(0, depth).join('/'));
  }
  const bytes = manifest.files.reduce((sum, file) => sum + file.size, 0);
  if (bytes > MAX_TRANSFER_BYTES) return 'The teacher offers more than 16 TB at once.';
  const clash = [...files].find((file) => folders.has(file));
  return clash === undefined ? undefined : `The teacher offers “${clash}” both as a file and as a folder.`;
}

interface Folder {
  /** Real path of the folder that was given. */
  readonly root: string;
  readonly names: readonly string[];
  readonly absolutePath: string;
  readonly files: ScannedFile[];
}

const natural = new Intl.Collator('en', { numeric: true });

async function scanFolder(folder: Folder): Promise<void> {
  const entries = await listOf(folder.absolutePath);
  entries.sort((a, b) => natural.compare(a.name, b.name) || (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const absolutePath = join(folder.absolutePath, entry.name);
    const names = [...folder.names, entry.name];
    if (entry.isDirectory()) await scanFolder({ ...folder, names, absolutePath });
    else if (entry.isFile() || (entry.isSymbolicLink() && (await leadsToFileWithin(folder.root, absolutePath)))) {
      folder.files.push(await scanFile(absolutePath, names, await statOf(absolutePath)));
    }
    if (folder.files.length > MAX_FILES) throw tooManyFiles();
  }
}

async function leadsToFileWithin(root: string, link: string): Promise<boolean> {
  try {
    const target = await realpath(link);
    return target.startsWith(root + sep) && (await stat(target)).isFile();
  } catch {
    return false;
  }
}

async function scanFile(absolutePath: string, path: readonly string[], found: Stats): Promise<ScannedFile> {
  const fault = checkPath(path);
  if (fault !== undefined) throw new LibraryError(`${fault} Rename it and send again.`);
  await access(absolutePath, constants.R_OK).catch((error: unknown) => Promise.reject(unreadable(absolutePath, error)));
  return { absolutePath, path, size: found.size, mtimeMs: found.mtimeMs, ino: found.ino };
}

async function statOf(path: string): Promise<Stats> {
  return stat(path).catch((error: unknown) => Promise.reject(unreadable(path, error)));
}

async function listOf(path: string): Promise<Dirent[]> {
  return readdir(path, { withFileTypes: true }).catch((error: unknown) => Promise.reject(unreadable(path, error)));
}

function distinctName(name: string, taken: Set<string>): string {
  let number = 1;
  while (taken.has(numberedName(name, number))) number++;
  const distinct = numberedName(name, number);
  taken.add(distinct);
  return distinct;
}

function checkTotals(files: readonly ScannedFile[]): void {
  if (files.length === 0) throw new LibraryError('There is no file to send: what was chosen is empty.');
  if (files.length > MAX_FILES) throw tooManyFiles();
  const bytes = files.reduce((sum, file) => sum + file.size, 0);
  if (bytes > MAX_TRANSFER_BYTES) throw new LibraryError('This is more than 16 TB: send it in several parts.');
}

function tooManyFiles(): LibraryError {
  return new LibraryError(`These are more than ${MAX_FILES} files: send them in several parts.`);
}
