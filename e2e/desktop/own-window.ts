import { expect, test } from '@playwright/test';
import { type StartedApp, temporaryFolder } from './launch';

/** What a test has to itself: a folder for its program's data, and the program that it has started. */
export interface OwnWindow {
  readonly folder: string;
  started: StartedApp | undefined;
}

/** Gives each test of the file that calls it a window of its own, which must have complained of nothing when it is closed. */
export function ownWindow(): OwnWindow {
  let folder: ReturnType<typeof temporaryFolder>;
  const own = {
    get folder() {
      return folder.path;
    },
    started: undefined as StartedApp | undefined,
  };
  test.beforeEach(() => {
    folder = temporaryFolder();
  });
  test.afterEach(async () => {
    const { started } = own;
    own.started = undefined;
    await started?.app.close();
    folder.remove();
    expect(started?.errors ?? []).toEqual([]);
  });
  return own;
}
