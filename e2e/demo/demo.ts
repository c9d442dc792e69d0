import { access, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { formatBytes } from '../../src-shared/text/format';
import { type DemoStudent, hold, type LessonOutcome } from './classroom';
import { DemoError } from './command-line';
import { comparisonTable, differences, digestsIn, type Original, type StudentFiles } from './comparison';
import { type MadeFile, makeMusic } from './music/make-music';

/**
 * `npm run demo`: makes a music library, opens a room and three students on this machine, sends it by multicast on the
 * loopback interface with induced loss, and compares every file. Nothing leaves the machine.
 */

const PROGRAM = fileURLToPath(new URL('../../out/main/cli.js', import.meta.url));
const FOLDER_NAME = 'Concert';
const DEFAULT_MEGABYTES = 60;
const SEED = 1;
const STUDENTS = [
  { name: 'Anna', impairment: 'loss=0.02,seed=1', weather: 'loses 2 % of all packets' },
  {
    name: 'Ben',
    impairment: 'loss=0.05,seed=2,duplicate=0.01,reorder=0.01',
    weather: 'loses 5 %, gets 1 % twice, 1 % late',
  },
  { name: 'Chloé', impairment: 'loss=0.03,burst=40,seed=3', weather: 'loses 3 %, in bursts of about 40' },
];
const USAGE = 'Usage: npm run demo -- [--megabytes N] [--keep]';

interface Settings {
  readonly megabytes: number;
  readonly keep: boolean;
}

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  const settings = readSettings(args);
  if (settings === undefined) {
    console.error(USAGE);
    return 2;
  }
  const directory = await mkdtemp(join(tmpdir(), 'tutti-demo-'));
  const interruption = new AbortController();
  process.once('SIGINT', () => interruption.abort());
  process.once('SIGTERM', () => interruption.abort());
  try {
    return (await run(directory, settings, interruption.signal)) ? 0 : 1;
  } catch (error) {
    if (!(error instanceof DemoError)) throw error;
    console.error(`\n${error.message}`);
    return 1;
  } finally {
    if (settings.keep) console.log(`\nThe files are in ${directory}`);
    else await rm(directory, { recursive: true, force: true });
  }
}

function readSettings(args: readonly string[]): Settings | undefined {
  try {
    const options = { megabytes: { type: 'string' }, keep: { type: 'boolean' } } as const;
    const { values } = parseArgs({ args: [...args], options });
    const megabytes = Number(values.megabytes ?? DEFAULT_MEGABYTES);
    return megabytes > 0 && megabytes <= 2000 ? { megabytes, keep: values.keep ?? false } : undefined;
  } catch {
    return undefined;
  }
}

async function run(directory: string, { megabytes }: Settings, signal: AbortSignal): Promise<boolean> {
  await access(PROGRAM).catch(() => {
    throw new DemoError('The command line is not built yet: run "npm run build" first.');
  });
  const folder = join(directory, FOLDER_NAME);
  const files = await compose(folder, megabytes);
  console.log('\nThree students on this machine, each with bad weather on its network:');
  for (const { name, weather } of STUDENTS) console.log(`  ${name} ${weather}`);
  console.log('');
  const students = STUDENTS.map((student) => ({ ...student, directory: join(directory, student.name) }));
  const outcome = await hold({ program: PROGRAM, folder, files, state: join(directory, 'teacher'), students, signal });
  return compare(folder, files, students, outcome);
}

async function compose(folder: string, megabytes: number): Promise<MadeFile[]> {
  console.log(`Making about ${formatBytes(megabytes * 1e6)} of music:`);
  return makeMusic(folder, {
    megabytes,
    seed: SEED,
    onFile: ({ path, size }) => console.log(`  ${path}, ${formatBytes(size)}`),
  });
}

async function compare(
  folder: string,
  files: readonly MadeFile[],
  students: readonly DemoStudent[],
  { ok, received }: LessonOutcome,
): Promise<boolean> {
  const digests = await digestsIn(folder);
  const originals = files.map(({ path, size }): Original => ({ path, size, sha256: digests.get(path) ?? '' }));
  const found: StudentFiles[] = [];
  for (const { name, directory } of students) {
    found.push({ student: name, digests: await digestsIn(join(directory, FOLDER_NAME)) });
  }
  console.log(`\n${comparisonTable(originals, found).join('\n')}\n`);
  const wrong = [...differences(originals, found), ...differences(originals, claims(received, originals))];
  for (const sentence of wrong) console.error(sentence);
  if (!ok) console.error('Not every process ended well.');
  if (wrong.length === 0 && ok)
    console.log(`All ${originals.length} files are identical at all ${found.length} students.`);
  return wrong.length === 0 && ok;
}

/** What the students themselves say that they have, below the folder: names and sizes. */
function claims(received: LessonOutcome['received'], originals: readonly Original[]): StudentFiles[] {
  const digestOf = (name: string, size: number) =>
    originals.find((original) => original.path === name && original.size === size)?.sha256 ?? 'of another size';
  return [...received].map(([student, files = []]) => {
    const named = files.map(({ path, size }) => ({ name: path.replace(`${FOLDER_NAME}/`, ''), size }));
    return { student, digests: new Map(named.map(({ name, size }) => [name, digestOf(name, size)])) };
  });
}
