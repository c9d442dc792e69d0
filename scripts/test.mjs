// Runs every tier of tests that this machine allows, names at the end what failed, and adds up what the runners counted.
// A tier that cannot run says why and counts as skipped; TUTTI_REQUIRE=lab,interop,desktop,package makes that a failure.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { electronProblem } from './electron-runtime.mjs';
import { describeFailure, lastWords, playwrightFailures, vitestFailures } from './test-failures.mjs';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const REPORTS = mkdtempSync(join(tmpdir(), 'tutti-test-'));
const REQUIRED = (process.env.TUTTI_REQUIRE ?? '').split(',').filter(Boolean);
const STILL_RUNNING_MS = 60_000;

// The lanes run side by side, the tiers of a lane one after the other. Most tests wait for something most of the time.
const LANES = [
  [
    { name: 'desktop', problem: desktopProblem, run: (output) => playwright('desktop', output) },
    { name: 'package', problem: desktopProblem, run: packAndTry },
  ],
  [
    { name: 'check', run: check },
    // Asks for nothing but processors, and leaves them to those that wait for something.
    { name: 'unit', run: (output) => vitest('unit', output, ['nice']) },
    {
      name: 'interop',
      problem: () => problemSaidBy('e2e/interop/requirements.ts'),
      run: (output) => vitest('interop', output),
    },
  ],
  [
    { name: 'loopback', run: (output) => vitest('loopback', output) },
    { name: 'lab', problem: () => problemSaidBy('e2e/lab/requirements.ts'), run: (output) => vitest('lab', output) },
  ],
];
const TIERS = LANES.flat();

const unknown = REQUIRED.filter((name) => !TIERS.some((tier) => tier.name === name));
if (unknown.length > 0) {
  console.error(
    `TUTTI_REQUIRE names no tier of tests: ${unknown.join(', ')}. There are ${TIERS.map(({ name }) => name).join(', ')}.`,
  );
  process.exit(2);
}

/**
 * Tiers run side by side only where each has a network to itself: rooms that one test opens on loopback would be found by
 * the students of another. The card is plugged into itself: without one the window would say that it is off line. That
 * nothing else is in this namespace is also the proof that no test sends anything further.
 */
const OWN_NETWORK = [
  'ip link set lo up',
  'ip link add card type veth peer name plug',
  'ip addr add 10.77.200.1/24 dev card',
  'ip link set card up',
  'ip link set plug up',
].join(' && ');
const IN_OWN_NETWORK = ['unshare', '--net', 'sh', '-c', `${OWN_NETWORK} && exec "$@"`, 'sh'];
const canIsolate = process.platform === 'linux' && succeeds(...IN_OWN_NETWORK, 'true');

const results = canIsolate ? await runSideBySide() : await runLane(TIERS, false);
rmSync(REPORTS, { recursive: true, force: true });
summarize(results);

/** All lanes at once; what a tier printed is shown when it is over. */
async function runSideBySide() {
  const reminder = setInterval(() => {
    const running = TIERS.filter(({ startedAt, isOver }) => startedAt !== undefined && !isOver);
    console.log(`… ${running.map(({ name, startedAt }) => `${name}: ${seconds(startedAt)} s`).join(', ')}`);
  }, STILL_RUNNING_MS);
  const lanes = await Promise.all(LANES.map((lane) => runLane(lane, true)));
  clearInterval(reminder);
  return lanes.flat();
}

async function runLane(tiers, isBuffered) {
  const outcomes = [];
  for (const tier of tiers) outcomes.push({ name: tier.name, ...(await runTier(tier, isBuffered)) });
  return outcomes;
}

/** Runs one tier. Gives its counts, and for a tier that cannot run the reason. */
async function runTier(tier, isBuffered) {
  tier.startedAt = performance.now();
  const output = isBuffered ? [] : undefined;
  if (!isBuffered) console.log(heading(tier));
  const counts = await outcome(tier, output);
  tier.isOver = true;
  if (isBuffered)
    console.log(`${heading(tier)}\n${Buffer.concat(output)}${tier.name} took ${seconds(tier.startedAt)} s.`);
  return counts;
}

function outcome({ name, problem = () => undefined, run }, output) {
  const reason = problem();
  if (reason === undefined) return run(output);
  const isRequired = REQUIRED.includes(name);
  say(output, `${isRequired ? 'Cannot run, though TUTTI_REQUIRE demands it' : 'Skipped'}: ${reason}.`);
  const failures = isRequired ? [{ name: 'cannot run', message: reason }] : [];
  return { passed: 0, failed: failures.length, skipped: isRequired ? 0 : 1, failures, reason };
}

function heading({ name }) {
  return `\n── ${name} ${'─'.repeat(60 - name.length)}`;
}

function seconds(since) {
  return Math.round((performance.now() - since) / 1000);
}

/** Types, style and unused code, each as one test. */
async function check(output) {
  const failures = [];
  for (const part of ['types', 'style', 'unused']) {
    const printed = output === undefined ? undefined : [];
    const status = await start(['npm', 'run', '--silent', `check:${part}`], printed);
    output?.push(...printed);
    if (status !== 0) failures.push(withoutReport(part, printed));
  }
  return { passed: 3 - failures.length, failed: failures.length, skipped: 0, failures };
}

async function vitest(project, output, prefix = []) {
  const report = join(REPORTS, `${project}.json`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const command = [process.execPath, program('vitest', 'vitest.mjs'), 'run', '--project', project, ...reporters];
  const status = await start(isolated([...(canIsolate ? prefix : []), ...command]), output);
  return counted(status, output, report, (json) => ({
    passed: json.numPassedTests,
    failed: json.numFailedTests,
    skipped: json.numPendingTests + json.numTodoTests,
    failures: vitestFailures(json),
  }));
}

/** Packs the app that setup.mjs has built, and starts what comes out. */
async function packAndTry(output) {
  const isPacked = (await start([process.execPath, join('scripts', 'package.mjs')], output)) === 0;
  if (isPacked) return playwright('package', output);
  return { passed: 0, failed: 1, skipped: 0, failures: [withoutReport('packing', output)] };
}

async function playwright(tier, output) {
  const report = join(REPORTS, `${tier}.json`);
  const config = join('e2e', tier, 'playwright.config.ts');
  const command = [process.execPath, program('@playwright/test', 'cli.js'), 'test', '-c', config];
  const onScreen = hasDisplay() ? command : ['xvfb-run', '-a', ...command];
  const env = { PLAYWRIGHT_JSON_OUTPUT_FILE: report };
  const status = await start(isolated([...onScreen, '--reporter=list,json']), output, env);
  return counted(status, output, report, ({ stats, ...json }) => ({
    passed: stats.expected + stats.flaky,
    failed: stats.unexpected,
    skipped: stats.skipped,
    failures: playwrightFailures(json),
  }));
}

/** What a runner counted. One that failed without a failed test (a file that cannot be loaded, a crash) counts as one. */
function counted(status, output, report, read) {
  const counts = readReport(report, read) ?? { passed: 0, failed: 0, skipped: 0, failures: [] };
  if (status === 0 || counts.failed > 0) return counts;
  const failures = counts.failures.length > 0 ? counts.failures : [withoutReport('outside of a test', output)];
  return { ...counts, failed: 1, failures };
}

/** A failure of which no report tells. What went straight to the terminal is there. */
function withoutReport(name, output = []) {
  return { name, message: lastWords(Buffer.concat(output).toString()) };
}

function readReport(report, read) {
  try {
    return read(JSON.parse(readFileSync(report, 'utf8')));
  } catch {
    return undefined;
  }
}

/** What a tier's own look at this machine finds missing. */
function problemSaidBy(script) {
  const { status, stdout } = spawnSync(process.execPath, [program('tsx', 'dist/cli.mjs'), script], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  return status === 0 ? undefined : stdout.trim() || `${script} could not look at this machine`;
}

function desktopProblem() {
  if (!hasDisplay() && !succeeds('xvfb-run', '--help')) {
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

function isolated(command) {
  return canIsolate ? [...IN_OWN_NETWORK, ...command] : command;
}

/** Runs a command to its end; its output goes to `output`, or straight to the terminal. Gives its exit code; 1 where it could not be started or was killed. */
function start([command, ...args], output, env = {}) {
  const shell = process.platform === 'win32' && command === 'npm';
  const stdio = output === undefined ? 'inherit' : ['ignore', 'pipe', 'pipe'];
  const child = spawn(command, args, { cwd: ROOT, stdio, shell, env: { ...process.env, ...env } });
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (bytes) => output.push(bytes));
  return new Promise((resolve) => {
    child.once('error', () => resolve(1));
    child.once('close', (code) => resolve(code ?? 1));
  });
}

function succeeds(command, ...args) {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}

function say(output, line) {
  if (output === undefined) console.log(line);
  else output.push(Buffer.from(`${line}\n`));
}

/** What failed, a line for each tier, and the line with which the command ends. */
function summarize(tiers) {
  const sum = (key) => tiers.reduce((total, tier) => total + tier[key], 0);
  const line = ({ passed, failed, skipped }) => `${passed} passed, ${failed} failed, ${skipped} skipped`;
  console.log('');
  for (const { name, failures } of tiers)
    for (const failure of failures) console.log(`${describeFailure(name, failure)}\n`);
  for (const tier of tiers)
    console.log(`${tier.name.padEnd(9)} ${line(tier)}${tier.reason ? ` (${tier.reason})` : ''}`);
  console.log(line({ passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') }));
  process.exitCode = sum('failed') > 0 ? 1 : 0;
}
