// Runs every tier of tests that this machine allows, in order, and adds up what the runners counted.
// A tier that cannot run says why and counts as skipped; TUTTI_REQUIRE=lab,desktop,package makes that a failure.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { electronProblem } from './electron-runtime.mjs';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const REPORTS = mkdtempSync(join(tmpdir(), 'tutti-test-'));
const REQUIRED = (process.env.TUTTI_REQUIRE ?? '').split(',').filter(Boolean);

const TIERS = [
  { name: 'check', run: check },
  { name: 'unit', run: () => vitest('unit') },
  { name: 'loopback', run: () => vitest('loopback') },
  { name: 'lab', problem: labProblem, run: () => vitest('lab') },
  { name: 'desktop', problem: desktopProblem, run: () => playwright('desktop') },
  { name: 'package', problem: desktopProblem, run: packAndTry },
];

const unknown = REQUIRED.filter((name) => !TIERS.some((tier) => tier.name === name));
if (unknown.length > 0) {
  console.error(
    `TUTTI_REQUIRE names no tier of tests: ${unknown.join(', ')}. There are ${TIERS.map(({ name }) => name).join(', ')}.`,
  );
  process.exit(2);
}

const results = TIERS.map((tier) => ({ name: tier.name, ...runTier(tier) }));
rmSync(REPORTS, { recursive: true, force: true });
summarize(results);

/** Runs one tier. Gives its counts, and for a tier that cannot run the reason. */
function runTier({ name, problem = () => undefined, run }) {
  console.log(`\n── ${name} ${'─'.repeat(60 - name.length)}`);
  const reason = problem();
  if (reason === undefined) return run();
  const isRequired = REQUIRED.includes(name);
  console.log(`${isRequired ? 'Cannot run, though TUTTI_REQUIRE demands it' : 'Skipped'}: ${reason}.`);
  return { passed: 0, failed: isRequired ? 1 : 0, skipped: isRequired ? 0 : 1, reason };
}

/** Types, style and unused code, each as one test. */
function check() {
  const failed = ['types', 'style', 'unused'].filter(
    (part) => start('npm', ['run', '--silent', `check:${part}`]) !== 0,
  );
  if (failed.length > 0) console.log(`Failed: ${failed.join(', ')}.`);
  return { passed: 3 - failed.length, failed: failed.length, skipped: 0 };
}

function vitest(project) {
  const report = join(REPORTS, `${project}.json`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const status = start(process.execPath, [program('vitest', 'vitest.mjs'), 'run', '--project', project, ...reporters]);
  return counted(status, report, (json) => ({
    passed: json.numPassedTests,
    failed: json.numFailedTests,
    skipped: json.numPendingTests + json.numTodoTests,
  }));
}

/** Packs the app that setup.mjs has built, and starts what comes out. */
function packAndTry() {
  const isPacked = start(process.execPath, [join('scripts', 'package.mjs')]) === 0;
  return isPacked ? playwright('package') : { passed: 0, failed: 1, skipped: 0 };
}

function playwright(tier) {
  const report = join(REPORTS, `${tier}.json`);
  const config = join('e2e', tier, 'playwright.config.ts');
  const command = [process.execPath, program('@playwright/test', 'cli.js'), 'test', '-c', config];
  const [first, ...rest] = hasDisplay() ? command : ['xvfb-run', '-a', ...command];
  const env = { PLAYWRIGHT_JSON_OUTPUT_FILE: report };
  return counted(start(first, [...rest, '--reporter=list,json'], env), report, ({ stats }) => ({
    passed: stats.expected + stats.flaky,
    failed: stats.unexpected,
    skipped: stats.skipped,
  }));
}

/** What a runner counted. One that failed without a failed test (a file that cannot be loaded, a crash) counts as one. */
function counted(status, report, read) {
  const counts = readReport(report, read) ?? { passed: 0, failed: 0, skipped: 0 };
  return status !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}

function readReport(report, read) {
  try {
    return read(JSON.parse(readFileSync(report, 'utf8')));
  } catch {
    return undefined;
  }
}

function labProblem() {
  const { status, stdout } = spawnSync(process.execPath, [program('tsx', 'dist/cli.mjs'), 'e2e/lab/requirements.ts'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  return status === 0 ? undefined : stdout.trim() || 'the lab could not look at this machine';
}

function desktopProblem() {
  if (!hasDisplay() && start('xvfb-run', ['--help'], {}, 'ignore') !== 0) {
    return 'there is no display, and no xvfb-run to make one (Debian: xvfb xauth)';
  }
  return electronProblem();
}

function hasDisplay() {
  return process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
}

function program(packageName, file) {
  return join('node_modules', packageName, file);
}

/** Runs a command to its end. Gives its exit code; 1 where it could not be started or was killed. */
function start(command, args, env = {}, stdio = 'inherit') {
  const shell = process.platform === 'win32' && command === 'npm';
  return spawnSync(command, args, { cwd: ROOT, stdio, shell, env: { ...process.env, ...env } }).status ?? 1;
}

/** A line for each tier, and the line with which the command ends. */
function summarize(tiers) {
  const sum = (key) => tiers.reduce((total, tier) => total + tier[key], 0);
  const line = ({ passed, failed, skipped }) => `${passed} passed, ${failed} failed, ${skipped} skipped`;
  console.log('');
  for (const tier of tiers)
    console.log(`${tier.name.padEnd(9)} ${line(tier)}${tier.reason ? ` (${tier.reason})` : ''}`);
  console.log(line({ passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') }));
  process.exitCode = sum('failed') > 0 ? 1 : 0;
}
