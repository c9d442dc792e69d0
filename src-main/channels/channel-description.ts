import type { ChannelMessage, Extent } from '../../src-shared/wire/channel-messages';
import type { DataSender } from '../transport/data-channel';
import { ticketOf } from './channel-crypto';
import type { ChannelState } from './channel-state';
import type { PublicationArchive } from './publication-archive';

/** What does not change of a channel while it is published. */
export interface ChannelFacts {
  readonly subject: string;
  /** 16 hex digits. */
  readonly channel: string;
  readonly certificate: string;
  readonly state: ChannelState;
  readonly sender: DataSender;
  readonly group: string;
  readonly port: number;
  /** The number by which position reports name this channel. */
  readonly index: number;
}

/** How it stands at the moment. */
export interface ChannelStanding {
  readonly epoch: number;
  readonly next: number;
  readonly ended: boolean;
  /** What can be had, and what of it from the publisher. */
  readonly extents: readonly Extent[];
  readonly retained: readonly Extent[];
  readonly members: number;
  readonly following: number;
}

/** Members are told apart in time by so much each before they ask: a query and its answer take a processor some 0.1 ms. */
const SPREAD_MS_EACH = 1;
const MIN_SPREAD_MS = 10;
const MAX_SPREAD_MS = 500;
/** Position reports: as in a transfer, after so many packets for each member that reports (PROTOCOL.md section 4.4). */
const POSITION_PACKETS_EACH = 64;
const MIN_POSITION_PACKETS = 128;
const MAX_POSITION_PACKETS = 1_024;
const POSITION_MS = 20;

/** Everything about a channel, for one member (PROTOCOL.md section 15). */
export function describeChannel(
  { channel, subject, certificate, state, group, port, sender, index }: ChannelFacts,
  { epoch, next, ended, extents, retained, members, following }: ChannelStanding,
  archive: PublicationArchive,
  member: string,
): ChannelMessage {
  const ticket = ticketOf(state.secret, channel);
  const vouched = archive.vouched(ticket);
  return {
    ...{ type: 'channel', id: channel, subject, certificate, since: state.since, group, port, index },
    secret: Buffer.from(state.secret).toString('base64'),
    source: { address: sender.sourceAddress, port: sender.sourcePort },
    ...{ epoch, next, ended, extents: [...extents] },
    spreadMs: between(MIN_SPREAD_MS, SPREAD_MS_EACH * members, MAX_SPREAD_MS),
    positionMs: POSITION_MS,
    positionPackets: between(MIN_POSITION_PACKETS, POSITION_PACKETS_EACH * following, MAX_POSITION_PACKETS),
    ...(archive.is(member) ? { ticket, retained: [...retained] } : {}),
    ...(vouched === undefined ? {} : { archive: vouched }),
  };
}

function between(least: number, value: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
