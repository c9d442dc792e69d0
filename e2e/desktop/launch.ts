import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { _electron, type ElectronApplication, type Page } from '@playwright/test';
import type { StudentSnapshot, TeacherSnapshot } from '../../src-shared/ipc/snapshots';

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
  readonly settings?: { role: 'teacher' | 'student'; name: string; folder?: string };
  readonly env?: Readonly<Record<string, string>>;
  readonly colours?: 'light' | 'dark';
  /** Size of the page, in CSS pixels. */
  readonly size?: { readonly width: number; readonly height: number };
}

/** Starts the built app on its own user data. */
export async function launch(options: LaunchOptions): Promise<StartedApp> {
  mkdirSync(options.userData, { recursive: true });
  if (options.settings !== undefined) {
    writeFileSync(join(options.userData, 'settings.json'), JSON.stringify(options.settings));
  }
  const app = await _electron.launch({
    args: [...switchesOf(options.userData), project],
    // No test sends or listens outside this machine.
    env: { ...environment(), TUTTI_INTERFACE: '127.0.0.1', ...options.env, TUTTI_USER_DATA: options.userData },
  });
  const page = await app.firstWindow();
  const errors: string[] = [];
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  page.on('pageerror', (error) => errors.push(String(error)));
  if (options.colours !== undefined) await page.emulateMedia({ colorScheme: options.colours });
  if (options.size !== undefined) await resize(app, options.size);
  await page.evaluate(() => document.fonts.ready);
  return { app, page, errors };
}

/** The app without an engine: it shows the snapshots instead. */
export async function launchWithFrames(
  frames: readonly TeacherSnapshot[] | readonly StudentSnapshot[],
  options: LaunchOptions & { readonly everyMs?: number },
): Promise<StartedApp> {
  mkdirSync(options.userData, { recursive: true });
  const path = join(options.userData, 'fixture.json');
  const fixture = { role: options.settings?.role, everyMs: options.everyMs, frames };
  writeFileSync(
    path,
    JSON.stringify(fixture, (_key, value) => (ArrayBuffer.isView(value) ? [...numbersOf(value)] : value)),
  );
  return launch({ ...options, env: { ...options.env, TUTTI_FIXTURE: path } });
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
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
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
