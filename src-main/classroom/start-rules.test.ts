import { describe, expect, it } from 'vitest';
import type { Audience, GroupView, StartRule } from '../../src-shared/ipc/snapshots';
import { afterRemoval, afterRename, afterUnpairing, isFor } from './audience';
import { type ClassNow, mayStart, nextToStart, type Waiting } from './start-rules';

const GROUPS: readonly GroupView[] = [
  { name: 'Choir', students: ['ana', 'ben'] },
  { name: 'Empty', students: [] },
];
const NOW: StartRule = { when: 'now' };
const ready = (students: number): StartRule => ({ when: 'ready', students });
const at = (time: number): StartRule => ({ when: 'at', time });
const CHOIR: Audience = { group: 'Choir' };
const BEN: Audience = { students: ['ben'] };

const classOf = (...connected: string[]): ClassNow => ({ connected, groups: GROUPS, time: 1000 });

describe('a start rule', () => {
  const rows: readonly [string, Audience, StartRule, string[], boolean][] = [
    ['at once, for everyone', 'everyone', NOW, ['zoe'], true],
    ['at once, with nobody there', 'everyone', NOW, [], false],
    ['at once, with nobody of the group there', CHOIR, NOW, ['zoe'], false],
    ['at once, with one of the group there', CHOIR, NOW, ['zoe', 'ben'], true],
    ['at once, for one who is not there', BEN, NOW, ['ana'], false],
    ['for a group that is no more', { group: 'Gone' }, NOW, ['ana'], false],
    ['for an empty group', { group: 'Empty' }, NOW, ['ana'], false],
    ['two of everyone, one there', 'everyone', ready(2), ['ana'], false],
    ['two of everyone, two there', 'everyone', ready(2), ['ana', 'zoe'], true],
    ['two of the group, others there', CHOIR, ready(2), ['ana', 'zoe', 'max'], false],
    ['two of the group, both there', CHOIR, ready(2), ['ana', 'zoe', 'ben'], true],
    ['more than there are: all of them are enough', CHOIR, ready(9), ['ana', 'ben'], true],
    ['more than there are, one there', CHOIR, ready(9), ['ana'], false],
    ['a time that has come', 'everyone', at(1000), ['ana'], true],
    ['a time that has come, with nobody there', 'everyone', at(900), [], false],
    ['a time that has not come', 'everyone', at(1001), ['ana'], false],
    ['when asked', 'everyone', { when: 'asked' }, ['ana'], false],
  ];
  it.each(rows)('%s', (_, audience, start, connected, holds) => {
    expect(mayStart({ audience, start }, classOf(...connected))).toBe(holds);
  });
});

describe('the queue', () => {
  const gated: Waiting = { audience: 'everyone', start: at(5000) };
  const absent: Waiting = { audience: BEN, start: NOW };
  const first: Waiting = { audience: 'everyone', start: NOW };
  const second: Waiting = { audience: 'everyone', start: NOW };

  it('starts the first whose rule holds; what waits for something holds up nobody', () => {
    expect(nextToStart([gated, absent, first, second], classOf('ana'))).toBe(first);
    expect(nextToStart([gated, absent, first, second], classOf('ana', 'ben'))).toBe(absent);
    expect(nextToStart([gated, first], { ...classOf('ana'), time: 5000 })).toBe(gated);
    expect(nextToStart([gated, absent], classOf('ana'))).toBeUndefined();
    expect(nextToStart([], classOf('ana'))).toBeUndefined();
  });
});

describe('an audience', () => {
  it('follows its group: a new name, new members, its end', () => {
    expect(afterRename(CHOIR, 'Choir', 'Voices')).toEqual({ group: 'Voices' });
    expect(afterRename(CHOIR, 'Band', 'Voices')).toBe(CHOIR);
    expect(afterRename('everyone', 'everyone', 'x')).toBe('everyone');
    expect(isFor(CHOIR, 'zoe', [{ name: 'Choir', students: ['zoe'] }])).toBe(true);
    expect(afterRemoval(CHOIR, { name: 'Choir', students: ['ana'] })).toEqual({ students: ['ana'] });
    expect(afterRemoval(CHOIR, { name: 'Band', students: ['ana'] })).toBe(CHOIR);
  });

  it('loses a student that was un-paired, where it was picked by hand', () => {
    expect(afterUnpairing({ students: ['ana', 'ben'] }, 'ana')).toEqual(BEN);
    expect(afterUnpairing(BEN, 'ana')).toBe(BEN);
    expect(afterUnpairing(CHOIR, 'ana')).toBe(CHOIR);
    expect(afterUnpairing('everyone', 'ana')).toBe('everyone');
  });
});
