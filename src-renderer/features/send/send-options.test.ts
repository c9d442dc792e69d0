import { beforeEach, describe, expect, it } from 'vitest';
import type { StudentView } from '../../../src-shared/ipc/snapshots';
import {
  hereCount,
  initialOptions,
  nextTimeOf,
  presentAudience,
  setAudience,
  setStart,
  startRuleOf,
  studentsOf,
  suggestedClock,
  tightestOf,
  useSendOptions,
} from './send-options';

function student(id: string, parts: Partial<StudentView> = {}): StudentView {
  return { id, name: id, ip: '10.0.0.2', connected: true, ...parts };
}

const students = [student('ana'), student('ben', { connected: false, ip: null }), student('eve')];
const groups = [{ name: 'Strings', students: ['eve', 'ana', 'gone'] }];
const now = new Date(2026, 2, 10, 10, 31, 20);

beforeEach(() => useSendOptions.setState(initialOptions, true));

describe('the store', () => {
  it('starts with everyone at once and remembers what was chosen', () => {
    expect(useSendOptions.getState()).toEqual({ audience: 'everyone', start: { when: 'now' } });
    setAudience({ group: 'Strings' });
    setStart({ when: 'ready', students: 20 });
    expect(useSendOptions.getState()).toEqual({
      audience: { group: 'Strings' },
      start: { when: 'ready', students: 20 },
    });
  });
});

describe('a time of the clock', () => {
  it('is the next one', () => {
    expect(new Date(nextTimeOf('10:45', now))).toEqual(new Date(2026, 2, 10, 10, 45));
    expect(new Date(nextTimeOf('10:31', now))).toEqual(new Date(2026, 2, 11, 10, 31));
    expect(startRuleOf({ when: 'at', clock: '23:59' }, now)).toEqual({
      when: 'at',
      time: new Date(2026, 2, 10, 23, 59).getTime(),
    });
    expect(startRuleOf({ when: 'asked' }, now)).toEqual({ when: 'asked' });
  });

  it('is suggested a little ahead, on a round five, also around midnight', () => {
    expect(suggestedClock(now)).toBe('10:40');
    expect(suggestedClock(new Date(2026, 2, 10, 23, 57))).toBe('00:05');
  });
});

describe('an audience', () => {
  const room = { students, groups };

  it('means students of the room, in its order', () => {
    expect(studentsOf('everyone', students, groups)).toBe(students);
    expect(studentsOf({ group: 'Strings' }, students, groups).map(({ id }) => id)).toEqual(['ana', 'eve']);
    expect(studentsOf({ group: 'Winds' }, students, groups)).toEqual([]);
    expect(studentsOf({ students: ['ben'] }, students, groups)).toEqual([students[1]]);
    expect(hereCount(students)).toBe(2);
  });

  it('loses what is no more', () => {
    expect(presentAudience({ group: 'Winds' }, room)).toBe('everyone');
    expect(presentAudience({ group: 'Strings' }, room)).toEqual({ group: 'Strings' });
    expect(presentAudience({ students: ['ana', 'gone'] }, room)).toEqual({ students: ['ana'] });
    expect(presentAudience({ students: ['gone'] }, room)).toBe('everyone');
    const kept = { students: ['ana'] };
    expect(presentAudience(kept, room)).toBe(kept);
  });
});

describe('the tightest student', () => {
  it('has the least space of those who are here and said so', () => {
    const said = [
      student('ana', { freeBytes: 500 }),
      student('ben', { freeBytes: 1, connected: false }),
      student('eve', { freeBytes: 90 }),
      student('leo', { freeBytes: 70 }),
      student('kim'),
    ];
    expect(tightestOf(said, 100)).toEqual({ name: 'leo', freeBytes: 70, tooSmall: 2 });
    expect(tightestOf(said, 70)).toMatchObject({ tooSmall: 0 });
    expect(tightestOf(students, 100)).toBeUndefined();
  });
});
