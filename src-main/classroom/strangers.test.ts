import { expect, it } from 'vitest';
import { Strangers } from './strangers';

const device = (id: number, ip = `10.0.${id >> 8}.${id & 255}`) => ({ id: String(id), name: `Device ${id}`, ip });
const ids = (strangers: Strangers, now: number) => strangers.list(now).map(({ id }) => id);

it('shows the newest first, each once, until they are paired or ten minutes have passed', () => {
  const strangers = new Strangers();
  strangers.saw(device(1), 0);
  strangers.saw(device(2), 1000);
  strangers.saw(device(3), 2000);
  strangers.saw(device(1), 3000);
  expect(ids(strangers, 3000)).toEqual(['1', '3', '2']);
  strangers.forget('3');
  expect(ids(strangers, 600_999)).toEqual(['1', '2']);
  expect(ids(strangers, 601_000)).toEqual(['1']);
  expect(ids(strangers, 603_000)).toEqual([]);
});

it('is bounded: a machine that makes up devices pushes out the oldest', () => {
  const strangers = new Strangers();
  for (let i = 0; i < 1000; i++) strangers.saw(device(i), i);
  expect(ids(strangers, 1000)).toEqual(Array.from({ length: 50 }, (_, i) => String(999 - i)));
});

it('is not filled by one machine, whatever it makes up', () => {
  const strangers = new Strangers();
  strangers.saw(device(1), 0);
  for (let i = 2; i < 1000; i++) strangers.saw(device(i, '10.9.9.9'), i);
  expect(ids(strangers, 1000)).toEqual([...Array.from({ length: 10 }, (_, i) => String(999 - i)), '1']);
});
