import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';
import { photograph, resize, type StartedApp } from './launch';

const screenshots = join(import.meta.dirname, 'screenshots');
const NARROW = { width: 360, height: 780 };

/**
 * Photographs a screen in every way that people see it: light, dark, German, at the narrowest width and at 200 % zoom;
 * nothing sticks out in any of them. What axe judges (names, roles, contrast) differs by colours and layout, not by
 * language and zoom: it looks at three of the six. The window is left as it was.
 */
export async function lookAt({ app, page }: StartedApp, name: string): Promise<void> {
  const size = await page.evaluate(() => ({ width: innerWidth, height: innerHeight }));
  await check(page, `${name}-light`);
  await page.emulateMedia({ colorScheme: 'dark' });
  await check(page, `${name}-dark`);
  await page.emulateMedia({ colorScheme: 'light' });
  await speak(page, 'de');
  await see(page, `${name}-german`);
  await resizeTo({ app, page }, NARROW);
  await see(page, `${name}-german-narrow`);
  await speak(page, 'en');
  await check(page, `${name}-narrow`);
  await resizeTo({ app, page }, size);
  await zoom({ app, page }, 2, size.width / 2);
  await see(page, `${name}-zoomed`, app);
  await zoom({ app, page }, 1, size.width);
}

/** Photographs what is shown, and looks for what a person with a screen reader, or without good eyes, stumbles over. */
export async function check(page: Page, name: string): Promise<void> {
  await see(page, name);
  // Legacy mode: the other one opens a second page, which this window forbids. No preload: axe would copy the styles of
  // shadow trees into the page, which its policy refuses.
  const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).options({ preload: false }).analyze();
  expect(violations.map(({ id, nodes }) => `${name}: ${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([]);
}

async function see(page: Page, name: string, zoomed?: StartedApp['app']): Promise<void> {
  if (zoomed === undefined) await photograph(page, name);
  else await photographZoomed({ app: zoomed, page }, name);
  expect(await elementsOutside(page), name).toEqual([]);
}

/** Goes through a part of the page by keyboard, forth and back: no bar that stays in sight hides where the focus is. */
export async function expectFocusSeen(page: Page, part: string): Promise<void> {
  for (const key of ['Tab', 'Shift+Tab']) {
    for (let presses = 0; presses < 24; presses++) {
      await page.keyboard.press(key);
      const focused = page.locator(`${part} :focus`);
      if ((await focused.count()) > 0) expect(await focused.evaluate(isSeen), await focused.innerHTML()).toBe(true);
    }
  }
}

function isSeen(element: Element): boolean {
  const { left, top, bottom, width } = element.getBoundingClientRect();
  return [top + 2, bottom - 2].every((y) => {
    const seen = document.elementFromPoint(left + width / 2, y);
    return seen !== null && (element.contains(seen) || seen.contains(element));
  });
}

/** Playwright's own pictures take no notice of a window's zoom. */
async function photographZoomed({ app, page }: Shown, name: string): Promise<void> {
  await page.waitForTimeout(300);
  const picture = await app.evaluate(async ({ BrowserWindow }) => {
    const image = await BrowserWindow.getAllWindows()[0]?.webContents.capturePage();
    return image?.toPNG().toString('base64') ?? '';
  });
  writeFileSync(join(screenshots, `${name}.png`), Buffer.from(picture, 'base64'));
}

async function speak(page: Page, language: 'en' | 'de'): Promise<void> {
  await page.evaluate(
    (wanted) => Reflect.apply(Reflect.get(window, 'tutti').request, null, ['prefer', { language: wanted }]),
    language,
  );
  await expect(page.locator('html')).toHaveAttribute('lang', language);
}

type Shown = Pick<StartedApp, 'app' | 'page'>;

async function resizeTo({ app, page }: Shown, size: { width: number; height: number }): Promise<void> {
  await resize(app, size);
  await expect.poll(() => page.evaluate(() => innerWidth)).toBe(size.width);
}

async function zoom({ app, page }: Shown, factor: number, width: number): Promise<void> {
  await app.evaluate(({ BrowserWindow }, wanted) => {
    BrowserWindow.getAllWindows()[0]?.webContents.setZoomFactor(wanted);
  }, factor);
  await expect.poll(() => page.evaluate(() => innerWidth)).toBe(width);
}

/** What makes the page scroll sideways, and which buttons cut their text. */
function elementsOutside(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const wide = document.documentElement.clientWidth;
    const isOutside = (one: Element) =>
      document.documentElement.scrollWidth > wide && one.getBoundingClientRect().right > wide;
    const isCut = (one: Element) =>
      one.matches('button, .rail-label, .segment, label') && one.scrollWidth > one.clientWidth + 1;
    const wrong = [...document.querySelectorAll('body *')].filter((one) => isOutside(one) || isCut(one));
    return wrong.map((one) => `${one.tagName}.${one.className}: ${one.textContent.slice(0, 60)}`);
  });
}
