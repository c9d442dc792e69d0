import { describe, expect, it } from 'vitest';
import { LOSS_MAP_CELLS, type MemberView, type RoundView, type TransferView } from '../../src-shared/ipc/snapshots';
import {
  completeCount,
  currentGroup,
  inFirstPass,
  overallProgress,
  restOfGroup,
  sentCells,
  titleOf,
} from './transfer-selectors';

function member(id: string, parts: Partial<MemberView>): MemberView {
  const lossMap = new Uint8Array(LOSS_MAP_CELLS);
  const numbers = { missingBytes: 0, progress: 0, rate: 0, loss: 0 };
  return { id, name: id, ip: '', state: 'receiving', current: false, ...numbers, lossMap, ...parts };
}

function transfer(id: string, parts: Partial<TransferView>): TransferView {
  const sizes = { totalBytes: 1000, contentBytes: 900, sentBytes: 0, resentBytes: 0, filledBytes: 0, elapsedMs: 0 };
  const lossMap = new Uint16Array(LOSS_MAP_CELLS);
  const lists = { files: [], covers: [], rounds: [], permanent: [], lossMap };
  const asked = { createdAt: 0, audience: 'everyone', start: { when: 'now' } } as const;
  return { id, ...asked, ...lists, ...sizes, phase: 'transmitting', paused: false, rate: 0, ...parts };
}

const done: RoundView = {
  transmission: 0,
  mode: 'plain',
  why: '',
  bytes: 1,
  students: [],
  state: 'done',
  progress: 1,
  durationMs: 1,
};

describe('groups', () => {
  const permanent = [
    member('ana', { state: 'complete', progress: 1 }),
    member('ben', { state: 'repairing', current: true, progress: 0.5 }),
    member('eve', { state: 'failed', progress: 0.1 }),
  ];

  it('hold everybody exactly once, those who need help first', () => {
    expect(currentGroup(permanent).map(({ id }) => id)).toEqual(['ben']);
    expect(restOfGroup(permanent).map(({ id }) => id)).toEqual(['eve', 'ana']);
    expect(completeCount(permanent)).toBe(1);
  });

  it('count towards progress unless they failed', () => {
    expect(overallProgress(transfer('t', { permanent }))).toBe(0.75);
    expect(overallProgress(transfer('t', {}))).toBe(0);
    expect(overallProgress(transfer('t', { permanent, phase: 'finished' }))).toBe(1);
  });
});

describe('a transfer', () => {
  it('is in its first pass until that has ended', () => {
    expect(inFirstPass(transfer('t', { rounds: [{ ...done, state: 'running' }] }))).toBe(true);
    expect(inFirstPass(transfer('t', { rounds: [done] }))).toBe(false);
    expect(inFirstPass(transfer('t', { rounds: [{ ...done, state: 'running' }], phase: 'failed' }))).toBe(false);
  });

  it('has sent every cell when it has sent every byte', () => {
    expect(sentCells(transfer('t', { sentBytes: 1000 }))).toBe(LOSS_MAP_CELLS);
    expect(sentCells(transfer('t', { sentBytes: 0 }))).toBe(0);
    expect(sentCells(transfer('t', { totalBytes: 0 }))).toBe(LOSS_MAP_CELLS);
  });
});

describe('a title', () => {
  const file = (path: string, title?: string) => ({ path, size: 1, start: 0, ...(title ? { track: { title } } : {}) });

  it('is the folder, the piece, or the first piece and how many more', () => {
    expect(titleOf([file('Suite/a.wav'), file('Suite/b/c.wav')])).toEqual({ title: 'Suite', more: 0 });
    expect(titleOf([file('a.wav', 'Prélude')])).toEqual({ title: 'Prélude', more: 0 });
    expect(titleOf([file('a.wav'), file('Suite/b.wav')])).toEqual({ title: 'a.wav', more: 1 });
    expect(titleOf([])).toEqual({ title: '', more: 0 });
  });
});
