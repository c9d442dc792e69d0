import { createHash, randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readdirSync, readSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Files of gigabytes are made and read without ever lying in memory. */
const PIECE_BYTES = 4 << 20;

/** SHA-256 of each file, by its path below a folder. */
export type Digests = Record<string, string>;

/** Makes a file of random bytes, with the folders above it, and gives its path. */
export function makeFile(folder: string, name: string, size: number): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  const file = openSync(path, 'w');
  for (let at = 0; at < size; at += PIECE_BYTES) writeSync(file, randomBytes(Math.min(PIECE_BYTES, size - at)));
  closeSync(file);
  return path;
}

/** Everything visible below a folder: what lies in `.tutti` is not. */
export function digestsBelow(folder: string, prefix = ''): Digests {
  const digests: Digests = {};
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.name === '.tutti') continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) Object.assign(digests, digestsBelow(path, `${prefix}${entry.name}/`));
    else digests[`${prefix}${entry.name}`] = sha256(path);
  }
  return digests;
}

/** What should arrive when these paths are sent: files by their names, folders with their own name and tree. */
export function digestsOf(paths: readonly string[]): Digests {
  const wanted = new Set(paths.map((path) => basename(path)));
  const all = paths.map((path) => digestsBelow(dirname(path)));
  return Object.fromEntries(
    Object.entries(Object.assign({}, ...all)).filter(([path]) => wanted.has(path.split('/')[0] ?? '')),
  ) as Digests;
}

export function sha256(path: string): string {
  const hash = createHash('sha256');
  const piece = Buffer.alloc(PIECE_BYTES);
  const file = openSync(path, 'r');
  for (let length = readSync(file, piece); length > 0; length = readSync(file, piece)) {
    hash.update(piece.subarray(0, length));
  }
  closeSync(file);
  return hash.digest('hex');
}
