import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CDPSession } from '@playwright/test';
import { launch, type StartedApp } from '../desktop/launch';
import { busyPerFrame } from './figures';
import { lesson } from './lesson';

export interface Smoothness {
  /** Times between frames, and what the main thread had to do in each, in ms. */
  readonly intervals: readonly number[];
  readonly busy: readonly number[];
  /** Tasks over 50 ms. */
  readonly longTasks: number;
  readonly ipcBytesPerSecond: number;
  readonly messagesPerSecond: number;
}

export interface MemorySample {
  /** Simulated minutes since the start. */
  readonly minute: number;
  /** The page's live JavaScript heap after a collection, and each process's resident memory, in MB. */
  readonly heap: number;
  readonly page: number;
  readonly main: number;
}

interface Recording {
  intervals: number[];
  longTasks: number;
}

/** The real program, its window showing one lesson after the other. */
export class WatchedWindow {
  readonly #started: StartedApp;
  readonly #devTools: CDPSession;
  readonly #folder: string;

  private constructor(started: StartedApp, devTools: CDPSession, folder: string) {
    this.#started = started;
    this.#devTools = devTools;
    this.#folder = folder;
  }

  /** @param everyMs time between two pictures; a running room makes ten a second */
  static async open(parts: { folder: string; students: number; everyMs: number }): Promise<WatchedWindow> {
    const { folder, students, everyMs } = parts;
    const fixture = join(folder, 'lesson.json');
    const frames = lesson(students);
    const recording = { role: 'teacher', everyMs, repeat: true, frames, answers: { history: [] } };
    writeFileSync(
      fixture,
      JSON.stringify(recording, (_, value) => (ArrayBuffer.isView(value) ? numbers(value) : value)),
    );
    const started = await launch({
      userData: join(folder, `user-${everyMs}`),
      settings: { role: 'teacher', name: 'Assembly hall' },
      env: { TUTTI_FIXTURE: fixture },
      size: { width: 1280, height: 860 },
      colours: 'light',
    });
    await started.page.getByTestId('member').first().waitFor();
    // tsx gives functions their names by a helper of its own, which no page has.
    await started.page.evaluate('globalThis.__name = (named) => named');
    return new WatchedWindow(started, await started.page.context().newCDPSession(started.page), folder);
  }

  /** Scrolls through the class without a pause and watches every frame. */
  async watch(seconds: number): Promise<Smoothness> {
    await this.#countMessages();
    await this.#startTrace();
    const recording = await this.#started.page.evaluate(scrollAndRecord, seconds * 1000);
    const busy = busyPerFrame(JSON.parse(readFileSync(await this.#stopTrace(), 'utf8')));
    const { bytes, messages, ms } = await this.#messagesSoFar();
    const perSecond = (count: number) => count / (ms / 1000);
    return { ...recording, busy, ipcBytesPerSecond: perSecond(bytes), messagesPerSecond: perSecond(messages) };
  }

  async memoryAt(minute: number): Promise<MemorySample> {
    await this.#devTools.send('HeapProfiler.collectGarbage');
    const { usedSize } = await this.#devTools.send('Runtime.getHeapUsage');
    const resident = await this.#started.app.evaluate(({ app }) =>
      app.getAppMetrics().map(({ type, memory }) => ({ type, megabytes: memory.workingSetSize / 1024 })),
    );
    const of = (type: string) => resident.find((one) => one.type === type)?.megabytes ?? 0;
    return { minute, heap: usedSize / 1e6, page: of('Tab'), main: of('Browser') };
  }

  async close(): Promise<void> {
    await this.#started.app.close();
    if (this.#started.errors.length > 0) throw new Error(this.#started.errors.join('\n'));
  }

  /** Counts what the main process sends from now on, as the bytes of its structured clone. */
  #countMessages(): Promise<void> {
    return this.#started.app.evaluate(({ BrowserWindow }) => {
      const { serialize } = process.getBuiltinModule('node:v8');
      const contents = BrowserWindow.getAllWindows()[0]?.webContents;
      if (contents === undefined) throw new Error('there is no window');
      const count = { bytes: 0, messages: 0, since: Date.now() };
      Reflect.set(globalThis, 'sentMessages', count);
      const send = contents.send.bind(contents);
      contents.send = (channel, ...values) => {
        count.bytes += serialize(values).length;
        count.messages++;
        send(channel, ...values);
      };
    });
  }

  #messagesSoFar(): Promise<{ bytes: number; messages: number; ms: number }> {
    return this.#started.app.evaluate(() => {
      const { bytes, messages, since } = Reflect.get(globalThis, 'sentMessages');
      return { bytes, messages, ms: Date.now() - since };
    });
  }

  #startTrace(): Promise<void> {
    return this.#started.app.evaluate(({ contentTracing }) =>
      contentTracing.startRecording({
        included_categories: ['devtools.timeline', 'disabled-by-default-devtools.timeline'],
        excluded_categories: ['*'],
      }),
    );
  }

  #stopTrace(): Promise<string> {
    const path = join(this.#folder, 'trace.json');
    return this.#started.app.evaluate(({ contentTracing }, place) => contentTracing.stopRecording(place), path);
  }
}

/** Runs in the page: scrolls what scrolls most up and down, and notes the time of each frame. */
function scrollAndRecord(ms: number): Promise<Recording> {
  const PIXELS = 12;
  const room = (one: Element) => one.scrollHeight - one.clientHeight;
  const page = document.scrollingElement ?? document.body;
  const scrollable = [...document.querySelectorAll('*')].filter((one) => getComputedStyle(one).overflowY !== 'visible');
  const scroller = scrollable.reduce((most, one) => (room(one) > room(most) ? one : most), page);
  if (room(scroller) < 1000) throw new Error('there is nothing to scroll');
  const recording: Recording = { intervals: [], longTasks: 0 };
  new PerformanceObserver((list) => {
    recording.longTasks += list.getEntries().length;
  }).observe({ type: 'longtask' });
  return new Promise((resolve) => {
    const start = performance.now();
    let before = start;
    let step = PIXELS;
    const onFrame = (now: number) => {
      recording.intervals.push(now - before);
      before = now;
      if (scroller.scrollTop + step < 0 || scroller.scrollTop + step > room(scroller)) step = -step;
      scroller.scrollTop += step;
      if (now - start < ms) requestAnimationFrame(onFrame);
      else resolve({ ...recording, intervals: recording.intervals.slice(1) });
    };
    requestAnimationFrame(onFrame);
  });
}

function numbers(view: ArrayBufferView): number[] {
  if (view instanceof Uint8Array || view instanceof Uint16Array) return [...view];
  throw new Error('a snapshot holds bytes and counts only');
}
