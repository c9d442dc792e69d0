/** One drawing of a class size: a group of bars for each loss. */
export interface Panel {
  readonly title: string;
  readonly groups: readonly { readonly label: string; readonly values: readonly (number | undefined)[] }[];
}

const PANEL = { width: 470, height: 230, left: 16, top: 44, bottom: 34 };
const COLUMNS = 2;
const HEAD = 74;
const GAP = 26;
/** Told apart also by who sees few colours, on white and on near-black. */
const COLOURS = ['#8b949e', '#e69f00', '#56b4e9', '#cc79a7', '#009e73'];

/**
 * Speeds as grouped bars, an SVG file that brings its own ground, light or dark. Each panel has a scale of its own, and
 * each bar its figure, so that nothing has to be read from an axis.
 */
export function barChart(title: string, series: readonly string[], panels: readonly Panel[]): string {
  const width = COLUMNS * PANEL.width;
  const height = HEAD + Math.ceil(panels.length / COLUMNS) * PANEL.height + 10;
  const places = panels.map((_, i) => [(i % COLUMNS) * PANEL.width, HEAD + Math.floor(i / COLUMNS) * PANEL.height]);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="title desc">
<title id="title">${escaped(title)}</title>
<desc id="desc">${escaped(description(series, panels))}</desc>
<style>
  text { font: 12px system-ui, "Segoe UI", "DejaVu Sans", sans-serif; fill: #1f2328; }
  .ground { fill: #ffffff; } .line { stroke: #d1d9e0; } .head { font-size: 15px; font-weight: 600; } .figure { font-size: 10px; }
  @media (prefers-color-scheme: dark) { text { fill: #e6edf3; } .ground { fill: #0d1117; } .line { stroke: #3d444d; } }
</style>
<rect class="ground" width="${width}" height="${height}" rx="8"/>
<text class="head" x="${PANEL.left}" y="26">${escaped(title)}</text>
${legend(series)}
${panels.map((panel, i) => `<g transform="translate(${places[i]?.join(' ')})">${drawPanel(panel)}</g>`).join('\n')}
</svg>
`;
}

function legend(series: readonly string[]): string {
  const step = (COLUMNS * PANEL.width - 2 * PANEL.left) / Math.max(series.length, 1);
  return series
    .map((name, i) => {
      const x = PANEL.left + i * step;
      return `<rect x="${x}" y="42" width="12" height="12" rx="2" fill="${COLOURS[i]}"/><text x="${x + 18}" y="52">${escaped(name)}</text>`;
    })
    .join('\n');
}

function drawPanel({ title, groups }: Panel): string {
  const floor = PANEL.height - PANEL.bottom;
  const most = Math.max(...groups.flatMap(({ values }) => values.map((value) => value ?? 0)), Number.MIN_VALUE);
  const groupWidth = (PANEL.width - 2 * PANEL.left) / groups.length;
  const drawn = groups.map(({ label, values }, i) => {
    const left = PANEL.left + i * groupWidth + GAP / 2;
    const barWidth = (groupWidth - GAP) / values.length;
    const bars = values.map((value, j) => bar(left + j * barWidth, barWidth, floor, value, most, COLOURS[j] ?? ''));
    return `${bars.join('')}<text x="${left + (groupWidth - GAP) / 2}" y="${floor + 18}" text-anchor="middle">${escaped(label)}</text>`;
  });
  return `<text x="${PANEL.left}" y="22">${escaped(title)}</text>
${drawn.join('\n')}
<line class="line" x1="${PANEL.left}" x2="${PANEL.width - PANEL.left}" y1="${floor}" y2="${floor}"/>`;
}

function bar(x: number, width: number, floor: number, value: number | undefined, most: number, colour: string): string {
  const height = ((value ?? 0) / most) * (floor - PANEL.top);
  const middle = (x + width / 2).toFixed(1);
  const drawn = `<rect x="${(x + 1).toFixed(1)}" y="${(floor - height).toFixed(1)}" width="${(width - 2).toFixed(1)}" height="${height.toFixed(1)}" fill="${colour}"/>`;
  return `${drawn}<text class="figure" x="${middle}" y="${(floor - height - 4).toFixed(1)}" text-anchor="middle">${figure(value)}</text>`;
}

function description(series: readonly string[], panels: readonly Panel[]): string {
  const sentences = panels.flatMap(({ title, groups }) =>
    groups.map(
      ({ label, values }) =>
        `${title}, ${label}: ${series.map((name, i) => `${name} ${figure(values[i])}`).join(', ')}.`,
    ),
  );
  return sentences.join(' ');
}

function figure(value: number | undefined): string {
  if (value === undefined) return '–';
  return value < 10 ? value.toFixed(1) : value.toFixed(0);
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
