import { FolderOutput, Rss } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ChannelsView, FoundChannel } from '../../../src-shared/ipc/channel-views';
import type { SettingsView } from '../../../src-shared/ipc/contract';
import { Button } from '../../ui/button';
import { EmptyState } from '../../ui/empty-state';
import { LiveRegion } from '../../ui/live-region';
import { ArchiveSetting } from './archive-setting';
import { announcementOf } from './channel-words';
import { FollowDialog } from './follow-dialog';
import { FoundChannels } from './found-channels';
import { PublicationCard } from './publication-card';
import { PublishDialog } from './publish-dialog';
import { SubscriptionCard } from './subscription-card';
import './channels.css';

interface Props {
  readonly channels: ChannelsView;
  readonly settings: SettingsView;
}

/** Folders that others follow: what is published here and followed here, and what there is on this network. */
export function ChannelsScreen({ channels, settings }: Props) {
  const { i18n } = useTranslation();
  const [isPublishing, setPublishing] = useState(false);
  const [following, setFollowing] = useState<FoundChannel | 'any' | null>(null);
  const { published, subscribed, found } = channels;
  return (
    <div className="channels">
      <LiveRegion sentence={announcementOf(channels, i18n)} />
      <div className="channels-main">
        <Main channels={channels} onPublish={() => setPublishing(true)} onFollow={() => setFollowing('any')} />
      </div>
      <aside className="channels-aside">
        <FoundChannels found={found} followed={subscribed.map(({ pattern }) => pattern)} onFollow={setFollowing} />
        <ArchiveSetting settings={settings} />
      </aside>
      {isPublishing ? (
        <PublishDialog taken={published.map(({ subject }) => subject)} onClose={() => setPublishing(false)} />
      ) : null}
      {following === null ? null : (
        <FollowDialog
          channel={following === 'any' ? undefined : following}
          taken={subscribed.map(({ pattern }) => pattern)}
          onClose={() => setFollowing(null)}
        />
      )}
    </div>
  );
}

interface MainProps {
  readonly channels: ChannelsView;
  onPublish(): void;
  onFollow(): void;
}

function Main({ channels: { published, subscribed }, onPublish, onFollow }: MainProps) {
  const { t } = useTranslation('channels');
  if (published.length === 0 && subscribed.length === 0) {
    return (
      <EmptyState icon={Rss} title={t('emptyTitle')} detail={t('emptyDetail')}>
        <Button kind="primary" icon={FolderOutput} onPress={onPublish}>
          {t('publishFolder')}
        </Button>
        <Button onPress={onFollow}>{t('follow')}</Button>
      </EmptyState>
    );
  }
  return (
    <>
      <section className="channel-section" aria-labelledby="channels-published">
        <header className="section-head">
          <h2 id="channels-published">
            {t('published')} <span className="count number">{published.length}</span>
          </h2>
          <Button icon={FolderOutput} onPress={onPublish}>
            {t('publishFolder')}
          </Button>
        </header>
        <ul>
          {published.map((publication) => (
            <PublicationCard key={publication.subject} publication={publication} />
          ))}
        </ul>
      </section>
      <section className="channel-section" aria-labelledby="channels-subscribed">
        <header className="section-head">
          <h2 id="channels-subscribed">
            {t('subscribed')} <span className="count number">{subscribed.length}</span>
          </h2>
          <Button icon={Rss} onPress={onFollow}>
            {t('follow')}
          </Button>
        </header>
        <ul>
          {subscribed.map((subscription) => (
            <SubscriptionCard key={subscription.pattern} subscription={subscription} />
          ))}
        </ul>
      </section>
    </>
  );
}
