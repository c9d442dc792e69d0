import type { Range } from '../ranges/range-set';
import type { ChannelFileView, PacketNumber } from './channel-views';

/**
 * What channels tell the world: one JSON object a line on the command line (`--json`); names and shapes are a contract
 * (docs/cli.md). Ranges are sequence numbers, half-open, within the epoch that is named beside them.
 */

interface OfChannel {
  readonly subject: string;
}

interface InEpoch extends OfChannel {
  readonly epoch: number;
  readonly ranges: readonly Range[];
}

/** Of publishers, archives and subscribers alike: who is there. */
type MemberEvent =
  /** A door is open: where, whose, and the code that new members type (null: anybody may come). */
  | {
      event: 'channel';
      address: string;
      port: number;
      fingerprint: string;
      code: string | null;
    }
  | { event: 'code'; code: string | null }
  | { event: 'enrolled'; id: string; name: string; ip: string }
  | { event: 'left'; id: string; reason: string }
  | { event: 'problem'; reason: string };

/** Events of a publisher. */
export type PublisherEvent =
  | MemberEvent
  | ({ event: 'epoch'; epoch: number; sequence: number; why: 'start' | 'wrap' } & OfChannel)
  /** Packets are durable and sent. */
  | ({ event: 'published'; epoch: number; first: number; last: number; bytes: number } & OfChannel)
  /** An archive has acknowledged them, packet by packet. */
  | ({ event: 'archived' } & InEpoch)
  | ({ event: 'archive'; state: 'on' | 'full' | 'away'; name: string; address: string; why?: string } & OfChannel)
  | ({ event: 'query'; from: string } & InEpoch)
  /** Packets that no archive had were dropped, oldest first, as the retention was full. */
  | ({ event: 'dropped' } & InEpoch);

/** Events of an archive. */
export type ArchiveEvent =
  | MemberEvent
  | ({ event: 'stored'; bytes: number } & InEpoch)
  /** Somebody asked for packets: the archive's query log. `absent`: how many of them it does not have. */
  | ({ event: 'query'; from: string; absent: number } & InEpoch)
  /** Several missed the same, so it went to the whole group. */
  | ({ event: 'broadcast' } & InEpoch)
  | ({ event: 'expired'; why: 'age' | 'size' } & InEpoch)
  | ({ event: 'lost'; why: string } & InEpoch)
  | { event: 'full'; why: string }
  | { event: 'recovered' };

/** Events of a subscriber. */
export type SubscriberEvent =
  | { event: 'connected'; publisher: string; fingerprint: string; address: string; port: number }
  | { event: 'paired'; publisher: string; fingerprint: string }
  | { event: 'left'; reason: string }
  | { event: 'problem'; reason: string; final: boolean }
  /** It is in a channel: the first packet that it will deliver, and ask for. */
  | ({ event: 'joined'; from: PacketNumber } & OfChannel)
  | ({ event: 'epoch'; epoch: number; sequence: number } & OfChannel)
  | ({ event: 'gap' } & InEpoch)
  | ({ event: 'query'; to: 'archive' | 'server' } & InEpoch)
  | ({ event: 'repaired'; by: 'archive' | 'server' | 'group' } & InEpoch)
  | ({ event: 'delivered'; epoch: number; first: number; last: number; bytes: number } & OfChannel)
  | ({ event: 'lost'; why: string } & InEpoch)
  /** The publisher has closed the channel, and everything of it was delivered. */
  | ({ event: 'ended' } & OfChannel);

/** A file of a watched folder, or one that comes out of a channel; a path is as it was stored. */
export type FileEvent = {
  event: 'file';
  path: string;
  bytes: number;
  state: ChannelFileView['state'];
  why?: string;
  sha256?: string;
} & OfChannel;
