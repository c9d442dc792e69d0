import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, resolve, sep } from 'node:path';
import { describe, expect, it } from 'vitest';

/** The arrows of ARCHITECTURE.md: what each part of the program may import, and nothing else. */
interface Part {
  /** A folder, or one file without its extension. */
  readonly place: string;
  readonly mayImport: readonly string[];
  /** Packages and built-in modules; a name that ends with `*` is a beginning. */
  readonly packages: readonly string[];
}

const SHARED = 'src-shared';
const ENGINES = 'src-main/multicast';
const TFTP = 'src-main/tftp';
const CODING = 'src-main/coding';
const ARCHIVE = 'src-main/archive';
const CHANNELS = 'src-main/channels';
const LIBRARY = 'src-main/library';
const SECURITY = 'src-main/security';
const CLASSROOM = 'src-main/classroom';
const ACCELERATOR = 'src-main/accelerator';
const TRANSPORT = 'src-main/transport';
const DEVICES = 'src-main/devices';
const TERMINAL = 'src-main/terminal';
const COMMAND_LINE = 'src-main/command-line';
const DESKTOP = 'src-main/desktop';
const RENDERER = 'src-renderer';

const PARTS: readonly Part[] = [
  { place: SHARED, mayImport: [], packages: ['zod', 'i18next'] },
  { place: ENGINES, mayImport: [SHARED], packages: [] },
  { place: TFTP, mayImport: [SHARED, `${ENGINES}/token-bucket`], packages: [] },
  { place: CODING, mayImport: [SHARED], packages: [] },
  { place: 'src-main/testing', mayImport: [SHARED, ENGINES, TFTP, CODING, ARCHIVE], packages: ['node:crypto'] },
  { place: LIBRARY, mayImport: [SHARED, ENGINES, CODING], packages: ['node:*', 'music-metadata', 'zod'] },
  { place: ARCHIVE, mayImport: [SHARED, ENGINES], packages: [] },
  {
    place: CHANNELS,
    mayImport: [SHARED, ENGINES, ARCHIVE, LIBRARY, SECURITY, CLASSROOM, TRANSPORT],
    packages: ['node:*', 'lmdb', '@nats-io/*', 'zod'],
  },
  {
    place: SECURITY,
    mayImport: [SHARED],
    packages: ['node:*', '@noble/curves/*', '@peculiar/x509', 'reflect-metadata', 'zod'],
  },
  { place: CLASSROOM, mayImport: [SHARED, LIBRARY, SECURITY], packages: ['node:*', 'zod'] },
  { place: ACCELERATOR, mayImport: [], packages: ['node:*'] },
  {
    place: TRANSPORT,
    mayImport: [SHARED, ENGINES, LIBRARY, SECURITY, CLASSROOM, ACCELERATOR],
    packages: ['node:*', 'zod'],
  },
  { place: DEVICES, mayImport: [SHARED, TFTP, LIBRARY, TRANSPORT], packages: ['node:*'] },
  { place: TERMINAL, mayImport: [SHARED], packages: ['node:*'] },
  {
    place: COMMAND_LINE,
    mayImport: [SHARED, SECURITY, TFTP, TRANSPORT, DEVICES, TERMINAL, ARCHIVE, CHANNELS, LIBRARY],
    packages: ['node:*'],
  },
  {
    place: DESKTOP,
    mayImport: [SHARED, SECURITY, ARCHIVE, CHANNELS, LIBRARY, TRANSPORT, CLASSROOM, DEVICES],
    packages: ['node:*', 'electron*', 'zod'],
  },
  {
    place: RENDERER,
    mayImport: [SHARED, 'package.json'],
    packages: [
      'react*',
      'zustand*',
      'lucide-react',
      '@fontsource-variable/*',
      '@tanstack/react-virtual',
      'i18next',
      'wavesurfer.js*',
    ],
  },
  { place: 'src-main/cli', mayImport: [SHARED, COMMAND_LINE, 'package.json'], packages: [] },
  { place: 'src-main/index', mayImport: [SHARED, DESKTOP], packages: ['node:*', 'electron*'] },
  { place: 'src-main/engine-worker', mayImport: [SHARED, DESKTOP, TRANSPORT], packages: ['node:*'] },
  { place: 'src-main/preload', mayImport: [SHARED], packages: ['electron'] },
];

/** Time and chance: arguments in the engines, never calls. */
const IMPURE = /\bMath\.random\b|\bDate\b|\bperformance\b|\bset(?:Timeout|Interval|Immediate)\b|\bprocess\./g;

const ROOT = resolve(import.meta.dirname, '..');
const sources = new Map(
  ['src-shared', 'src-main', 'src-renderer']
    .flatMap(sourcesBelow)
    .map((file): [string, string] => [file, readFileSync(join(ROOT, file), 'utf8')]),
);
const imports = new Map([...sources].map(([file, source]) => [file, importsOf(source, file)]));

describe('the architecture', () => {
  it('has a place for every source file', () => {
    expect(sources.size).toBeGreaterThan(100);
    expect([...sources.keys()].filter((file) => partOf(file) === undefined)).toEqual([]);
    expect(PARTS.filter(({ place }) => ![...sources.keys()].some((file) => isIn(file, place)))).toEqual([]);
  });

  it.each(PARTS)('$place imports nothing but what it may', (part) => {
    const wrong = [...imports]
      .filter(([file]) => partOf(file) === part)
      .flatMap(([file, targets]) =>
        targets.filter((target) => !mayImport(part, target)).map((target) => `${file} -> ${target}`),
      );
    expect(wrong).toEqual([]);
  });

  it.each([SHARED, ENGINES, TFTP, ARCHIVE])('%s has no time and no chance of its own', (place) => {
    const found = [...sources]
      .filter(([file]) => isIn(file, place))
      .flatMap(([file, source]) =>
        (withoutCommentsAndTexts(source).match(IMPURE) ?? []).map((use) => `${file}: ${use}`),
      );
    expect(found).toEqual([]);
  });

  it('has no import cycle', () => {
    expect(cycleIn(imports)).toBeUndefined();
  });
});

describe('these checks themselves', () => {
  it('see imports of every form', () => {
    const source = `
      import a from 'node:fs';
      import { type B, b } from '../x/b';
      import type { C } from './c';
      import './style.css';
      export { d } from './d';
      import {
        e,
      } from 'e';
      const f = await import('./f');
      // import g from './g'
      t('from', { h: 'h' }), t('x:from', "i")`;
    expect(importsOf(source, 'p/q/r.ts')).toEqual([
      'node:fs',
      'p/x/b',
      'p/q/c',
      'p/q/style.css',
      'p/q/d',
      'e',
      'p/q/f',
    ]);
  });

  it('find a cycle and what calls the clock', () => {
    const graph = { a: ['b'], b: ['c', 'zod'], c: ['b'] };
    expect(cycleIn(new Map(Object.entries(graph)))).toEqual(['b', 'c', 'b']);
    expect(withoutCommentsAndTexts(`Date.now(); // Date\n/* Date */ 'Date'; \`Date\``).match(IMPURE)).toEqual(['Date']);
  });
});

/** Production code only: tests may reach for what they like. */
function sourcesBelow(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .map((file) => posix.join(folder, ...file.split(sep)))
    .filter((file) => /\.tsx?$/.test(file) && !/\.test(?:-program)?\.tsx?$|\.d\.ts$/.test(file));
}

/** What a file imports: names of packages as they are, files as paths from the root without extension. */
function importsOf(source: string, file: string): string[] {
  const found = withoutComments(source).matchAll(/(?<![.:'"\w])(?:from\s*|import\s*\(?\s*)['"]([^'"\n]+)['"]/g);
  return [...found].map(([, target = '']) => (target.startsWith('.') ? posix.join(dirname(file), target) : target));
}

function withoutComments(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[^:'"])\/\/.*$/gm, '$1');
}

function withoutCommentsAndTexts(source: string): string {
  return withoutComments(source).replace(/'[^'\n]*'|"[^"\n]*"|`[^`]*`/g, "''");
}

function isIn(file: string, place: string): boolean {
  return file === place || file.startsWith(`${place}/`) || file.replace(/\.tsx?$/, '') === place;
}

function partOf(file: string): Part | undefined {
  return PARTS.find(({ place }) => isIn(file, place));
}

function mayImport(part: Part, target: string): boolean {
  if ([part.place, ...part.mayImport].some((place) => isIn(target, place))) return true;
  return part.packages.some((name) => (name.endsWith('*') ? target.startsWith(name.slice(0, -1)) : target === name));
}

/** One cycle of imports, if there is any, as the files on it. */
function cycleIn(graph: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const byName = new Map([...graph].map(([file, targets]) => [file.replace(/\.tsx?$/, ''), targets]));
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): string[] | undefined => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return undefined;
    done.add(file);
    for (const target of byName.get(file) ?? []) {
      const cycle = visit(target, [...path, file]);
      if (cycle !== undefined) return cycle;
    }
    return undefined;
  };
  for (const file of byName.keys()) {
    const cycle = visit(file, []);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}
