import { useTranslation } from 'react-i18next';
import { CopyButton } from '../../ui/copy-button';

interface Props {
  readonly address: string;
  readonly port: number;
}

/** What somebody types into a device: it stands large, to be read from where the device is. */
export function AddressCard({ address, port }: Props) {
  const { t } = useTranslation('devices');
  return (
    <section className="device-address panel" aria-labelledby="device-address-title">
      <h2 id="device-address-title">{t('typeIn')}</h2>
      <dl>
        <div>
          <dt>{t('address')}</dt>
          <dd>
            <span className="device-address-value number selectable" data-testid="device-address">
              {address}
            </span>
            <CopyButton text={address} label={t('copyAddress')} done={t('copiedAddress')} />
          </dd>
        </div>
        <div>
          <dt>{t('port')}</dt>
          <dd>
            <span className="device-address-value number selectable" data-testid="device-port">
              {port}
            </span>
            <CopyButton text={String(port)} label={t('copyPort')} done={t('copiedPort')} />
          </dd>
        </div>
      </dl>
      <p className="muted">{t('typeInDetail')}</p>
    </section>
  );
}
