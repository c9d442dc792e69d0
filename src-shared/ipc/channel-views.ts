/** Pictures of channels, for windows; events are in `channel-events.ts` (docs/channels.md). */

/** A packet's place in its channel: the epoch starts anew when the publisher starts or its numbers run out. */
export interface PacketNumber {
  readonly epoch: number;
  /** 32 bits, in order within the epoch (RFC 1982). */
  readonly sequence: number;
}

/** Who repaired packets, and how many each. */
export interface RepairCounts {
  readonly archive: number;
  readonly server: number;
  /** Broadcast to the group, as several missed the same. */
  readonly group: number;
}

export interface ArchiveView {
  readonly state: 'none' | 'connecting' | 'on' | 'full' | 'away';
  /** Name, and where it runs. */
  readonly name?: string;
  readonly address?: string;
  readonly why?: string;
  readonly storedPackets: number;
  readonly storedBytes: number;
  /** Packets that only the publisher has so far. */
  readonly unacknowledged: number;
}

export interface PublicationView {
  readonly subject: string;
  /** The watched folder; null for another program's stream. */
  readonly folder: string | null;
  readonly state: 'open' | 'failed';
  readonly failure?: string;
  readonly last: PacketNumber | null;
  /** The oldest packet that can still be had. */
  readonly first: PacketNumber | null;
  readonly packets: number;
  readonly bytes: number;
  /** Bytes per second over the last second. */
  readonly rate: number;
  readonly archive: ArchiveView;
  readonly repaired: RepairCounts;
  /** Packets dropped before any archive had them, as the retention was full. */
  readonly dropped: number;
  readonly subscribers: readonly SubscriberView[];
  /** Files that were published, newest first (a watched folder only; at most 50). */
  readonly files: readonly ChannelFileView[];
}

export interface SubscriberView {
  readonly id: string;
  readonly name: string;
  readonly address: string;
  readonly last: PacketNumber | null;
  /** Packets it is missing now. */
  readonly gap: number;
}

export interface ChannelFileView {
  readonly path: string;
  readonly bytes: number;
  /** ms since 1970. */
  readonly at: number;
  readonly state: 'sending' | 'sent' | 'arriving' | 'complete' | 'failed';
  readonly why?: string;
}

export type JoinPoint =
  | 'now'
  | 'beginning'
  | { readonly sequence: number; readonly epoch?: number }
  | { readonly time: number };

export interface SubscriptionView {
  /** A subject, or a pattern with `*` and `>`. */
  readonly pattern: string;
  readonly from: JoinPoint;
  readonly state: 'searching' | 'connected' | 'catchingUp' | 'away' | 'failed';
  readonly failure?: string;
  readonly publisher: string | null;
  readonly folder: string | null;
  readonly last: PacketNumber | null;
  readonly packets: number;
  readonly bytes: number;
  readonly rate: number;
  /** Packets missing now, and those found missing in all. */
  readonly gap: number;
  readonly gaps: number;
  readonly repaired: RepairCounts;
  readonly lost: number;
  readonly files: readonly ChannelFileView[];
}

/** A channel that somebody in reach publishes. */
export interface FoundChannel {
  readonly subject: string;
  readonly publisher: string;
  readonly fingerprint: string;
  readonly trusted: boolean;
}

export interface ChannelsView {
  readonly found: readonly FoundChannel[];
  readonly published: readonly PublicationView[];
  readonly subscribed: readonly SubscriptionView[];
}
