import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ChannelError } from './bus';
import { ChannelState } from './channel-state';

const CHANNEL = '00112233aabbccdd';
const NOW = 1_800_000_000_000;

let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tutti-channel-state-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

const load = (time = NOW) => ChannelState.load(folder, CHANNEL, 'studio', time);

describe('what a publisher remembers of its channel', () => {
  it('makes every start another epoch, later than all before it, whatever the clock says', async () => {
    const first = await (await load()).begin(0, () => 0, NOW);
    expect(first).toBe(NOW / 1000);
    const second = await (await load()).begin(5, () => 42, NOW - 5_000_000);
    expect(second).toBe(first + 1);
    const state = await load();
    expect(state.epochs).toEqual([
      { epoch: first, start: 0, end: 42 },
      { epoch: second, start: 5, end: 5 },
    ]);
  });

  it('never takes back what was said of an epoch’s end', async () => {
    const state = await load();
    await state.begin(0, () => 0, NOW);
    await state.begin(0, () => 42, NOW);
    await state.begin(0, () => 7, NOW);
    expect(state.epochs[0]?.end).toBe(42);
  });

  it('keeps the secret, and the archive', async () => {
    const state = await load();
    await state.begin(0, () => 0, NOW);
    await state.accept('a'.repeat(64));
    const again = await load();
    expect(again.secret).toEqual(state.secret);
    expect(again.archive).toBe('a'.repeat(64));
    expect(again.since).toBe(state.since);
  });

  it('has another secret, and later epochs, where it was lost', async () => {
    const before = await load();
    await before.begin(0, () => 0, NOW);
    await rm(join(folder, 'channels'), { recursive: true });
    const after = await load(NOW + 60_000);
    expect(after.secret).not.toEqual(before.secret);
    expect(await after.begin(0, () => 0, NOW + 60_000)).toBeGreaterThan(before.epochs[0]?.epoch ?? 0);
  });

  it('is not guessed where it is damaged', async () => {
    await mkdir(join(folder, 'channels'));
    await writeFile(join(folder, 'channels', `${CHANNEL}.json`), '{');
    await expect(load()).rejects.toThrow(ChannelError);
  });
});
