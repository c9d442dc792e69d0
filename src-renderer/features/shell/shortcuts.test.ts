import { expect, it } from 'vitest';
import { pageOfKey } from './shortcuts';

const press = (key: string, held: Partial<Record<'ctrlKey' | 'metaKey' | 'altKey', boolean>>) =>
  pageOfKey({ key, ctrlKey: false, metaKey: false, altKey: false, ...held });

it('goes to the place of that number, with the one modifier that the platform uses', () => {
  expect(press('1', { ctrlKey: true })).toBe('send');
  expect(press('7', { metaKey: true })).toBe('settings');
  expect(press(',', { metaKey: true })).toBe('settings');
});

it('leaves every other key alone', () => {
  expect(press('1', {})).toBeUndefined();
  expect(press('8', { ctrlKey: true })).toBeUndefined();
  expect(press('1', { ctrlKey: true, altKey: true })).toBeUndefined();
  expect(press('1', { ctrlKey: true, metaKey: true })).toBeUndefined();
  expect(press('o', { ctrlKey: true })).toBeUndefined();
});
