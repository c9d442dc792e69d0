import { CircleAlert, Rss } from 'lucide-react';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import type { SubscriptionView } from '../../../src-shared/ipc/channel-views';
import { formatBytes, formatRate } from '../../../src-shared/text/format';
import { plainText } from '../../../src-shared/text/plain-text';
import { reasonInWords } from '../../../src-shared/text/reasons';
import { Facts } from '../../ui/facts';
import { ChannelFiles } from './channel-files';
import { placeInWords } from './channel-words';
import { Repairs } from './repairs';
import { SubscriptionActions } from './subscription-actions';
import { useWords } from './use-words';

const NAME_CHARS = 80;
const PATH_CHARS = 200;

/** A channel that is followed here: where it stands, what was missing and who repaired it, what arrived. */
export const SubscriptionCard = memo(function SubscriptionCard({ subscription }: { subscription: SubscriptionView }) {
  const { t, i18n } = useTranslation('channels');
  const { pattern, publisher, folder, state, failure, rate, files } = subscription;
  const name = plainText(pattern, NAME_CHARS);
  const standing = t(`state.${state}`);
  return (
    <li className="channel-card panel" data-testid="subscription">
      <header className="channel-card-head">
        <Rss className="tint" size={22} strokeWidth={1.75} aria-hidden="true" />
        <div className="channel-card-title">
          <h3 className="one-line">{name}</h3>
          <p className="muted">
            {publisher === null
              ? standing
              : `${t('foundBy', { publisher: plainText(publisher, NAME_CHARS) })} · ${standing}`}
          </p>
          {folder === null ? null : <p className="muted selectable">{plainText(folder, PATH_CHARS)}</p>}
        </div>
        <span className="muted number">{rate > 0 ? formatRate(rate, i18n) : ''}</span>
        <SubscriptionActions pattern={pattern} />
      </header>
      {state === 'failed' ? (
        <p className="channel-problem" role="alert">
          <CircleAlert size={18} aria-hidden="true" />
          {reasonInWords(failure ?? '', i18n)}
        </p>
      ) : (
        <>
          <Numbers subscription={subscription} />
          <Repairs repaired={subscription.repaired} />
        </>
      )}
      <ChannelFiles files={files} />
    </li>
  );
});

function Numbers({ subscription }: { subscription: SubscriptionView }) {
  const { t } = useTranslation('channels');
  const words = useWords();
  const { last, packets, bytes, gap, gaps, lost } = subscription;
  const count = (value: number) => words.number.format(value);
  return (
    <Facts
      facts={[
        [t('last'), placeInWords(last, last?.epoch, words)],
        [t('packets'), count(packets)],
        [t('data'), formatBytes(bytes, words.i18n)],
        [t('missing'), count(gap)],
        [t('gaps'), count(gaps)],
        ...(lost === 0 ? [] : [[t('lost'), count(lost)] as const]),
      ]}
    />
  );
}
