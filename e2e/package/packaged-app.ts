import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { type Browser, chromium, type Page } from '@playwright/test';

const DIST = resolve(import.meta.dirname, '../../dist');
const START_MS = 30_000;
const END_MS = 10_000;

/** Where electron-builder puts the unpacked app of this system. */
const PLACES: Readonly<Partial<Record<NodeJS.Platform, { program: string; resources: string }>>> = {
  linux: { program: 'linux-unpacked/tutti', resources: 'linux-unpacked/resources' },
  win32: { program: 'win-unpacked/Tutti.exe', resources: 'win-unpacked/resources' },
  darwin: macApp(process.arch === 'arm64' ? 'mac-arm64' : 'mac'),
};

function macApp(folder: string) {
  const contents = `${folder}/Tutti.app/Contents`;
  return { program: `${contents}/MacOS/Tutti`, resources: `${contents}/Resources` };
}

const place = PLACES[process.platform];
if (place === undefined) throw new Error(`there is no package for ${process.platform}`);
export const PROGRAM = join(DIST, place.program);
export const ARCHIVE = join(DIST, place.resources, 'app.asar');

export interface PackagedApp {
  readonly page: Page;
  /** Ends the program as a person would by quitting. */
  quit(): Promise<void>;
}

/**
 * Starts the packaged program on its own user data. Its fuses refuse the debugger of Node by which Playwright drives an
 * Electron under development, so this one is driven by the DevTools of its window.
 */
export async function startPackaged(
  userData: string,
  env: Readonly<Record<string, string>> = {},
): Promise<PackagedApp> {
  // Chromium refuses its sandbox to root, as which containers run tests.
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const args = [...sandbox, '--remote-debugging-port=0', `--user-data-dir=${userData}`, '--lang=en'];
  const program = spawn(PROGRAM, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    // No test sends or listens outside this machine.
    // Nothing goes out of this machine, and nothing starts when a person logs in here.
    env: {
      ...process.env,
      TUTTI_INTERFACE: '127.0.0.1',
      XDG_CONFIG_HOME: join(userData, 'config'),
      ...env,
      TUTTI_USER_DATA: userData,
    },
  });
  try {
    const browser = await chromium.connectOverCDP(await devToolsOf(program));
    const page = browser.contexts()[0]?.pages()[0] ?? (await browser.contexts()[0]?.waitForEvent('page'));
    if (page === undefined) throw new Error('the packaged program opened no window');
    return { page, quit: () => quit(browser, program) };
  } catch (error) {
    program.kill('SIGKILL');
    throw error;
  }
}

/** Chromium prints where its DevTools listen: on 127.0.0.1, on a port of its own choice. */
function devToolsOf(program: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let printed = '';
    const fail = (reason: string) => reject(new Error(`the packaged program ${reason}:\n${printed}`));
    const patience = setTimeout(() => fail('opened no DevTools'), START_MS);
    program.once('error', reject);
    program.once('exit', (code) => fail(`ended with ${code}`));
    program.stderr?.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
      const address = /DevTools listening on ws:\/\/(127\.0\.0\.1:\d+)/.exec(printed)?.[1];
      if (address === undefined) return;
      clearTimeout(patience);
      resolve(`http://${address}`);
    });
  });
}

async function quit(browser: Browser, program: ChildProcess): Promise<void> {
  await browser.close();
  if (program.exitCode !== null) return;
  const ended = once(program, 'exit');
  const patience = setTimeout(() => program.kill('SIGKILL'), END_MS);
  program.kill('SIGTERM');
  await ended;
  clearTimeout(patience);
}
