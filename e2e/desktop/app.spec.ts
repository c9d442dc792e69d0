import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type ElectronApplication, expect, type Page, test } from '@playwright/test';
import type { EventMessage } from '../../src-shared/ipc/contract';
import { mediaPath } from '../../src-shared/ipc/media-path';
import { freePort } from '../free-port';
import * as student from './fixtures/student';
import * as teacher from './fixtures/teacher';
import {
  type LaunchOptions,
  launch,
  launchWithFrames,
  type Recording,
  recordedCommands,
  type StartedApp,
  startApp,
  temporaryFolder,
  told,
  writeRecording,
} from './launch';

/** What the program does around its window: the contract, the tray, the policy, files, menus, starting and ending. */
const TRANSFER = '5fd1e07b22c94a18';
const TEACHER = { role: 'teacher', name: 'Ms Rivera' } as const;

let folder: ReturnType<typeof temporaryFolder>;
let music: string;
const running = new Set<ElectronApplication>();

test.beforeEach(() => {
  folder = temporaryFolder();
  music = join(folder.path, 'music');
  mkdirSync(music);
});

test.afterEach(async () => {
  for (const app of running) await app.close();
  running.clear();
  folder.remove();
});

type Frames = Parameters<typeof launchWithFrames>[0];

function asStudent(): NonNullable<LaunchOptions['settings']> {
  return { role: 'student', name: 'Ana Lima', folder: music };
}

async function show(
  frames: Frames,
  settings: NonNullable<LaunchOptions['settings']>,
  options: Recording & Pick<LaunchOptions, 'env'> = {},
): Promise<StartedApp> {
  const started = await launchWithFrames(frames, { userData: folder.path, settings, ...options });
  running.add(started.app);
  return started;
}

/** Asks as a page can that does not keep to the contract. */
function ask(page: Page, name: unknown, argument?: unknown): Promise<unknown> {
  return page.evaluate(
    ([its, value]) => Reflect.apply(Reflect.get(window, 'tutti').request, null, [its, value]),
    [name, argument],
  );
}

/** Resolves when an engine has started anew. */
function engineRestart(page: Page): Promise<void> {
  return page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        const states: string[] = [];
        Reflect.get(window, 'tutti').listen(({ name, value }: EventMessage) => {
          if (name === 'engine') states.push(value.state);
          if (states.at(-2) === 'starting' && states.at(-1) === 'running') resolve();
        });
      }),
  );
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

interface TrayItem {
  readonly id: string;
  readonly label: string;
  readonly checked: boolean;
  readonly enabled: boolean;
}

function trayMenu(app: ElectronApplication): Promise<TrayItem[]> {
  return app.evaluate(() =>
    (Reflect.get(globalThis, 'tuttiTest')?.trayMenu()?.items ?? [])
      .filter(({ type }: { type: string }) => type !== 'separator')
      .map(({ id, label, checked, enabled }: TrayItem) => ({ id, label, checked, enabled })),
  );
}

function clickTray(app: ElectronApplication, id: string): Promise<void> {
  return app.evaluate((_electron, wanted) => {
    Reflect.get(globalThis, 'tuttiTest').trayMenu().getMenuItemById(wanted).click();
  }, id);
}

function isShown(app: ElectronApplication): Promise<boolean | undefined> {
  return app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isVisible());
}

/** Starts the same program on the same user data once more. */
function startAgain(app: ElectronApplication): ChildProcess {
  const { spawnfile, spawnargs } = app.process();
  const own = spawnargs.slice(1).filter((argument) => !/^--(inspect|remote-debugging)|^--hidden$/.test(argument));
  return spawn(spawnfile, own, { env: { ...process.env, TUTTI_USER_DATA: folder.path }, stdio: 'ignore' });
}

/** Closes the window as a person does; what becomes of it. */
function closeWindow(app: ElectronApplication): Promise<{ open: boolean; visible: boolean }> {
  return app.evaluate(({ BrowserWindow }) => {
    const [window] = BrowserWindow.getAllWindows();
    window?.close();
    const open = window?.isDestroyed() === false;
    return { open, visible: open && window.isVisible() };
  });
}

test.describe('the contract', () => {
  test('leaves the page no way around it', async () => {
    const { app, page } = await show([teacher.snapshot(1, [])], TEACHER);
    const asked: readonly (readonly [unknown, unknown])[] = [
      ['shell', 'ls'],
      ['send', { paths: [] }],
      ['forget', { fingerprint: '../' }],
      ['fileOf', { transfer: 'ab', file: 0 }],
      ['close', undefined],
      ['__proto__', {}],
    ];
    for (const [name, argument] of asked) expect(await ask(page, name, argument)).toMatchObject({ ok: false });
    expect(await recordedCommands(app)).toEqual([]);
    expect(await page.evaluate(() => ['require', 'process', 'module'].filter((name) => name in window))).toEqual([]);
    await page.evaluate(() => void window.open('https://example.invalid/'));
    await page.evaluate(() => location.assign('https://example.invalid/'));
    expect(app.windows()).toHaveLength(1);
    expect(page.url()).toBe('https://tutti.invalid/index.html');
  });

  test('carries a request to the engine, and its answer or its sentence back', async () => {
    const { app, page } = await show([teacher.snapshot(1, [])], TEACHER, {
      answers: { retry: { transfer: 'cd' } },
      failures: { newCode: 'The code was just changed.' },
    });
    const retry = { transfer: TRANSFER, by: 'tcp' };
    expect(await ask(page, 'retry', retry)).toEqual({ ok: true, value: { transfer: 'cd' } });
    expect(await ask(page, 'newCode')).toEqual({ ok: false, message: 'The code was just changed.' });
    expect(await recordedCommands(app)).toMatchObject([{ name: 'retry', argument: retry }, { name: 'newCode' }]);
  });
});

test.describe('a teacher', () => {
  test('is asked before closing ends a transfer', async () => {
    const { app } = await show([teacher.firstPass()], TEACHER);
    await expect.poll(() => isShown(app)).toBe(true);
    const answerDialog = (choice: number) =>
      app.evaluate(({ dialog }, answer) => Reflect.set(dialog, 'showMessageBoxSync', () => answer), choice);
    await answerDialog(0);
    expect(await closeWindow(app)).toEqual({ open: true, visible: true });
    await answerDialog(1);
    const ended = app.waitForEvent('close');
    await closeWindow(app).catch(() => {});
    await ended;
    running.delete(app);
  });

  test('sends from the menu what the dialog picks, as the window has it set', async () => {
    const { app, page } = await show([teacher.snapshot(3, [])], TEACHER);
    await expect(page.locator('main')).toBeVisible();
    await app.evaluate(({ dialog, Menu }) => {
      Reflect.set(dialog, 'showOpenDialog', async () => ({ canceled: false, filePaths: ['/music/Suite'] }));
      const items = Menu.getApplicationMenu()?.items.flatMap(({ submenu }) => submenu?.items ?? []);
      items?.find(({ label }) => label === 'Send Folder…')?.click();
    });
    await expect
      .poll(() => recordedCommands(app))
      .toMatchObject([
        { name: 'send', argument: { paths: ['/music/Suite'], audience: 'everyone', start: { when: 'now' } } },
      ]);
  });

  test('exports the history to the file that was picked', async () => {
    const entry = {
      ...{ id: 'ab', createdAt: 0, elapsedMs: 31_000, files: [{ path: 'a.wav', size: 1 }], contentBytes: 1 },
      ...{ totalBytes: 1, resentBytes: 0, filledBytes: 0, rounds: [] },
      members: [{ id: 'cd', name: '=Ana', ip: '10.0.0.2', state: 'complete', missingBytes: 0 }],
    };
    const { app, page } = await show([teacher.snapshot(1, [])], TEACHER, { answers: { history: [entry] } });
    const path = join(folder.path, 'history.csv');
    const pick = (canceled: boolean) =>
      app.evaluate(({ dialog }, answer) => Reflect.set(dialog, 'showSaveDialog', async () => answer), {
        canceled,
        filePath: canceled ? '' : path,
      });
    await pick(true);
    expect(await ask(page, 'exportHistory', { format: 'csv' })).toEqual({ ok: true, value: { written: false } });
    await pick(false);
    expect(await ask(page, 'exportHistory', { format: 'csv' })).toEqual({ ok: true, value: { written: true } });
    expect(readFileSync(path, 'utf8')).toContain("'=Ana");
    expect(await ask(page, 'exportHistory', { format: 'csv', transfer: 'ff' })).toMatchObject({ ok: false });
  });
});

test.describe('the tray', () => {
  test('keeps a student’s program when its window is closed', async () => {
    const { app } = await show([student.connected], asStudent());
    expect(await closeWindow(app)).toEqual({ open: true, visible: false });
    await clickTray(app, 'open');
    await expect.poll(() => isShown(app)).toBe(true);
  });

  test('shows where the student is', async () => {
    // Time enough to look at the first picture, on a busy machine too.
    const { app, page } = await show([student.connected, student.receiving()], asStudent(), { everyMs: 5000 });
    const staysAwake = () =>
      app.evaluate(({ powerSaveBlocker }) => [0, 1].some((id) => powerSaveBlocker.isStarted(id)));
    expect(await staysAwake()).toBe(false);
    expect(await told(page, 'tray')).toMatchObject({ state: 'idle', tooltip: 'Tutti: in Ms Rivera, room 12' });
    const picture = () => told(page, 'tray');
    await expect.poll(picture, { timeout: 20_000 }).toMatchObject({ state: 'receiving', progress: 0.59 });
    expect(await staysAwake()).toBe(true);
  });

  test('has a program that looks afresh when the computer wakes up', async () => {
    const { app } = await show([student.connected], asStudent());
    await app.evaluate(({ powerMonitor }) => void powerMonitor.emit('resume'));
    await expect.poll(() => recordedCommands(app)).toMatchObject([{ name: 'wake' }]);
  });

  test('pauses receiving, and ticks what is so, not what was clicked', async () => {
    const { app } = await show([student.connected], asStudent(), { failures: { receive: 'Not now.' } });
    await clickTray(app, 'pause');
    await expect.poll(() => recordedCommands(app)).toEqual([{ name: 'receive', argument: { on: false } }]);
    await expect.poll(async () => (await trayMenu(app)).find(({ id }) => id === 'pause')?.checked).toBe(false);
  });

  test('switches do not disturb, and speaks the chosen language', async () => {
    const { app, page } = await show([student.paused], asStudent());
    expect((await trayMenu(app)).map(({ label, checked }) => [label, checked])).toEqual([
      ['Open Tutti', false],
      ['Pause Receiving', true],
      ['Do Not Disturb', false],
      ['Show Received Music', false],
      ['Quit Tutti', false],
    ]);
    await clickTray(app, 'doNotDisturb');
    await expect.poll(async () => (await told(page, 'settings')).doNotDisturb).toBe(true);
    await ask(page, 'prefer', { language: 'de', appearance: 'dark' });
    expect(await app.evaluate(({ nativeTheme }) => nativeTheme.themeSource)).toBe('dark');
    expect((await trayMenu(app)).find(({ id }) => id === 'doNotDisturb')).toEqual({
      id: 'doNotDisturb',
      label: 'Nicht stören',
      checked: true,
      enabled: true,
    });
    expect((await told(page, 'tray')).tooltip).toBe('Tutti: Empfang angehalten');
    expect(JSON.parse(readFileSync(join(folder.path, 'settings.json'), 'utf8'))).toMatchObject({
      doNotDisturb: true,
      language: 'de',
    });
  });

  for (const [doNotDisturb, titles] of [
    [false, ['12 files from Ms Rivera, room 12']],
    [true, []],
  ] as const) {
    test(`tells ${titles.length} times of a transfer when do not disturb is ${doNotDisturb}`, async () => {
      const frames = [student.receiving(), student.complete(), student.complete()];
      const { app, page } = await show(frames, { ...asStudent(), doNotDisturb }, { everyMs: 1500 });
      await closeWindow(app);
      await expect.poll(async () => (await told(page, 'tray')).state).toBe('idle');
      const news: { title: string }[] = await app.evaluate(() => Reflect.get(globalThis, 'tuttiTest').news);
      expect(news.map(({ title }) => title)).toEqual(titles);
    });
  }
});

test.describe('a start', () => {
  test('at login opens no window for a student, and the next start shows it', async () => {
    const options = { userData: folder.path, settings: asStudent(), args: ['--hidden'] };
    const env = { TUTTI_FIXTURE: writeRecording([student.connected], options) };
    const app = await startApp({ ...options, env });
    running.add(app);
    // No window says that the program has started. Until it has, a question to it can fail: the debugger loses the answer.
    await expect(async () => expect(await trayMenu(app)).toHaveLength(5)).toPass({ timeout: 15_000 });
    expect(app.windows()).toHaveLength(0);
    const opened = app.waitForEvent('window');
    const ended = once(startAgain(app), 'exit');
    await opened;
    await ended;
    expect(app.windows()).toHaveLength(1);
  });

  test('at login is what the person chose', async () => {
    const { page } = await show([student.connected], asStudent());
    const entry = join(folder.path, 'config', 'autostart', 'tutti.desktop');
    await ask(page, 'prefer', { startAtLogin: true });
    expect(readFileSync(entry, 'utf8')).toMatch(/^Exec=".+" "--hidden"$/m);
    await ask(page, 'prefer', { startAtLogin: false });
    expect(existsSync(entry)).toBe(false);
  });

  test('with a new role makes what the role needs', async () => {
    const started = await launch({ userData: folder.path });
    running.add(started.app);
    expect(await told(started.page, 'settings')).toMatchObject({ role: null, fixed: [], language: 'system' });
    await ask(started.page, 'introduce', { role: 'teacher', name: 'Ms Rivera' });
    await expect.poll(async () => (await told(started.page, 'engine')).state).toBe('running');
    const menu = await started.app.evaluate(({ Menu }) => Menu.getApplicationMenu()?.items.map(({ label }) => label));
    expect(menu).toEqual(['File', 'Edit', 'View', 'Window', 'Help']);
  });
});

test.describe('a policy', () => {
  async function showWith(policy: unknown): Promise<StartedApp> {
    const path = join(folder.path, 'policy.json');
    writeFileSync(path, typeof policy === 'string' ? policy : JSON.stringify(policy));
    const options = { userData: folder.path, settings: { ...TEACHER, folder: music } };
    const fixture = writeRecording([student.connected], { ...options, settings: asStudent() });
    const started = await launch({ ...options, env: { TUTTI_POLICY: path, TUTTI_FIXTURE: fixture } });
    running.add(started.app);
    return started;
  }

  test('makes a machine that only receives, and cannot be left', async () => {
    const { app, page } = await showWith({ receiveOnly: true, name: 'Lab {hostname}', doNotDisturb: true });
    const settings = await told(page, 'settings');
    expect(settings).toMatchObject({ role: 'student', fixed: ['name', 'doNotDisturb', 'role'] });
    expect(settings.name).toMatch(/^Lab .*[^}]$/);
    expect(await ask(page, 'introduce', { role: 'teacher', name: 'Eve' })).toMatchObject({ ok: false });
    expect(await ask(page, 'prefer', { doNotDisturb: false })).toMatchObject({ ok: false });
    expect(await ask(page, 'prefer', { conflict: 'replace' })).toMatchObject({ ok: true });
    const items = await trayMenu(app);
    expect(items.map(({ id }) => id)).toEqual(['open', 'pause', 'doNotDisturb', 'showReceived']);
    expect(items.find(({ id }) => id === 'doNotDisturb')).toMatchObject({ checked: true, enabled: false });
    const inMenu = await app.evaluate(({ Menu }) =>
      Menu.getApplicationMenu()?.items.flatMap(({ submenu }) => submenu?.items.map(({ label }) => label) ?? []),
    );
    expect(inMenu).toContain('Close Window');
    expect(inMenu).not.toContain('Quit Tutti');
    expect(await closeWindow(app)).toEqual({ open: true, visible: false });
  });

  test('that is broken fails closed, and says so', async () => {
    const { page } = await showWith('{"receiveOnly": tru');
    expect(await told(page, 'settings')).toMatchObject({ role: 'student', fixed: ['role'] });
    expect(await told(page, 'problem')).toMatch(/policy\.json cannot be used .* only receives\.$/);
  });
});

test('a teacher and a student, each a program of its own, pair, send, receive and restart', async () => {
  const port = await freePort();
  const env = { TUTTI_LISTEN: `127.0.0.1:${port}`, TUTTI_CONNECT: `127.0.0.1:${port}` };
  const start = async (settings: NonNullable<LaunchOptions['settings']>) => {
    const started = await launch({ userData: join(folder.path, settings.role), settings, env });
    running.add(started.app);
    return started.page;
  };
  const source = join(folder.path, 'Suite');
  mkdirSync(source);
  writeFileSync(join(source, 'a.wav'), Buffer.alloc(300_000, 7));
  const teacherPage = await start({ ...TEACHER });
  const studentPage = await start(asStudent());
  await expect.poll(async () => (await told(studentPage, 'student')).connection).toBe('unpaired');

  const { room } = await told(teacherPage, 'teacher');
  const address = `127.0.0.1:${port}`;
  const wrong = room?.code === '00000000' ? '00000001' : '00000000';
  expect(await ask(studentPage, 'pair', { code: wrong, room: { address } })).toMatchObject({ ok: false });
  expect(await ask(studentPage, 'pair', { code: room?.code, room: { address } })).toEqual({ ok: true });
  await expect.poll(async () => (await told(teacherPage, 'teacher')).students).toMatchObject([{ name: 'Ana Lima' }]);

  const toAll = { paths: [source], audience: 'everyone', start: { when: 'now' } };
  expect(await ask(teacherPage, 'send', toAll)).toMatchObject({ ok: true });
  await expect.poll(async () => (await told(studentPage, 'student')).transfers[0]?.state).toBe('complete');
  const [incoming] = (await told(studentPage, 'student')).transfers;
  const sizeOf = (path: string) => studentPage.evaluate(async (url) => (await (await fetch(url)).blob()).size, path);
  expect(await sizeOf(mediaPath(incoming?.id ?? '', 0))).toBe(300_000);
  expect((await told(studentPage, 'tray')).state).toBe('idle');
  for (const { role } of [TEACHER, asStudent()]) {
    expect(statSync(join(folder.path, role, role, 'identity.pem')).mode & 0o777).toBe(0o600);
  }

  // What an engine reads at its start makes it start anew, and a student who paused stays paused.
  expect(await ask(studentPage, 'receive', { on: false })).toEqual({ ok: true });
  await expect.poll(async () => (await told(studentPage, 'tray')).state).toBe('paused');
  const restarted = engineRestart(studentPage);
  expect(await ask(studentPage, 'prefer', { conflict: 'replace' })).toEqual({ ok: true });
  await restarted;
  await expect.poll(async () => (await told(studentPage, 'student')).connection).toBe('paused');
  expect(await ask(studentPage, 'receive', { on: true })).toEqual({ ok: true });
  await expect.poll(async () => (await told(studentPage, 'student')).connection).toBe('connected');
  expect(await ask(teacherPage, 'prefer', { rateMbit: 80 })).toEqual({ ok: true });
  await expect.poll(async () => (await told(teacherPage, 'teacher')).students[0]?.connected).toBe(true);
  expect(await ask(teacherPage, 'history')).toMatchObject({ ok: true, value: [{ id: incoming?.id }] });
});

test.describe('received music', () => {
  test('is served in ranges, and nothing else is', async () => {
    writeFileSync(join(music, 'a.wav'), Buffer.from(Array.from({ length: 1000 }, (_, place) => place % 251)));
    writeFileSync(join(music, 'page.html'), '<script>1</script>');
    writeFileSync(join(folder.path, 'secret.wav'), 'secret');
    const { page } = await show([student.complete()], asStudent(), {
      answers: {
        fileOf: {
          [`${TRANSFER}/0`]: join(music, 'a.wav'),
          [`${TRANSFER}/1`]: join(music, 'page.html'),
          [`${TRANSFER}/2`]: join(folder.path, 'secret.wav'),
        },
      },
    });
    const get = (path: string, range?: string) =>
      page.evaluate(
        async ([url, wanted]) => {
          const response = await fetch(url ?? '', { headers: wanted === undefined ? {} : { range: wanted } });
          const bytes = new Uint8Array(await response.arrayBuffer());
          return { status: response.status, range: response.headers.get('content-range'), bytes: [...bytes] };
        },
        [path, range],
      );
    expect(await get(`/media/${TRANSFER}/0`, 'bytes=250-252')).toEqual({
      status: 206,
      range: 'bytes 250-252/1000',
      bytes: [250, 0, 1],
    });
    expect((await get(`/media/${TRANSFER}/0`)).bytes).toHaveLength(1000);
    expect((await get(`/media/${TRANSFER}/0`, 'bytes=1000-')).status).toBe(416);
    expect((await get(`/media/${TRANSFER}/1`)).status).toBe(403);
    for (const path of [`${TRANSFER}/2`, `${TRANSFER}/9`, 'ff/0', '../index.html']) {
      expect((await get(`/media/${path}`).catch(() => ({ status: 404 }))).status).toBe(404);
    }
    await expect(get('/index.html')).rejects.toThrow(/Failed to fetch/);
    await expect(get('https://example.invalid/')).rejects.toThrow(/Failed to fetch/);
  });

  test('is let go of when the player does not want more of it', async () => {
    const path = join(music, 'long.wav');
    writeFileSync(path, '');
    truncateSync(path, 500_000_000);
    const { app, page } = await show([student.complete()], asStudent(), {
      answers: { fileOf: { [`${TRANSFER}/0`]: path } },
    });
    const openFiles = () => {
      const descriptors = `/proc/${app.process().pid}/fd`;
      return readdirSync(descriptors).filter((name) => linkOf(join(descriptors, name)) === path).length;
    };
    await page.evaluate(
      async (url) => {
        const stop = new AbortController();
        Reflect.set(window, 'loading', stop);
        for (let seek = 0; seek < 5; seek++) {
          const response = await fetch(url, { signal: stop.signal });
          await response.body?.getReader().read();
        }
      },
      mediaPath(TRANSFER, 0),
    );
    expect(openFiles()).toBeGreaterThan(0);
    await page.evaluate(() => Reflect.get(window, 'loading').abort());
    await expect.poll(openFiles).toBe(0);
  });

  test('is opened by the system where that is safe, else shown', async () => {
    for (const name of ['a.wav', 'run.sh']) writeFileSync(join(music, name), 'x');
    const places = { [`${TRANSFER}/0`]: join(music, 'a.wav'), [`${TRANSFER}/1`]: join(music, 'run.sh') };
    const { app, page } = await show([student.complete()], asStudent(), { answers: { fileOf: places } });
    await app.evaluate(({ shell }) => {
      const calls: string[] = [];
      Reflect.set(globalThis, 'shellCalls', calls);
      Reflect.set(shell, 'showItemInFolder', (path: string) => calls.push(`show ${path}`));
      Reflect.set(shell, 'openPath', async (path: string) => {
        calls.push(`open ${path}`);
        return '';
      });
    });
    for (const file of [0, 1])
      expect(await ask(page, 'open', { transfer: TRANSFER, file })).toMatchObject({ ok: true });
    expect(await ask(page, 'open', { transfer: TRANSFER, file: 2 })).toMatchObject({ ok: false });
    expect(await ask(page, 'show', { transfer: TRANSFER })).toMatchObject({ ok: true });
    expect(await ask(page, 'show', {})).toMatchObject({ ok: true });
    expect(await app.evaluate(() => Reflect.get(globalThis, 'shellCalls'))).toEqual([
      `open ${join(music, 'a.wav')}`,
      `show ${join(music, 'run.sh')}`,
      `show ${join(music, 'a.wav')}`,
      `open ${music}`,
    ]);
  });
});
