import { describe, expect, it } from 'vitest';
import { LOSS_MAP_CELLS, type MemberView, type RoundView, type TransferView } from '../../../src-shared/ipc/snapshots';
import {
  earlierOf,
  expectedRate,
  isRunning,
  musicSeconds,
  queueOf,
  remedyFor,
  shownTransfer,
  timeLeft,
} from './home-selectors';

function transfer(id: string, parts: Partial<TransferView> = {}): TransferView {
  const sizes = { totalBytes: 1000, contentBytes: 900, sentBytes: 0, resentBytes: 0, filledBytes: 0, elapsedMs: 0 };
  const lists = { files: [], covers: [], rounds: [], permanent: [], lossMap: new Uint16Array(LOSS_MAP_CELLS) };
  const order = { createdAt: 0, audience: 'everyone', start: { when: 'now' } } as const;
  return { id, ...order, ...lists, ...sizes, phase: 'transmitting', paused: false, rate: 0, ...parts };
}

function member(id: string, parts: Partial<MemberView>): MemberView {
  const numbers = { missingBytes: 0, progress: 0, rate: 0, loss: 0, lossMap: new Uint8Array(LOSS_MAP_CELLS) };
  return { id, name: id, ip: '', state: 'failed', current: false, ...numbers, ...parts };
}

const round: RoundView = {
  transmission: 1,
  mode: 'plain',
  why: '',
  bytes: 400,
  students: [],
  state: 'running',
  progress: 0.5,
  durationMs: 0,
};

describe('what is shown', () => {
  const running = transfer('running');
  const queued = transfer('queued', { phase: 'queued', createdAt: 50 });
  const over = transfer('over', { phase: 'finished', createdAt: 40 });
  const before = transfer('before', { phase: 'failed', createdAt: 10 });

  it('is what runs, else what the teacher did last', () => {
    expect(shownTransfer([running, queued, over])).toBe(running);
    expect(shownTransfer([queued, over])).toBe(queued);
    expect(shownTransfer([{ ...queued, createdAt: 30 }, over])).toBe(over);
    expect(shownTransfer([over])).toBe(over);
    expect(shownTransfer([])).toBeUndefined();
  });

  it('leaves the rest in two lists', () => {
    const transfers = [running, queued, over, before];
    expect(queueOf(transfers, running)).toEqual([queued]);
    expect(earlierOf(transfers, running)).toEqual([over, before]);
    expect(earlierOf([queued, over, before], over)).toEqual([before]);
    expect(isRunning(transfers)).toBe(true);
    expect(isRunning([queued, over])).toBe(false);
  });
});

describe('estimates', () => {
  it('take the present rate, else that of the last transfer', () => {
    const over = transfer('over', { phase: 'finished', totalBytes: 5000, elapsedMs: 500 });
    expect(expectedRate([transfer('a', { rate: 77 }), over])).toBe(77);
    expect(expectedRate([transfer('a'), over])).toBe(10_000);
    expect(expectedRate([transfer('a')])).toBeUndefined();
  });

  it('promise an end only while something is being sent', () => {
    const sending = transfer('a', { rate: 100, rounds: [round] });
    expect(timeLeft(sending)).toBe(2000);
    expect(timeLeft({ ...sending, paused: true })).toBeUndefined();
    expect(timeLeft({ ...sending, rate: 0 })).toBeUndefined();
    expect(timeLeft({ ...sending, rounds: [{ ...round, state: 'reporting' }] })).toBeUndefined();
  });

  it('add up the music', () => {
    const file = { path: 'a', size: 1, start: 0 };
    expect(musicSeconds({ files: [{ ...file, track: { duration: 61 } }, file] })).toBe(61);
  });
});

describe('the remedy', () => {
  it('is the transfer’s own, for all who have not everything', () => {
    const permanent = [member('ana', { help: 'retry' }), member('ben', { state: 'complete' })];
    expect(remedyFor({ help: 'show', permanent })).toEqual({ help: 'show', students: ['ana'] });
  });

  it('is else what helps most of those who failed', () => {
    const tcp = [member('ana', { help: 'tcp' }), member('ben', { help: 'retry' }), member('eve', { help: 'tcp' })];
    expect(remedyFor({ permanent: tcp })).toEqual({ help: 'tcp', students: ['ana', 'eve'] });
    expect(remedyFor({ permanent: [member('ana', {})] })).toBeUndefined();
    expect(remedyFor({ permanent: [member('ana', { help: 'retry', state: 'away' })] })).toBeUndefined();
  });
});
