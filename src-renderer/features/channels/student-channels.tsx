import { EarOff, Rss } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ChannelsView, FoundChannel, SubscriptionView } from '../../../src-shared/ipc/channel-views';
import { plainText } from '../../../src-shared/text/plain-text';
import { reasonInWords } from '../../../src-shared/text/reasons';
import { LiveRegion } from '../../ui/live-region';
import { announcementOf, missingInWords } from './channel-words';
import { FollowDialog } from './follow-dialog';
import { Found } from './found-channels';
import { SubscriptionActions } from './subscription-actions';
import { useWords } from './use-words';
import './channels.css';

const NAME_CHARS = 80;

/** The channels that a student follows, and those that it could; what arrives from them is among what was received. */
export function StudentChannels({ channels }: { channels: ChannelsView }) {
  const { t, i18n } = useTranslation('channels');
  const [following, setFollowing] = useState<FoundChannel | null>(null);
  const { subscribed, found } = channels;
  const followed = subscribed.map(({ pattern }) => pattern);
  const others = found.filter(({ subject }) => !followed.includes(subject));
  if (subscribed.length === 0 && others.length === 0) return null;
  return (
    <section className="student-channels panel" aria-labelledby="student-channels-title">
      <h2 id="student-channels-title">{t('title')}</h2>
      <LiveRegion sentence={announcementOf(channels, i18n)} />
      <ul>
        {subscribed.map((subscription) => (
          <Followed key={subscription.pattern} subscription={subscription} />
        ))}
        {others.map((channel) => (
          <Found
            key={`${channel.fingerprint} ${channel.subject}`}
            channel={channel}
            isFollowed={false}
            onFollow={() => setFollowing(channel)}
          />
        ))}
      </ul>
      {following === null ? null : (
        <FollowDialog channel={following} taken={followed} onClose={() => setFollowing(null)} />
      )}
    </section>
  );
}

function Followed({ subscription }: { subscription: SubscriptionView }) {
  const { t, i18n } = useTranslation('channels');
  const words = useWords();
  const { pattern, publisher, state, failure, gap } = subscription;
  const Icon = state === 'away' || state === 'searching' ? EarOff : Rss;
  const parts = [
    ...(publisher === null ? [] : [t('foundBy', { publisher: plainText(publisher, NAME_CHARS) })]),
    failure === undefined ? t(`state.${state}`) : reasonInWords(failure, i18n),
    ...(gap === 0 ? [] : [missingInWords(gap, words)]),
  ];
  return (
    <li className="channel-found" data-testid="followed">
      <Icon className={state === 'failed' ? 'tint-danger' : 'tint'} size={18} aria-hidden="true" />
      <div>
        <p className="channel-name one-line">{plainText(pattern, NAME_CHARS)}</p>
        <p className="muted number">{parts.join(' · ')}</p>
      </div>
      <SubscriptionActions pattern={pattern} />
    </li>
  );
}
