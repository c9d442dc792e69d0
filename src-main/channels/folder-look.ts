import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { MAX_FILES } from '../../src-shared/wire/limits';
import { checkPath } from '../library/safe-path';

/** A file in a watched folder as one look found it. */
export interface SeenFile {
  readonly path: readonly string[];
  readonly absolutePath: string;
  readonly size: number;
  /** ms since 1970. */
  readonly modified: number;
}

/** What programs call files that are not finished, and what systems keep for themselves. */
const TEMPORARY =
  /^[.~]|~$|\.(?:part|partial|tmp|temp|crdownload|download|filepart|swp|lock|bak)$|^(?:thumbs\.db|desktop\.ini)$/i;

export function isTemporaryName(name: string): boolean {
  return TEMPORARY.test(name);
}

/**
 * The files below a folder now, by their path; links are not followed. Names that could not be stored elsewhere are told to
 * `onFault`; what goes away while it is looked at was not there.
 */
export async function lookInto(root: string, onFault: (fault: string) => void): Promise<Map<string, SeenFile>> {
  const found = new Map<string, SeenFile>();
  await lookBelow(root, [], found, onFault);
  return found;
}

async function lookBelow(
  root: string,
  names: readonly string[],
  found: Map<string, SeenFile>,
  onFault: (fault: string) => void,
): Promise<void> {
  for (const entry of await entriesOf(join(root, ...names), names.length === 0)) {
    if (isTemporaryName(entry.name) || found.size >= MAX_FILES) continue;
    const path = [...names, entry.name];
    if (!entry.isDirectory() && !entry.isFile()) continue;
    const fault = checkPath(path);
    if (fault !== undefined) onFault(fault);
    else if (entry.isDirectory()) await lookBelow(root, path, found, onFault);
    else await lookAt(root, path, found);
  }
}

/** The folder itself has to be there; one below may be gone already. */
async function entriesOf(folder: string, isRoot: boolean): Promise<Dirent[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    if (isRoot) throw error;
    return [];
  }
}

async function lookAt(root: string, path: readonly string[], found: Map<string, SeenFile>): Promise<void> {
  const absolutePath = join(root, ...path);
  const stats = await stat(absolutePath).catch(() => undefined);
  if (stats?.isFile() !== true) return;
  found.set(path.join('/'), { path, absolutePath, size: stats.size, modified: stats.mtimeMs });
}
