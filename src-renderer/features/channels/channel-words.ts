import type { i18n } from 'i18next';
import type { ArchiveView, ChannelsView, PacketNumber, SubscriberView } from '../../../src-shared/ipc/channel-views';
import { formatBytes } from '../../../src-shared/text/format';
import { plainText } from '../../../src-shared/text/plain-text';
import { reasonInWords } from '../../../src-shared/text/reasons';

const NAME_CHARS = 60;

/** What a sentence is made with: the language, and numbers as the person's region writes them. */
export interface Words {
  readonly i18n: i18n;
  readonly number: Intl.NumberFormat;
}

/** "1,048,203"; numbers of an earlier epoch are said to be such: they begin anew in each. */
export function placeInWords(place: PacketNumber | null, epoch: number | undefined, { i18n, number }: Words): string {
  if (place === null) return i18n.t('channels:nothingYet');
  const shown = number.format(place.sequence);
  return place.epoch === epoch ? shown : i18n.t('channels:earlier', { number: shown });
}

/** What the archive has, and what it still owes. */
export function archiveInWords(archive: ArchiveView, words: Words): string {
  const { i18n } = words;
  const name = plainText(archive.name ?? archive.address ?? '', NAME_CHARS);
  switch (archive.state) {
    case 'none':
      return i18n.t('channels:archiveNone');
    case 'connecting':
      return i18n.t('channels:archiveConnecting');
    case 'on': {
      const kept = i18n.t('channels:archiveOn', { name, size: formatBytes(archive.storedBytes, i18n) });
      return `${kept} ${archive.unacknowledged === 0 ? i18n.t('channels:archiveAll') : owed(archive, words)}`;
    }
    case 'full':
      return joined(i18n.t('channels:archiveFull', { name }), archive, words);
    case 'away':
      return joined(i18n.t('channels:archiveAway', { name }), archive, words);
  }
}

function joined(sentence: string, archive: ArchiveView, words: Words): string {
  const why = archive.why === undefined ? [] : [reasonInWords(archive.why, words.i18n)];
  return [sentence, ...why, ...(archive.unacknowledged === 0 ? [] : [owed(archive, words)])].join(' ');
}

function owed({ unacknowledged }: ArchiveView, { i18n, number }: Words): string {
  return i18n.t('channels:archiveOwes', { count: unacknowledged, number: number.format(unacknowledged) });
}

/** "up to date", "misses 12 packets". */
export function followerInWords({ gap }: SubscriberView, words: Words): string {
  return gap === 0 ? words.i18n.t('channels:upToDate') : missingInWords(gap, words);
}

/** "misses 12 packets". */
export function missingInWords(packets: number, { i18n, number }: Words): string {
  return i18n.t('channels:misses', { count: packets, number: number.format(packets) });
}

/** What is read aloud: what is published, and how what is followed stands; never a number that runs. */
export function announcementOf({ published, subscribed }: ChannelsView, i18n: i18n): string {
  const states = subscribed.map(({ pattern, state }) =>
    i18n.t('channels:saysState', { subject: plainText(pattern, NAME_CHARS), state: i18n.t(`channels:state.${state}`) }),
  );
  const count = published.length;
  return [...(count === 0 ? [] : [i18n.t('channels:saysPublished', { count })]), ...states].join(' ');
}
