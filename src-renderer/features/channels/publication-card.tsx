import { Archive, CircleAlert, FolderOutput, Square } from 'lucide-react';
import { memo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PublicationView, SubscriberView } from '../../../src-shared/ipc/channel-views';
import { formatBytes, formatRate } from '../../../src-shared/text/format';
import { plainText } from '../../../src-shared/text/plain-text';
import { reasonInWords } from '../../../src-shared/text/reasons';
import { request } from '../../ipc-client';
import { attempt } from '../../stores/app-store';
import { ActionMenu } from '../../ui/action-menu';
import { Avatar } from '../../ui/avatar';
import { ConfirmDialog } from '../../ui/confirm-dialog';
import { Facts } from '../../ui/facts';
import { ShortList } from '../../ui/short-list';
import { ChannelFiles } from './channel-files';
import { archiveInWords, followerInWords, placeInWords, type Words } from './channel-words';
import { Repairs } from './repairs';
import { useWords } from './use-words';

const NAME_CHARS = 80;
const PATH_CHARS = 200;
const FOLLOWERS_SHOWN = 8;

/** A channel that is published here: its numbers, its archive, who follows, what went out. */
export const PublicationCard = memo(function PublicationCard({ publication }: { publication: PublicationView }) {
  const { i18n } = useTranslation();
  const { subject, folder, state, failure, rate } = publication;
  const name = plainText(subject, NAME_CHARS);
  return (
    <li className="channel-card panel" data-testid="publication">
      <header className="channel-card-head">
        <FolderOutput className="tint" size={22} strokeWidth={1.75} aria-hidden="true" />
        <div className="channel-card-title">
          <h3 className="one-line">{name}</h3>
          {folder === null ? null : <p className="muted selectable">{plainText(folder, PATH_CHARS)}</p>}
        </div>
        <span className="muted number">{rate > 0 ? formatRate(rate, i18n) : ''}</span>
        <Actions subject={subject} name={name} />
      </header>
      {state === 'failed' ? (
        <p className="channel-problem" role="alert">
          <CircleAlert size={18} aria-hidden="true" />
          {reasonInWords(failure ?? '', i18n)}
        </p>
      ) : (
        <Body publication={publication} />
      )}
    </li>
  );
});

function Actions({ subject, name }: { subject: string; name: string }) {
  const { t } = useTranslation('channels');
  const [isAsking, setAsking] = useState(false);
  return (
    <>
      <ActionMenu
        label={t('actionsOf', { subject: name })}
        items={[{ id: 'stop', label: t('stopPublishing'), icon: Square, onAction: () => setAsking(true) }]}
      />
      <ConfirmDialog
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        title={t('stopPublishingQuestion', { subject: name })}
        detail={t('stopPublishingDetail')}
        confirm={t('stopPublishing')}
        onConfirm={() => attempt(request('unpublish', { subject }))}
      />
    </>
  );
}

function Body({ publication }: { publication: PublicationView }) {
  const { t } = useTranslation('channels');
  const words = useWords();
  const { last, first, packets, bytes, repaired, dropped, subscribers, files, archive } = publication;
  const count = (value: number) => words.number.format(value);
  return (
    <>
      <p className="channel-archive" data-state={archive.state} data-testid="archive">
        <Archive size={18} aria-hidden="true" />
        {archiveInWords(archive, words)}
      </p>
      {dropped === 0 ? null : (
        <p className="channel-problem">
          <CircleAlert size={18} aria-hidden="true" />
          {t('dropped', { count: dropped, number: count(dropped) })}
        </p>
      )}
      <Facts
        facts={[
          [t('last'), placeInWords(last, last?.epoch, words)],
          [t('first'), placeInWords(first, last?.epoch, words)],
          [t('packets'), count(packets)],
          [t('data'), formatBytes(bytes, words.i18n)],
        ]}
      />
      <Repairs repaired={repaired} />
      <Followers subscribers={subscribers} words={words} />
      <ChannelFiles files={files} />
    </>
  );
}

function Followers({ subscribers, words }: { subscribers: readonly SubscriberView[]; words: Words }) {
  const { t } = useTranslation('channels');
  return (
    <section className="channel-part">
      <h4>
        {t('followers')} <span className="count number">{subscribers.length}</span>
      </h4>
      {subscribers.length === 0 ? <p className="muted">{t('followersNone')}</p> : null}
      <ShortList
        label={t('followers')}
        items={subscribers}
        limit={FOLLOWERS_SHOWN}
        className="channel-rows"
        keyOf={({ id }) => id}
      >
        {(subscriber) => (
          <li className="channel-row" data-testid="follower">
            <Avatar id={subscriber.id} name={subscriber.name} />
            <div className="channel-row-text">
              <p className="one-line">{plainText(subscriber.name, NAME_CHARS)}</p>
              <p className="muted number one-line">{subscriber.address}</p>
            </div>
            <p className="muted number">{followerInWords(subscriber, words)}</p>
          </li>
        )}
      </ShortList>
    </section>
  );
}
