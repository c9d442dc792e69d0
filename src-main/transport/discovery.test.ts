import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { PROTOCOL_VERSION } from '../../src-shared/wire/session-messages';
import { findRooms, type RoomFinder, type RoomOnNetwork } from './discovery';
import { ManualClock } from './manual-clock';

const FINGERPRINT = 'ab'.repeat(32);
const finders: RoomFinder[] = [];
afterEach(() => Promise.all(finders.splice(0).map((finder) => finder.close())));

function setUp() {
  const clock = new ManualClock();
  const changes: (readonly RoomOnNetwork[])[] = [];
  const finder = findRooms({ interfaces: () => [], clock, onChange: (rooms) => changes.push(rooms) });
  finders.push(finder);
  return { clock, changes, finder };
}

function announcement(changes: object = {}): Uint8Array {
  return Buffer.from(
    JSON.stringify({ tutti: PROTOCOL_VERSION, name: 'Room 7', port: 4000, fingerprint: FINGERPRINT, ...changes }),
  );
}

describe('findRooms', () => {
  it('lists a room at the address it was heard from, until it falls silent', () => {
    const { clock, changes, finder } = setUp();
    finder.receive(announcement({ address: '203.0.113.1' }), '10.0.0.1');
    expect(finder.rooms).toEqual([{ name: 'Room 7', port: 4000, fingerprint: FINGERPRINT, address: '10.0.0.1' }]);
    clock.advance(4_000);
    finder.receive(announcement(), '10.0.0.1');
    clock.advance(4_000);
    expect(finder.rooms).toHaveLength(1);
    clock.advance(2_000);
    expect(finder.rooms).toEqual([]);
    expect(changes.map((rooms) => rooms.length)).toEqual([1, 0]);
  });

  it.each([1, PROTOCOL_VERSION + 1])('lists a room of another version, %i: whoever goes there is told', (tutti) => {
    const { finder } = setUp();
    finder.receive(announcement({ tutti, something: 'else' }), '10.0.0.1');
    expect(finder.rooms).toHaveLength(1);
  });

  it('says when a room is renamed, and only then', () => {
    const { changes, finder } = setUp();
    for (const name of ['A', 'A', 'B']) finder.receive(announcement({ name }), '10.0.0.1');
    expect(changes.map(([room]) => room?.name)).toEqual(['A', 'B']);
  });

  it('cleans hostile names', () => {
    const { finder } = setUp();
    finder.receive(announcement({ name: '\u001b[2J\u202eroom\n2' }), '10.0.0.1');
    expect(finder.rooms[0]?.name).toBe('[2Jroom 2');
  });

  it('counts and ignores whatever else arrives', () => {
    const { finder } = setUp();
    const bad = [
      announcement({ tutti: 'new' }),
      announcement({ port: 0 }),
      announcement({ name: '' }),
      announcement({ name: 'x'.repeat(81) }),
      announcement({ fingerprint: 'AB' }),
      announcement({ padding: 'x'.repeat(1024) }),
      Buffer.from('[['.repeat(100)),
    ];
    for (const bytes of bad) finder.receive(bytes, '10.0.0.1');
    fc.assert(fc.property(fc.uint8Array({ maxLength: 1500 }), (bytes) => finder.receive(bytes, '10.0.0.1')));
    expect(finder.ignored).toBe(bad.length + 100);
    expect(finder.rooms).toEqual([]);
  });

  it('remembers a bounded number of rooms and still hears new ones', () => {
    const { finder } = setUp();
    for (let i = 1; i <= 20; i++) finder.receive(announcement({ port: i }), '10.0.0.1');
    expect(finder.rooms).toHaveLength(8);
    for (let i = 0; i < 1000; i++) finder.receive(announcement(), `10.1.${i >> 8}.${i & 255}`);
    finder.receive(announcement({ name: 'mine' }), '10.0.0.9');
    expect(finder.rooms).toHaveLength(64);
    expect(finder.rooms.some(({ name }) => name === 'mine')).toBe(true);
  });
});
