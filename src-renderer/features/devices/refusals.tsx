import { CircleAlert } from 'lucide-react';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import type { DeviceRefusalView } from '../../../src-shared/ipc/device-views';
import { plainText } from '../../../src-shared/text/plain-text';
import { reasonInWords } from '../../../src-shared/text/reasons';
import { useDateFormat } from '../../ui/language';
import { ShortList } from '../../ui/short-list';

const SHOWN = 4;
const FILE_CHARS = 160;
const ADDRESS_CHARS = 60;

/** What devices asked for in vain: mostly a name that was mistyped on one. */
export const Refusals = memo(function Refusals({ refusals }: { refusals: readonly DeviceRefusalView[] }) {
  const { t } = useTranslation('devices');
  if (refusals.length === 0) return null;
  return (
    <section className="device-sessions" aria-labelledby="devices-refused">
      <h2 id="devices-refused">
        {t('refused')} <span className="count number">{refusals.length}</span>
      </h2>
      <ShortList
        label={t('refused')}
        items={refusals}
        limit={SHOWN}
        className="device-refusals panel"
        keyOf={({ at, address, file }) => `${at} ${address} ${file}`}
      >
        {(refusal) => <Refusal refusal={refusal} />}
      </ShortList>
    </section>
  );
});

function Refusal({ refusal: { address, file, why, at } }: { refusal: DeviceRefusalView }) {
  const { i18n } = useTranslation();
  const time = useDateFormat({ hour: 'numeric', minute: '2-digit' }).format(at);
  return (
    <li className="device-client" data-state="failed" data-testid="device-refusal">
      <CircleAlert className="device-client-icon" size={18} aria-hidden="true" />
      <div className="device-client-text">
        <p className="device-client-address selectable">{plainText(file, FILE_CHARS)}</p>
        <p className="muted">{reasonInWords(why, i18n)}</p>
      </div>
      <p className="device-client-standing muted number">
        {time} · {plainText(address, ADDRESS_CHARS)}
      </p>
    </li>
  );
}
