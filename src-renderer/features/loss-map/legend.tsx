import { strings } from '../../ui/strings';

const words = strings.lossMap;

/** What the colours mean, in words. */
export function Legend() {
  return (
    <ul className="legend">
      <li>
        <span className="legend-swatch legend-unsent" />
        {words.unsent}
      </li>
      <li>
        <span className="legend-swatch legend-none" />
        {words.none}
      </li>
      <li>
        {words.one}
        <span className="legend-swatch legend-ramp" />
        {words.all}
      </li>
    </ul>
  );
}
