import { describe, expect, it } from 'vitest';
import { runChannel } from './channel';
import { joinPointOf, keepOf } from './channel-options';
import { UsageError } from './usage';

const SUBJECT = 'studio-a.takes';
const BUS = ['--bus', 'nats://127.0.0.1:4222'];

describe('a command line for channels', () => {
  it.each([
    [[], 'There are publish'],
    [['shout'], 'There are publish'],
    [['publish'], 'A subject is needed'],
    [['publish', 'a b', '--stdin', ...BUS], 'A subject is words'],
    [['publish', 'a.*', '--stdin', ...BUS], 'A subject is words'],
    [['publish', SUBJECT, 'x', '--stdin', ...BUS], 'One subject'],
    [['publish', SUBJECT, ...BUS], '--watch DIR or --stdin'],
    [['publish', SUBJECT, '--watch', 'x', '--stdin', ...BUS], '--watch DIR or --stdin'],
    [['publish', SUBJECT, '--stdin', '--packet', '2000', ...BUS], '--packet takes a whole number from 1 to 1440'],
    [['publish', SUBJECT, '--watch', 'x', '--packet', '20', ...BUS], '--packet goes with --stdin'],
    [['publish', SUBJECT, '--stdin', '--keep', 'much', ...BUS], '--keep takes an age'],
    [['publish', SUBJECT, '--stdin', '--keep', '7d', ...BUS], '--keep takes a size here'],
    [['publish', SUBJECT, '--stdin', '--loud', ...BUS], "Unknown option '--loud'"],
    [['subscribe', SUBJECT, ...BUS], '--dir DIR or --stdout'],
    [['subscribe', 'a.>.b', '--stdout', ...BUS], 'can only be the last word'],
    [['subscribe', SUBJECT, '--stdout', '--from', 'soon', ...BUS], '--from takes'],
    [['subscribe', SUBJECT, '--stdout', '--pin', 'beef', ...BUS], 'fingerprint'],
    [['subscribe', SUBJECT, '--stdout', '--pin', 'a'.repeat(64), '--trust-on-first-use', ...BUS], 'not two'],
    [['subscribe', SUBJECT, '--stdout', '--state', '/nowhere/at/all', ...BUS], 'No publisher is known yet'],
  ])('%j: %s', async (args, words) => {
    const error: unknown = await runChannel(args).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UsageError);
    expect(String(error)).toContain(words);
  });
});

describe('--from', () => {
  const now = Date.UTC(2026, 10, 29);
  it.each([
    [undefined, 'now'],
    ['now', 'now'],
    ['beginning', 'beginning'],
    ['0', { sequence: 0 }],
    ['4294967295', { sequence: 4294967295 }],
    ['90m', { time: now - 5_400_000 }],
    ['1d', { time: now - 86_400_000 }],
    ['2026-11-28T12:00:00Z', { time: Date.UTC(2026, 10, 28, 12) }],
  ])('%s', (text, point) => {
    expect(joinPointOf(text === undefined ? {} : { from: text }, now)).toEqual(point);
  });
});

describe('--keep', () => {
  it.each([
    [undefined, {}],
    ['7d', { keepMs: 604_800_000 }],
    ['500MB', { keepBytes: 500_000_000 }],
    ['12h,20gb', { keepMs: 43_200_000, keepBytes: 20_000_000_000 }],
  ])('%s', (text, keep) => {
    expect(keepOf(text === undefined ? {} : { keep: text })).toEqual(keep);
  });
});
