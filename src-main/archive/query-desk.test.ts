import { describe, expect, it } from 'vitest';
import { MAX_QUERY_PACKETS } from '../../src-shared/wire/channel-messages';
import { GATHER_MS, MAX_QUERIES_EACH, QUERY_PACKETS_AT_ONCE } from './params';
import { QueryDesk } from './query-desk';

const query = (member: string, start: number, end: number, id = 0) => ({
  ...{ member, query: id, epoch: 1 },
  packets: [[start, end]] as [number, number][],
  seals: [],
});

function deskWith(...here: [number, number][]): QueryDesk {
  return new QueryDesk((epoch) => (epoch === 1 ? here : []));
}

describe('a query desk', () => {
  it('answers one member point to point, and says what is not here', () => {
    const desk = deskWith([0, 10]);
    desk.ask(query('ana', 8, 12), true, 0);
    desk.timeout(0);
    expect(desk.outputs()).toMatchObject([{ kind: 'answer', packets: [[8, 10]], absent: [[10, 12]], broadcast: 0 }]);
  });

  it('sends to the group what several ask for within a moment, and the rest to each', () => {
    const desk = deskWith([0, 100]);
    desk.ask(query('ana', 0, 10), false, 0);
    desk.ask(query('ben', 5, 15), false, GATHER_MS - 1);
    desk.timeout(GATHER_MS);
    expect(desk.outputs()).toMatchObject([
      { kind: 'broadcast', ranges: [[5, 10]] },
      { kind: 'answer', to: { member: 'ana' }, packets: [[0, 5]], broadcast: 5 },
      { kind: 'answer', to: { member: 'ben' }, packets: [[10, 15]], broadcast: 5 },
    ]);
    expect(desk.deadline).toBe(Number.POSITIVE_INFINITY);
  });

  it('does not take one member that asks twice for several', () => {
    const desk = deskWith([0, 100]);
    desk.ask(query('ana', 0, 10, 1), false, 0);
    desk.ask(query('ana', 0, 10, 2), false, 1);
    desk.timeout(GATHER_MS);
    expect(desk.outputs().map(({ kind }) => kind)).toEqual(['answer', 'answer']);
  });

  it('refuses what no honest member asks', () => {
    const desk = deskWith([0, 10]);
    expect(desk.ask(query('ana', 0, MAX_QUERY_PACKETS + 1), false, 0)).toBe(false);
    for (let i = 0; i < MAX_QUERIES_EACH; i++) expect(desk.ask(query('ana', 0, 1, i), false, 0)).toBe(true);
    expect(desk.ask(query('ana', 0, 1), false, 0)).toBe(false);
    expect(desk.ask(query('ben', 0, 1), false, 0)).toBe(true);
  });

  it('lets one that asks without end wait, and nobody else', () => {
    const desk = deskWith([0, MAX_QUERY_PACKETS]);
    for (let i = 0; i < QUERY_PACKETS_AT_ONCE / MAX_QUERY_PACKETS; i++) {
      desk.ask(query('ana', 0, MAX_QUERY_PACKETS, i), true, 0);
      desk.timeout(0);
    }
    desk.outputs();
    desk.ask(query('ana', 0, MAX_QUERY_PACKETS), true, 0);
    desk.ask(query('ben', 0, 1), true, 0);
    desk.timeout(0);
    expect(desk.outputs()).toMatchObject([{ kind: 'answer', to: { member: 'ben' } }]);
    expect(desk.deadline).toBeGreaterThan(0);
    desk.timeout(desk.deadline);
    expect(desk.outputs()).toMatchObject([{ kind: 'answer', to: { member: 'ana' } }]);
  });

  it('forgets a member that has gone', () => {
    const desk = deskWith([0, 10]);
    desk.ask(query('ana', 0, 1), false, 0);
    desk.left('ana');
    desk.timeout(GATHER_MS);
    expect(desk.outputs()).toEqual([]);
  });
});
