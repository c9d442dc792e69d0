import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { _electron, type ElectronApplication, type Page } from '@playwright/test';
import type { EventMessage, RequestName, SettingsView } from '../../src-shared/ipc/contract';
import type { StudentSnapshot, TeacherSnapshot } from '../../src-shared/ipc/snapshots';
import type { Host } from '../lab/topology';

const project = resolve(import.meta.dirname, '../..');
const screenshots = join(import.meta.dirname, 'screenshots');

export interface StartedApp {
  readonly app: ElectronApplication;
  readonly page: Page;
  /** What the page wrote as errors; a refused style or script is one too. */
  readonly errors: readonly string[];
}

export interface LaunchOptions {
  /** Holds the settings, the identity and the journals. */
  readonly userData: string;
  readonly settings?: Partial<SettingsView> & { role: 'teacher' | 'student'; name: string };
  readonly env?: Readonly<Record<string, string>>;
  readonly colours?: 'light' | 'dark';
  /** Size of the page, in CSS pixels. */
  readonly size?: { readonly width: number; readonly height: number };
  /** A host of the lab to run on, instead of this machine's loopback interface. */
  readonly host?: Host;
  /** More of the command line. */
  readonly args?: readonly string[];
}

/** Recorded answers of the engine that is not there. */
export interface Recording {
  /** Time between two frames, in ms. */
  readonly everyMs?: number;
  /** Starts over after the last frame. */
  readonly repeat?: boolean;
  /** What requests are answered with; `fileOf` says where received files are: `{ 'transfer/0': '/music/a.wav' }`. */
  readonly answers?: Partial<Record<RequestName, unknown>> & { readonly fileOf?: Readonly<Record<string, string>> };
  /** Sentences with which requests fail. */
  readonly failures?: Partial<Record<RequestName, string>>;
}

/** Starts the built app on its own user data. */
export async function launch(options: LaunchOptions): Promise<StartedApp> {
  const app = await startApp(options);
  const page = await app.firstWindow();
  const errors: string[] = [];
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  page.on('pageerror', (error) => errors.push(String(error)));
  if (options.colours !== undefined) await page.emulateMedia({ colorScheme: options.colours });
  if (options.size !== undefined) await resize(app, options.size);
  await page.evaluate(() => document.fonts.ready);
  return { app, page, errors };
}

/** Starts the built app and does not wait for a window: it may have none. */
export function startApp(options: LaunchOptions): Promise<ElectronApplication> {
  mkdirSync(options.userData, { recursive: true });
  if (options.settings !== undefined) {
    writeFileSync(join(options.userData, 'settings.json'), JSON.stringify(options.settings));
  }
  return _electron.launch({
    args: [...switchesOf(options.userData), project, ...(options.args ?? [])],
    // No test sends or listens outside this machine, and none touches what starts when a person logs in here.
    env: {
      ...environment(),
      TUTTI_INTERFACE: options.host?.address ?? '127.0.0.1',
      XDG_CONFIG_HOME: join(options.userData, 'config'),
      ...(options.host === undefined ? {} : { TUTTI_LAB_HOST: options.host.namespace }),
      ...options.env,
      TUTTI_USER_DATA: options.userData,
    },
    ...(options.host === undefined ? {} : { executablePath: join(import.meta.dirname, 'in-namespace.mjs') }),
  });
}

/** The app without an engine: it shows the snapshots instead, and answers what is recorded. */
export async function launchWithFrames(
  frames: readonly TeacherSnapshot[] | readonly StudentSnapshot[],
  options: LaunchOptions & Recording,
): Promise<StartedApp> {
  return launch({ ...options, env: { ...options.env, TUTTI_FIXTURE: writeRecording(frames, options) } });
}

/** Writes a recording below the user data; the path is for TUTTI_FIXTURE. */
export function writeRecording(
  frames: readonly TeacherSnapshot[] | readonly StudentSnapshot[],
  { userData, settings, everyMs, repeat, answers, failures }: LaunchOptions & Recording,
): string {
  mkdirSync(userData, { recursive: true });
  const path = join(userData, 'fixture.json');
  const fixture = { role: settings?.role, everyMs, repeat, answers, failures, frames };
  writeFileSync(
    path,
    JSON.stringify(fixture, (_key, value) => (ArrayBuffer.isView(value) ? [...numbersOf(value)] : value)),
  );
  return path;
}

/** What the window has asked of the recorded engine so far, oldest first. */
export function recordedCommands(app: ElectronApplication): Promise<{ name: string; argument: unknown }[]> {
  return app.evaluate(() => Reflect.get(globalThis, 'tuttiTest').commands);
}

/** The present value of an event. */
export function told<N extends EventMessage['name']>(
  page: Page,
  name: N,
): Promise<Extract<EventMessage, { name: N }>['value']> {
  return page.evaluate(
    (wanted) =>
      new Promise((resolve) => {
        const { listen, request } = Reflect.get(window, 'tutti');
        const stop = listen((message: { name: string; value: unknown }) => {
          if (message.name !== wanted) return;
          stop();
          resolve(message.value as never);
        });
        void request('attach');
      }),
    name as string,
  );
}

/** What the window has asked for by this name, oldest first. */
export async function argumentsOf(app: ElectronApplication, name: string): Promise<unknown[]> {
  return (await recordedCommands(app)).filter((command) => command.name === name).map(({ argument }) => argument);
}

export async function resize(app: ElectronApplication, size: { width: number; height: number }): Promise<void> {
  await app.evaluate(({ BrowserWindow }, { width, height }) => {
    BrowserWindow.getAllWindows()[0]?.setContentSize(width, height);
  }, size);
}

/** Photographs what the window shows, for people to look at. */
export async function photograph(page: Page, name: string): Promise<void> {
  // Two frames: one that lays out, one that the canvases draw in.
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  await page.waitForTimeout(150);
  await page.screenshot({ path: join(screenshots, `${name}.png`) });
}

/** A folder that is gone when the test is over. */
export function temporaryFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'tutti-desktop-'));
  return { path, remove: () => removeAtLast(path) };
}

/**
 * Chromium's own processes outlive the program for a moment, and may still be writing into its folder. By itself rmSync tries again to remove
 * the folder only, and not what has come into it since.
 */
function removeAtLast(path: string): void {
  for (let left = 20; ; left--) {
    try {
      return rmSync(path, { recursive: true, force: true, maxRetries: 1, retryDelay: 100 });
    } catch (error) {
      if (left === 0) throw error;
    }
  }
}

function switchesOf(userData: string): string[] {
  // Chromium refuses its sandbox to root, as which containers run tests.
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return [...sandbox, `--user-data-dir=${userData}`, '--force-device-scale-factor=1', '--lang=en'];
}

function numbersOf(view: ArrayBufferView): Iterable<number> {
  if (view instanceof Uint8Array || view instanceof Uint16Array) return view;
  throw new Error('a snapshot holds bytes and counts only');
}

function environment(): Record<string, string> {
  const entries = Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries(entries);
}
