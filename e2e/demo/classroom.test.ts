import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TerminalDisplay, teacherView } from '../../src-main/terminal/terminal-display';
import { hold, type Lesson } from './classroom';

/** A stand-in for the command line: prints the events that it finds in the environment variable of its role. */
const STAND_IN = `
const role = process.argv[2];
const say = (event) => console.log(JSON.stringify({ at: Date.now(), ...event }));
process.on('SIGINT', () => process.exit(130));
if (role === 'send') {
  say({ event: 'room', address: '127.0.0.1', port: 4711, fingerprint: 'f'.repeat(64), group: '239.255.42.1', groupPort: 47000, dataPath: 'dgram', code: '01234567' });
  if (process.env.STAND_IN === 'teacher dies') { console.error('Port 4711 is busy.'); process.exit(1); }
  if (process.env.STAND_IN === 'teacher babbles') console.log('la la la');
  const finished = { transfer: 't', ok: true, complete: [], failed: [], bytes: 1, resentBytes: 0, filledBytes: 0 };
  const stay = process.env.STAND_IN === undefined ? 200 : 20000;
  setTimeout(() => say({ event: 'finished', ...finished, transmissions: 1, durationMs: 1 }), stay);
} else {
  if (process.env.STAND_IN === 'student dies') { console.error('The folder cannot be written.'); process.exit(1); }
  const path = process.argv.join(' ') + ' ' + process.env.TUTTI_IMPAIR;
  say({ event: 'complete', transfer: 't', files: [{ path, size: 1 }] });
}
`;

let directory = '';
let lesson: Lesson;
let written = '';
const output = { write: (text: string) => (written += text), on: () => undefined, off: () => undefined };
const held = () => hold(lesson, new TerminalDisplay(teacherView, output, {}));

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tutti-classroom-'));
  written = '';
  const program = join(directory, 'stand-in.mjs');
  await writeFile(program, STAND_IN);
  const students = [{ name: 'Anna', impairment: 'loss=0.02', directory: join(directory, 'anna') }];
  const signal = new AbortController().signal;
  lesson = { program, folder: directory, files: [], state: join(directory, 'teacher'), students, signal };
});

afterEach(async () => {
  delete process.env.STAND_IN;
  await rm(directory, { recursive: true });
});

describe('hold', () => {
  it('tells the students the room, its code and their weather, and returns what they received', async () => {
    const { ok, received } = await held();
    expect(ok).toBe(true);
    const told = received.get('Anna')?.[0]?.path;
    expect(told).toContain(`--connect 127.0.0.1:4711 --interface 127.0.0.1 --name Anna --code 01234567 --once --json`);
    expect(told).toContain('loss=0.02');
    expect(written).toContain('The room Studio A is open at 127.0.0.1:4711');
  });

  it.each([
    ['teacher dies', 'The teacher ended early (exit code 1). Port 4711 is busy.'],
    ['teacher babbles', 'It printed a line that is not in its contract: la la la'],
    ['student dies', 'Anna ended early (exit code 1). The folder cannot be written.'],
  ])('says so when the %s', async (accident, sentence) => {
    process.env.STAND_IN = accident;
    await expect(held()).rejects.toThrow(sentence);
  });

  it('stops when it is told to', async () => {
    process.env.STAND_IN = 'nothing happens';
    lesson = { ...lesson, signal: AbortSignal.timeout(300) };
    await expect(held()).rejects.toThrow('Stopped.');
  });
});
