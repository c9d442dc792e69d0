import { Check } from 'lucide-react';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import type { FoundChannel } from '../../../src-shared/ipc/channel-views';
import { plainText } from '../../../src-shared/text/plain-text';
import { Button } from '../../ui/button';
import { ShortList } from '../../ui/short-list';

const SHOWN = 12;
const NAME_CHARS = 80;

interface Props {
  readonly found: readonly FoundChannel[];
  readonly followed: readonly string[];
  onFollow(channel: FoundChannel): void;
}

/** Every channel that somebody publishes on this network. */
export const FoundChannels = memo(function FoundChannels({ found, followed, onFollow }: Props) {
  const { t } = useTranslation('channels');
  return (
    <section className="channels-found panel" aria-labelledby="channels-found-title">
      <h2 id="channels-found-title">{t('found')}</h2>
      {found.length === 0 ? <p className="muted">{t('foundNone')}</p> : null}
      <ShortList
        label={t('found')}
        items={found}
        limit={SHOWN}
        className="channels-found-list"
        keyOf={({ subject, fingerprint }) => `${fingerprint} ${subject}`}
      >
        {(channel) => (
          <Found channel={channel} isFollowed={followed.includes(channel.subject)} onFollow={() => onFollow(channel)} />
        )}
      </ShortList>
    </section>
  );
});

interface FoundProps {
  readonly channel: FoundChannel;
  readonly isFollowed: boolean;
  onFollow(): void;
}

/** One of them, and what can be done with it. */
export function Found({ channel: { subject, publisher, trusted }, isFollowed, onFollow }: FoundProps) {
  const { t } = useTranslation('channels');
  const name = plainText(subject, NAME_CHARS);
  return (
    <li className="channel-found" data-testid="found-channel">
      <div>
        <p className="channel-name">{name}</p>
        <p className="muted">{t(trusted ? 'foundBy' : 'foundPair', { publisher: plainText(publisher, NAME_CHARS) })}</p>
      </div>
      {isFollowed ? <Check className="tint" size={18} aria-label={t('subscribed')} /> : null}
      {isFollowed || !trusted ? null : (
        <Button aria-label={t('followSubject', { subject: name })} onPress={onFollow}>
          {t('followNow')}
        </Button>
      )}
    </li>
  );
}
