import type { JoinPoint, PacketNumber } from './packet';
import type { ChannelNews } from './reception';

/** Where a new subscriber begins, as far as that does not depend on times (requirement B7). */
export function startOf(from: Exclude<JoinPoint, { readonly time: number }>, news: ChannelNews): PacketNumber {
  if (from === 'now') return { epoch: news.epoch, sequence: news.next };
  const oldest = news.extents.find(({ first, end }) => first < end);
  const now = { epoch: news.epoch, sequence: news.next };
  if (from === 'beginning') return oldest === undefined ? now : { epoch: oldest.epoch, sequence: oldest.first };
  return { epoch: from.epoch ?? news.epoch, sequence: from.sequence };
}

/** Where a subscriber goes on that has delivered packets before. */
export function startAfter(last: PacketNumber): PacketNumber {
  return { epoch: last.epoch, sequence: last.sequence + 1 };
}
