import { describe, expect, it } from 'vitest';
import { type RangeSet, span } from '../../src-shared/ranges/range-set';
import { Scorecard } from './scorecard';
import { TransferLayout } from './transfer-layout';

const layout = new TransferLayout(100_000, 1000);
const ALL = span(0, layout.unitCount);
const who = (id: string) => ({ id, name: `${id}'s machine`, ip: '10.0.0.1' });

function scorecard(...ids: readonly string[]) {
  const card = new Scorecard(layout);
  for (const id of ids) card.enroll(who(id), undefined);
  const member = (id: string) => card.member(id) ?? expect.fail(`${id} is not on the scorecard`);
  const report = (id: string, missing: RangeSet, forged = 0) =>
    card.report(member(id), { missing, heldParity: [], forged }, 'plain', ALL);
  return { card, member, report };
}
const ids = (members: readonly { id: string }[]) => members.map(({ id }) => id);

describe('the scorecard (A9)', () => {
  it('enrolls everybody into the permanent and the current group, missing everything', () => {
    const { card, member } = scorecard('a', 'b');
    expect(ids(card.all)).toEqual(['a', 'b']);
    expect(ids(card.current)).toEqual(['a', 'b']);
    expect(member('a').missing).toEqual(ALL);
    expect(card.entries('plain', 0)[0]).toEqual({ id: 'a', state: 'waiting', missingBytes: layout.totalBytes });
  });

  it('lets a student out of the current group exactly when its report is empty, never out of the permanent one', () => {
    const { card, report, member } = scorecard('a', 'b');
    report('a', [[0, 1]]);
    report('b', []);
    expect(ids(card.current)).toEqual(['a']);
    expect(ids(card.all)).toEqual(['a', 'b']);
    expect(member('a').missing).toEqual([[0, 1]]);
    expect(member('a').reportDueSince).toBeUndefined();
    report('a', []);
    expect(ids(card.current)).toEqual([]);
    expect(ids(card.all)).toEqual(['a', 'b']);
  });

  it('takes a student back once, with what it holds and what is known of it', () => {
    const { card, member, report } = scorecard('a');
    report('a', [[0, 50]], 1);
    card.enroll(who('a'), { complete: false, missing: [[4, 5]] });
    expect(card.all).toHaveLength(1);
    expect(member('a')).toMatchObject({ missing: [[4, 5]], requested: 50, forged: 1, returns: 1, offered: false });
    card.enroll(who('a'), { complete: true, missing: [] });
    expect(member('a')).toMatchObject({ outcome: 'complete', current: false, missing: [], returns: 2 });
  });

  it('counts rounds that brought next to nothing, and forgets them after a good one', () => {
    const { member, report } = scorecard('a');
    const fruitless: number[] = [];
    for (const end of [95, 94, 80, 79]) {
      report('a', span(0, end));
      fruitless.push(member('a').fruitless);
    }
    expect(fruitless).toEqual([1, 2, 0, 1]);
  });

  it('takes parity that completes no chunk yet for a gain', () => {
    const { card, member, report } = scorecard('a');
    report('a', [[0, 100]]);
    const held = (end: number): RangeSet => [[layout.parityOf(0, 0), layout.parityOf(0, end)]];
    for (const end of [40, 60, 61]) {
      card.report(member('a'), { missing: [[0, 100]], heldParity: held(end), forged: 0 }, 'coded', ALL);
    }
    // 100, 60, 40 and 39 units are lacking: the last round brought next to nothing.
    expect(member('a')).toMatchObject({ fruitless: 1, requested: 100 + 60 + 40 + 39, missing: [[0, 100]] });
  });

  it('judges no student by a handful of units, nor by what went over TCP', () => {
    const { card, member, report } = scorecard('a');
    card.report(member('a'), { missing: ALL, heldParity: [], forged: 0 }, 'tcp', ALL);
    expect(member('a').fruitless).toBe(0);
    report('a', [[0, 39]]);
    report('a', [[0, 39]]);
    expect(member('a').fruitless).toBe(0);
    report('a', [[0, 40]]);
    report('a', [[0, 40]]);
    expect(member('a').fruitless).toBe(1);
  });

  it('restores members from the journal: away, and with another chance for those who had failed', () => {
    const { card, member } = scorecard();
    card.restore(who('a'), 'complete', [], 700);
    card.restore(who('b'), 'open', [[1, 2]], 700);
    card.restore(who('c'), 'failed', [[3, 4]], 700);
    expect(ids(card.current)).toEqual(['b', 'c']);
    expect(member('b')).toMatchObject({ connected: false, awaySince: 700, missing: [[1, 2]], outcome: 'open' });
    expect(card.entries('plain', 3).map(({ state }) => state)).toEqual(['complete', 'away', 'away']);
  });

  it('names the state of each member', () => {
    const { card, member } = scorecard('a');
    const state = (change: object, mode: 'plain' | 'tcp' = 'plain', transmission = 0) => {
      Object.assign(member('a'), change);
      return card.entries(mode, transmission)[0]?.state;
    };
    expect(state({ elected: false })).toBe('waiting');
    expect(state({ elected: true, probe: 'awaited' })).toBe('receiving');
    expect(state({ probe: 'none' })).toBe('waiting');
    expect(state({ probe: 'seen' })).toBe('receiving');
    expect(state({}, 'plain', 2)).toBe('repairing');
    expect(state({}, 'tcp', 2)).toBe('filling');
    expect(state({ outcome: 'storing' })).toBe('storing');
    expect(state({ connected: false })).toBe('away');
    expect(state({ outcome: 'failed', why: 'a reason' })).toBe('failed');
    expect(card.entries('plain', 0)[0]?.why).toBe('a reason');
  });
});
