import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { fitTo } from '../../src-main/terminal/cell-text';
import { formatBytes } from '../../src-shared/text/format';

/** Every file at every student, compared with the original by SHA-256. */

export interface Original {
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
}

export interface StudentFiles {
  readonly student: string;
  /** Path below the folder -> SHA-256. */
  readonly digests: ReadonlyMap<string, string>;
}

const PATH_CELLS = 40;

/** SHA-256 of every file below the folder, by path with `/` between names. A folder that is not there holds none. */
export async function digestsIn(directory: string): Promise<Map<string, string>> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
  const digests = new Map<string, string>();
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    digests.set(relative(directory, file).split(sep).join('/'), await sha256Of(file));
  }
  return digests;
}

/** What is not as it should be, one sentence each; empty when every student has every file and nothing else. */
export function differences(originals: readonly Original[], students: readonly StudentFiles[]): string[] {
  return students.flatMap(({ student, digests }) => {
    const expected = new Set(originals.map(({ path }) => path));
    const missing = originals.filter(({ path }) => !digests.has(path)).map(({ path }) => `${student} lacks ${path}.`);
    const wrong = originals
      .filter(({ path, sha256 }) => digests.has(path) && digests.get(path) !== sha256)
      .map(({ path }) => `${student} has another ${path}.`);
    const extra = [...digests.keys()]
      .filter((path) => !expected.has(path))
      .map((path) => `${student} also has ${path}.`);
    return [...missing, ...wrong, ...extra];
  });
}

/** A line for each file: size, digest, and at whom it is identical. */
export function comparisonTable(originals: readonly Original[], students: readonly StudentFiles[]): string[] {
  const heading = ['SHA-256'.padEnd(14), ...students.map(({ student }) => fitTo(student, 10))].join('');
  const lines = originals.map(({ path, size, sha256 }) => {
    const verdicts = students.map(({ digests }) => fitTo(verdict(digests.get(path), sha256), 10));
    return `${fitTo(path, PATH_CELLS)}${fitTo(formatBytes(size), 10, 'right')}  ${sha256.slice(0, 12)}  ${verdicts.join('')}`;
  });
  return [`${fitTo('File', PATH_CELLS)}${fitTo('Size', 10, 'right')}  ${heading}`, ...lines].map((line) =>
    line.trimEnd(),
  );
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  return hash.digest('hex');
}

function verdict(found: string | undefined, expected: string): string {
  if (found === undefined) return 'MISSING';
  return found === expected ? 'identical' : 'DIFFERENT';
}
