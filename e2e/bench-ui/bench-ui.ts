import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { temporaryFolder } from '../desktop/launch';
import { performancePage, targetsOf } from './report';
import { type MemorySample, type Smoothness, WatchedWindow } from './watched-window';

/**
 * `npm run bench:ui [-- --students 500 --seconds 30 --minutes 30 --speed 5]`: how smooth the teacher's window is with a
 * full assembly hall, what it costs on IPC, and whether its memory stays flat. Needs the built app and a screen (xvfb-run).
 */
const PAGE = resolve(import.meta.dirname, '../../docs/performance-ui.md');
const PICTURE_MS = 100;
const MINUTE_MS = 60_000;

const { values } = parseArgs({
  options: {
    students: { type: 'string', default: '500' },
    seconds: { type: 'string', default: '30' },
    minutes: { type: 'string', default: '30' },
    speed: { type: 'string', default: '5' },
  },
});
const students = Number(values.students);
const seconds = Number(values.seconds);
const minutes = Number(values.minutes);
const speed = Number(values.speed);

const folder = temporaryFolder();
try {
  const smoothness = await measureSmoothness();
  const memory = await measureMemory();
  const targets = targetsOf(smoothness, memory);
  console.table(targets);
  const page = performancePage({ students, seconds, speed, runtime: electronVersion(), smoothness, memory });
  writeFileSync(PAGE, page);
  if (targets.some(({ isMet }) => !isMet)) process.exitCode = 1;
} finally {
  folder.remove();
}

async function measureSmoothness(): Promise<Smoothness> {
  const window = await WatchedWindow.open({ folder: folder.path, students, everyMs: PICTURE_MS });
  try {
    // The first lesson warms up what only ever happens once.
    await sleep(12_000);
    return await window.watch(seconds);
  } finally {
    await window.close();
  }
}

async function measureMemory(): Promise<MemorySample[]> {
  const window = await WatchedWindow.open({ folder: folder.path, students, everyMs: PICTURE_MS / speed });
  const samples: MemorySample[] = [];
  try {
    for (let minute = 0; minute <= minutes; minute++) {
      if (minute > 0) await sleep(MINUTE_MS / speed);
      samples.push(await window.memoryAt(minute));
    }
    return samples;
  } finally {
    await window.close();
  }
}

function electronVersion(): string {
  const dist =
    process.env.ELECTRON_OVERRIDE_DIST_PATH ?? resolve(import.meta.dirname, '../../node_modules/electron/dist');
  return readFileSync(join(dist, 'version'), 'utf8').trim();
}
