import { expect, it } from 'vitest';
import { StrangerNews } from './stranger-news';

it('tells of no more strangers than a person can look at', () => {
  const news = new StrangerNews(0);
  const told = (now: number) => Array.from({ length: 100 }, (_, i) => news.mayTell(`10.0.0.${i}`, now)).filter(Boolean);
  expect(told(0)).toHaveLength(50);
  expect(told(1_000)).toHaveLength(2);
});

it('leaves the others their turns, however often one machine knocks', () => {
  const news = new StrangerNews(0);
  const told = Array.from({ length: 1_000 }, (_, i) => news.mayTell('10.9.9.9', i)).filter(Boolean);
  expect(told).toHaveLength(10);
  expect(news.mayTell('10.0.0.1', 1_000)).toBe(true);
  expect(news.mayTell('10.9.9.9', 6_000)).toBe(true);
});
