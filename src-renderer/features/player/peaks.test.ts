import { expect, it } from 'vitest';
import { PEAKS, peaksOf } from './peaks';

it('finds the loudest sample of each part in any channel', () => {
  const left = new Float32Array(PEAKS * 10);
  const right = new Float32Array(PEAKS * 10);
  left[5] = 0.25;
  right[7] = -0.5;
  right[PEAKS * 10 - 1] = 1;
  const peaks = peaksOf([left, right]);
  expect([peaks[0], peaks[1], peaks.at(-1)]).toEqual([0.5, 0, 1]);
});

it('is as long for a short piece, for a long one and for none', () => {
  for (const length of [0, 7, 5_000_000]) expect(peaksOf([new Float32Array(length)])).toHaveLength(PEAKS);
});
