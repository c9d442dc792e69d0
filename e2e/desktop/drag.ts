import type { Page } from '@playwright/test';

/**
 * Drags files over the page as the browser's own input gives it to it: with their places on this machine.
 * @returns what lets go of them there
 */
export async function drag(page: Page, ...files: string[]): Promise<() => Promise<void>> {
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files, dragOperationsMask: 1 };
  const tell = (type: 'dragEnter' | 'dragOver' | 'drop') =>
    session.send('Input.dispatchDragEvent', { type, x: 400, y: 300, data });
  await tell('dragEnter');
  await tell('dragOver');
  return async () => {
    await tell('drop');
    await session.detach();
  };
}

export async function drop(page: Page, ...files: string[]): Promise<void> {
  const release = await drag(page, ...files);
  await release();
}
