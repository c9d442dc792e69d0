import { describe, expect, test } from 'vitest';
import { barChart } from './chart';

const GROUPS = [{ label: '5 % loss', values: [20, 9.96, undefined] }];
const SVG = barChart('Speed <MB/s>', ['one', 'two & a half', 'three'], [{ title: '4 students', groups: GROUPS }]);

describe('the chart', () => {
  test('draws each bar by its share of the highest', () => {
    const heights = [...SVG.matchAll(/height="([\d.]+)" fill="#\w+"\/><text class="figure"/g)].map(
      ([, height]) => height,
    );
    expect(heights).toEqual(['152.0', '75.7', '0.0']);
  });

  test('says its figures, also to who does not see it', () => {
    expect(SVG).toContain('4 students, 5 % loss: one 20, two &amp; a half 10.0, three –.');
    expect([...SVG.matchAll(/class="figure"[^>]*>([^<]*)</g)].map(([, text]) => text)).toEqual(['20', '10.0', '–']);
  });

  test('lets no text become markup', () => {
    expect(SVG).toContain('<title id="title">Speed &lt;MB/s&gt;</title>');
  });

  test('is drawn without any figure', () => {
    const empty = barChart('Speed', ['one'], [{ title: 'nobody', groups: [{ label: '', values: [undefined] }] }]);
    expect(empty).not.toMatch(/NaN|Infinity/);
  });
});
