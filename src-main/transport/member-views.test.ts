import { describe, expect, it } from 'vitest';
import type { RangeSet } from '../../src-shared/ranges/range-set';
import { Scorecard } from '../multicast/scorecard';
import type { Sender } from '../multicast/sender';
import { TransferLayout } from '../multicast/transfer-layout';
import { Transmission } from '../multicast/transmission';
import { MemberViews } from './member-views';

type Live = ReturnType<Sender['view']>;

const layout = new TransferLayout(1_000_000, 1000);

/** A first pass in which `a` has heard so many datagrams, of so many that went by. */
function heard(received: number, position: number): Live {
  const running = new Transmission([[0, layout.unitCount]], 0, 0, 1000);
  running.addListener('a');
  for (let i = 0; i < position; i++) running.advance(1, 1000);
  if (position > 0) running.progress('a', position - 1, received);
  return liveOf({ running });
}

function liveOf(change: Partial<Live>): Live {
  return {
    ...{ phase: 'transmitting', paused: false, number: 0, rate: 0, fillsLeft: 0, running: undefined },
    plan: { mode: 'plain', students: [], units: [], parity: [], why: '', givenUp: [] },
    ...{ resentBytes: 0, filledBytes: 0, startedAt: 0 },
    ...change,
  };
}

function classroom() {
  const scorecard = new Scorecard(layout);
  const member = scorecard.enroll({ id: 'a', name: 'Ana', ip: '10.0.0.1' }, undefined);
  const views = new MemberViews(layout, () => 'retry');
  return { scorecard, member, views };
}

describe('a picture of a student', () => {
  it('knows of the first pass what went by: a share lost, and nothing of where', () => {
    const { member, views } = classroom();
    const { totalBytes } = layout;
    const view = views.view(member, heard(300, 400), 0);
    expect(view).toMatchObject({ missingBytes: totalBytes - 300_000, loss: 0.25, rate: 0 });
    expect(view.progress).toBe(Math.floor((300_000 / totalBytes) * 1000) / 1000);
    const seen = Math.floor((400_000 / totalBytes) * 512);
    expect([...view.lossMap.subarray(0, seen)].every((cell) => cell === 0)).toBe(true);
    expect([...view.lossMap.subarray(seen + 1)].every((cell) => cell === 255)).toBe(true);
  });

  it('takes parity of the first pass for what makes up for losses, not for more of the file', () => {
    const { member, views } = classroom();
    const running = new Transmission([[0, layout.unitCount]], 0, 0, 1000);
    running.addListener('a');
    for (let i = 0; i < 400; i++) running.advance(1, 1000, i % 4 === 0);
    running.progress('a', 399, 390);
    const view = views.view(member, liveOf({ running }), 0);
    expect(view).toMatchObject({ missingBytes: layout.totalBytes - 300_000, loss: 0.025 });
  });

  it('rounds its numbers, and never up to the whole', () => {
    const { member, views } = classroom();
    views.view(member, heard(0, 0), 0);
    const early = views.view(member, heard(123, 123), 170);
    expect(early.rate).toBe(724_000);
    member.missing = [[5, 6]];
    expect(views.view(member, liveOf({ number: 1 }), 1000).progress).toBe(0.999);
    member.missing = [];
    expect(views.view(member, liveOf({ number: 1 }), 1000).progress).toBe(1);
  });

  it('says what helps one that failed, and only that one', () => {
    const { member, views } = classroom();
    expect(views.view(member, liveOf({}), 0)).not.toHaveProperty('help');
    member.outcome = 'failed';
    expect(views.view(member, liveOf({}), 0).help).toBe('retry');
  });
});

describe('a loss map', () => {
  const first: RangeSet = [[0, 500]];
  const second: RangeSet = [[0, 100]];

  it('is the same object while nothing changes, a new one at most twice a second, and right at the end', () => {
    const { member, views } = classroom();
    const repairs = liveOf({ number: 1 });
    member.missing = first;
    const at = (now: number, live = repairs) => views.view(member, live, now).lossMap;
    const map = at(1000);
    expect(at(9000)).toBe(map);
    member.missing = second;
    const changed = at(9001);
    expect(changed).not.toBe(map);
    member.missing = first;
    expect(at(9500)).toBe(changed);
    expect(at(9501)).toEqual(map);
    member.missing = [];
    expect(at(9502, liveOf({ number: 1, phase: 'finished' })).every((cell) => cell === 0)).toBe(true);
  });

  it('of five hundred students is not due for all of them at once', () => {
    const { scorecard, views } = classroom();
    const members = Array.from({ length: 500 }, (_, i) =>
      scorecard.enroll({ id: `${i}`, name: '', ip: '' }, undefined),
    );
    const draw = (now: number) => members.map((member) => views.view(member, liveOf({ number: 1 }), now).lossMap);
    const before = draw(0);
    for (const member of members) member.missing = first;
    const after = draw(100);
    const drawn = after.filter((map, i) => map !== before[i]).length;
    expect(drawn).toBeGreaterThan(50);
    expect(drawn).toBeLessThan(200);
  });
});
