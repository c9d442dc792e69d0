import type { Menu } from 'electron';
import type { RecordedCommand } from './fixture-engine';
import type { News } from './news';

/** What tests look at from inside the main process, because no system shows it to a program. */
export interface TestView {
  /** What the recorded engine was asked. */
  readonly commands: RecordedCommand[];
  readonly news: News[];
  trayMenu(): Menu | undefined;
}

/** Reachable as `tuttiTest` where a recording stands in for the engine; elsewhere nobody sees it. */
export function createTestView(reachable: boolean): TestView {
  const view: TestView = { commands: [], news: [], trayMenu: () => undefined };
  if (reachable) Reflect.set(globalThis, 'tuttiTest', view);
  return view;
}
