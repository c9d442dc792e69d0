import { expect, it } from 'vitest';
import { savingsOf } from './savings';

const round = { transmission: 0, mode: 'plain', bytes: 100, students: ['a', 'b', 'c'] } as const;

it('compares the first pass with sending everything to each one', () => {
  expect(savingsOf(round)).toEqual({ against: 'apart', bytes: 200 });
  expect(savingsOf({ ...round, students: ['a'] })).toBeUndefined();
  expect(savingsOf({ ...round, mode: 'tcp' })).toBeUndefined();
});

it('compares a repair with what it knows', () => {
  const repair = { ...round, transmission: 2 };
  expect(savingsOf(repair)).toBeUndefined();
  expect(savingsOf({ ...repair, apartBytes: 150 })).toEqual({ against: 'apart', bytes: 50 });
  expect(savingsOf({ ...repair, unionBytes: 130, apartBytes: 150 })).toEqual({ against: 'union', bytes: 30 });
  expect(savingsOf({ ...repair, unionBytes: 100, apartBytes: 100 })).toBeUndefined();
});
