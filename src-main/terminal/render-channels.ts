import type {
  ArchiveView,
  ChannelFileView,
  ChannelsView,
  PublicationView,
  SubscriptionView,
} from '../../src-shared/ipc/channel-views';
import { countOf, formatBytes, formatRate } from '../../src-shared/text/format';
import { plainText } from '../../src-shared/text/plain-text';
import { type DisplayOptions, drawLine, type Style } from './cell-text';

/** Channels on a terminal: what is published, what is received, who has it. */

const SHOWN_FILES = 5;
const NAME_CHARS = 60;

type Channel = PublicationView | SubscriptionView;

export function renderChannels({ published, subscribed }: ChannelsView, options: DisplayOptions): string[] {
  return [...published, ...subscribed].flatMap((channel) => channelLines(channel, options));
}

/** The lines that lead from one picture to the next. */
export function channelChanges(before: ChannelsView | undefined, after: ChannelsView): string[] {
  return [
    ...after.published.flatMap((one, i) => publicationChanges(before?.published[i], one)),
    ...after.subscribed.flatMap((one, i) => subscriptionChanges(before?.subscribed[i], one)),
  ];
}

function channelLines(channel: Channel, options: DisplayOptions): string[] {
  const facts = [countOf(channel.packets, 'packet'), formatBytes(channel.bytes)];
  if (channel.rate > 0) facts.push(formatRate(channel.rate));
  const files = channel.files.slice(0, SHOWN_FILES);
  return [
    drawLine([{ text: nameOf(channel), style: 'bold' }, { text: `  ${facts.join(' · ')}` }], options),
    drawLine([{ text: standingOf(channel), style: styleOf(channel) }], options),
    ...files.map((file) => drawLine([{ text: `  ${fileInWords(file)}`, style: fileStyle(file) }], options)),
  ];
}

function publicationChanges(before: PublicationView | undefined, after: PublicationView): string[] {
  const lines = before === undefined ? [`Publishing ${nameOf(after)}.`] : [];
  if (before?.archive.state !== after.archive.state) lines.push(`${archiveInWords(after.archive)}.`);
  if (after.dropped > (before?.dropped ?? 0))
    lines.push(`${countOf(after.dropped, 'packet')} dropped that no archive had.`);
  return [...lines, ...fileChanges(before, after), ...failureOf(before, after)];
}

function subscriptionChanges(before: SubscriptionView | undefined, after: SubscriptionView): string[] {
  const lines =
    before?.state === after.state || after.state === 'failed' ? [] : [`${STATES[after.state]} ${nameOf(after)}.`];
  if (after.lost > (before?.lost ?? 0)) lines.push(`${countOf(after.lost, 'packet')} lost: nobody has them any more.`);
  return [...lines, ...fileChanges(before, after), ...failureOf(before, after)];
}

function fileChanges(before: Channel | undefined, after: Channel): string[] {
  const isNew = (file: ChannelFileView) =>
    before?.files.some(({ path, at, state }) => path === file.path && at === file.at && state === file.state) !== true;
  return after.files
    .filter(isNew)
    .map((file) => `${fileInWords(file)}.`)
    .reverse();
}

function failureOf(before: Channel | undefined, after: Channel): string[] {
  return after.failure === undefined || before?.failure === after.failure ? [] : [plainText(after.failure, 400)];
}

const STATES: Readonly<Record<SubscriptionView['state'], string>> = {
  searching: 'Looking for',
  connected: 'Subscribed to',
  catchingUp: 'Catching up with',
  away: 'Waiting for the return of',
  failed: 'Failed:',
};

const FILE_STATES: Readonly<Record<ChannelFileView['state'], string>> = {
  sending: 'Sending',
  sent: 'Sent',
  arriving: 'Arriving',
  complete: 'Complete',
  failed: 'Failed',
};

function standingOf(channel: Channel): string {
  if (channel.failure !== undefined) return plainText(channel.failure, 400);
  if ('archive' in channel) return archiveInWords(channel.archive);
  const lost = channel.lost > 0 ? `, ${countOf(channel.lost, 'packet')} lost` : '';
  const gap = channel.gap > 0 ? `, ${channel.gap} missing` : '';
  return `${STATES[channel.state]} ${nameOf(channel)}${gap}${lost}`;
}

function archiveInWords({ state, name = '', address = '', why, unacknowledged }: ArchiveView): string {
  const place = plainText(`${name} ${address}`.trim() || 'the archive', NAME_CHARS);
  const only = unacknowledged > 0 ? `, ${countOf(unacknowledged, 'packet')} kept here` : '';
  const reason = why === undefined ? '' : `: ${plainText(why, 200).replace(/\.$/, '')}`;
  switch (state) {
    case 'none':
      return `No archive: everything is kept here${only}`;
    case 'connecting':
      return `Looking for the archive${only}`;
    case 'on':
      return `Archived by ${place}${only}`;
    case 'full':
      return `The archive ${place} is full${reason}${only}`;
    case 'away':
      return `The archive is away${reason}${only}`;
  }
}

function fileInWords({ path, bytes, state, why }: ChannelFileView): string {
  const reason = why === undefined ? '' : `: ${plainText(why, 200).replace(/\.$/, '')}`;
  return `${FILE_STATES[state]} ${plainText(path, NAME_CHARS)} (${formatBytes(bytes)})${reason}`;
}

function nameOf(channel: Channel): string {
  return plainText('subject' in channel ? channel.subject : channel.pattern, NAME_CHARS);
}

function styleOf(channel: Channel): Style {
  if (channel.failure !== undefined) return 'bad';
  if ('archive' in channel) return channel.archive.state === 'on' ? 'dim' : 'warning';
  return channel.lost > 0 || channel.state === 'away' ? 'warning' : 'dim';
}

function fileStyle({ state }: ChannelFileView): Style {
  if (state === 'failed') return 'bad';
  return state === 'sent' || state === 'complete' ? 'good' : 'plain';
}
