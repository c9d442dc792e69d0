import { type ElectronApplication, expect, test } from '@playwright/test';
import * as teacher from './fixtures/teacher';
import { launchWithFrames, temporaryFolder } from './launch';

/** A page may die of what it shows, or for want of memory; the engine goes on, and the page comes back. */
let folder: ReturnType<typeof temporaryFolder>;
let app: ElectronApplication;

test.beforeEach(async () => {
  folder = temporaryFolder();
  const settings = { role: 'teacher', name: 'Ms Rivera' } as const;
  ({ app } = await launchWithFrames([teacher.firstPass()], { userData: folder.path, settings }));
});

test.afterEach(async () => {
  await app.evaluate(({ app: program }) => program.exit()).catch(() => {});
  folder.remove();
});

/** Playwright takes a page that crashed once for dead: the main process is asked instead. */
function pageSays(): Promise<string> {
  return app.evaluate(async ({ BrowserWindow }) => {
    const contents = BrowserWindow.getAllWindows()[0]?.webContents;
    if (contents === undefined || contents.isCrashed() || contents.isLoading()) return '';
    return contents.executeJavaScript('document.body.innerText');
  });
}

function crash(): Promise<void> {
  return app.evaluate(({ BrowserWindow }) => {
    const contents = BrowserWindow.getAllWindows()[0]?.webContents;
    if (contents === undefined) return;
    return new Promise<void>((resolve) => {
      contents.once('render-process-gone', () => resolve());
      contents.forcefullyCrashRenderer();
    });
  });
}

test('a page that dies comes back, not for ever by itself, and always when somebody asks for the window', async () => {
  for (let i = 0; i < 3; i++) {
    await expect.poll(pageSays).toContain('Ms Rivera');
    await crash();
  }
  await expect.poll(pageSays).toContain('Ms Rivera');
  await crash();
  // Longer than the page takes to come back.
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  expect(await pageSays()).toBe('');
  await app.evaluate(({ app: program }) => program.emit('activate'));
  await expect.poll(pageSays).toContain('Ms Rivera');
});
