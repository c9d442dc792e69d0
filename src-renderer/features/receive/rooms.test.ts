import { expect, it } from 'vitest';
import type { FoundRoom, NodeSnapshot } from '../../../src-shared/ipc/snapshots';
import { roomsInReach, wantsCode } from './rooms';

function room(fingerprint: string, parts: Partial<FoundRoom> = {}): FoundRoom {
  return { name: 'Room 12', address: '10.0.0.2', port: 47_470, fingerprint, paired: false, stranger: false, ...parts };
}

function snapshot(parts: Partial<NodeSnapshot>): NodeSnapshot {
  return { connection: 'searching', room: null, found: [], known: [], folder: '/m', transfers: [], ...parts };
}

const names = (rooms: readonly FoundRoom[]) => rooms.map(({ fingerprint }) => fingerprint);

it('tells rooms that are known, new and strange apart', () => {
  const found = [room('a', { paired: true }), room('b'), room('c', { stranger: true })];
  const { known, fresh, strangers } = roomsInReach(snapshot({ found }));
  expect([known, fresh, strangers].map(names)).toEqual([['a'], ['b'], ['c']]);
});

it('offers a typed room that wants its code, and each room once', () => {
  const typed = room('b');
  const { fresh } = roomsInReach(snapshot({ connection: 'unpaired', room: typed, found: [room('b'), room('b')] }));
  expect(names(fresh)).toEqual(['b']);
  expect(names(roomsInReach(snapshot({ connection: 'unpaired', room: typed })).fresh)).toEqual(['b']);
});

it('leaves out the room that the student is in', () => {
  const mine = room('a', { paired: true });
  const { known } = roomsInReach(snapshot({ connection: 'connected', room: mine, found: [mine] }));
  expect(known).toEqual([]);
});

it('asks for a code at the first room, and later only for the one room that wants it', () => {
  const known = [{ name: 'Room 7', fingerprint: 'e' }];
  const found = [room('b'), room('c')];
  expect(wantsCode(snapshot({ connection: 'unpaired', found }))).toBe(true);
  expect(wantsCode(snapshot({ connection: 'unpaired', found, known }))).toBe(false);
  expect(wantsCode(snapshot({ connection: 'unpaired', found, known, room: room('b') }))).toBe(true);
  expect(wantsCode(snapshot({ connection: 'connecting', found }))).toBe(false);
});
