import { describe, expect, it } from 'vitest';
import { ManualClock } from './manual-clock';
import { Refusals } from './refusals';
import { type Choice, type Place, placeKey, placesToTry } from './room-choice';

const KNOWN = ['brass', 'strings'];
const room = (fingerprint: string, address: string) => ({ name: fingerprint, fingerprint, address, port: 1 });
const place = (host: string): Place => ({ host, port: 1 });

function hosts(choice: Partial<Choice>): string[] {
  const nothing: Choice = {
    ...{ typed: undefined, rooms: [], latest: undefined },
    mayJoin: (fingerprint) => KNOWN.includes(fingerprint),
    isRefused: () => false,
  };
  return placesToTry({ ...nothing, ...choice }).map(({ host }) => host);
}

describe('where to try', () => {
  const rooms = [room('brass', 'b'), room('organ', 'o'), room('strings', 's'), room('strings', 's2')];

  it.each<[string, Partial<Choice>, string[]]>([
    ['nothing is known of any room', {}, []],
    ['known rooms only, at each of their addresses', { rooms }, ['b', 's', 's2']],
    [
      'the latest one first, and where it was last',
      { rooms, latest: { fingerprint: 'strings', place: place('old') } },
      ['s', 's2', 'b', 'old'],
    ],
    ['the typed address before all', { rooms, typed: place('t') }, ['t', 'b', 's', 's2']],
    [
      'no address twice',
      { rooms, typed: place('s'), latest: { fingerprint: 'brass', place: place('b') } },
      ['s', 'b', 's2'],
    ],
    ['not the latest one, once it is forgotten', { latest: { fingerprint: 'organ', place: place('o') } }, []],
    ['nobody who sent it away', { rooms, isRefused: (key) => key === 'strings' }, ['b']],
    [
      'not the typed address that sent it away',
      { rooms, typed: place('t'), isRefused: (key) => key === placeKey(place('t')) },
      ['b', 's', 's2'],
    ],
    [
      'not all of many invented addresses',
      { rooms: Array.from({ length: 50 }, (_, i) => room('brass', `${i}`)) },
      ['0', '1', '2', '3', '4', '5', '6', '7'],
    ],
  ])('%s', (_rule, choice, expected) => {
    expect(hosts(choice)).toEqual(expected);
  });
});

it('a refusal counts for a while, or until a person changes something', () => {
  const clock = new ManualClock();
  const refusals = new Refusals(clock);
  refusals.add('a', 'b');
  clock.advance(29_000);
  expect([refusals.has('a'), refusals.has('b'), refusals.has('c')]).toEqual([true, true, false]);
  clock.advance(1_000);
  expect(refusals.has('a')).toBe(false);
  refusals.add('a');
  refusals.clear();
  expect(refusals.has('a')).toBe(false);
});
