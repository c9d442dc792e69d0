import { useTranslation } from 'react-i18next';

/** What the colours mean, in words. */
export function Legend() {
  const { t } = useTranslation('send');
  return (
    <ul className="legend">
      <li>
        <span className="legend-swatch legend-unsent" />
        {t('lossMap.unsent')}
      </li>
      <li>
        <span className="legend-swatch legend-none" />
        {t('lossMap.none')}
      </li>
      <li>
        {t('lossMap.one')}
        <span className="legend-swatch legend-ramp" />
        {t('lossMap.all')}
      </li>
    </ul>
  );
}
