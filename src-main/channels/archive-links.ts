import type { ChannelMessage, HostMessage } from '../../src-shared/wire/channel-messages';
import type { Identity } from '../security/identity';
import { HostLink } from './host-link';

/** What an archive says about one channel, for a subscription of it. */
export interface ArchiveVisitor {
  /** It answers, and its repairs for all come from there; undefined while it does not. */
  archive(source: ChannelMessage['source'] | undefined, isThere: boolean): void;
  answer(message: HostMessage, attachment: Uint8Array): void;
}

export interface ArchiveLinksOptions {
  readonly name: string;
  readonly identity: Identity;
  readonly interface: string | undefined;
}

type VouchedArchive = NonNullable<ChannelMessage['archive']>;

interface Entry {
  readonly link: HostLink;
  readonly visitors: Map<string, { readonly visitor: ArchiveVisitor; readonly ticket: string }>;
}

/** Connections to archives that publishers vouch for, one each, however many channels they keep (PROTOCOL.md section 16.1). */
export class ArchiveLinks {
  private readonly entries = new Map<string, Entry>();

  constructor(private readonly options: ArchiveLinksOptions) {}

  /** @returns what to ask the archive with, until `leave` */
  visit(archive: VouchedArchive, channel: string, visitor: ArchiveVisitor): HostLink {
    const entry = this.entryOf(archive);
    entry.visitors.set(channel, { visitor, ticket: archive.ticket });
    entry.link.send({ type: 'subscribe', channel, ticket: archive.ticket });
    return entry.link;
  }

  leave(archive: VouchedArchive, channel: string): void {
    const key = keyOf(archive);
    const entry = this.entries.get(key);
    entry?.visitors.delete(channel);
    if (entry === undefined || entry.visitors.size > 0) return;
    this.entries.delete(key);
    void entry.link.close();
  }

  async close(): Promise<void> {
    await Promise.all([...this.entries.values()].map(({ link }) => link.close()));
  }

  private entryOf(archive: VouchedArchive): Entry {
    const known = this.entries.get(keyOf(archive));
    if (known !== undefined) return known;
    const { identity, name } = this.options;
    const visitors: Entry['visitors'] = new Map();
    const link = new HostLink({
      ...{ identity, name, interface: this.options.interface },
      places: () => [{ host: archive.address, port: archive.port }],
      expected: archive.fingerprint,
      // The publisher's word; what it sends is proved by the publisher's seals anyhow.
      trust: (fingerprint) => fingerprint === archive.fingerprint,
      trusted: [archive.fingerprint],
      pair: undefined,
      onConnected: (connection) => {
        for (const [channel, { ticket }] of visitors) connection.send({ type: 'subscribe', channel, ticket });
      },
      onMessage: (message, attachment) => receive(visitors, message, attachment),
      onClosed: () => {
        for (const { visitor } of visitors.values()) visitor.archive(undefined, false);
      },
      onFailed: () => {},
    });
    const entry = { link, visitors };
    this.entries.set(keyOf(archive), entry);
    return entry;
  }
}

function receive(visitors: Entry['visitors'], message: HostMessage, attachment: Uint8Array): void {
  if (message.type === 'channel') visitors.get(message.id)?.visitor.archive(message.source, true);
  else if ('channel' in message) visitors.get(message.channel)?.visitor.answer(message, attachment);
}

function keyOf({ fingerprint, address, port }: VouchedArchive): string {
  return `${fingerprint} ${address} ${port}`;
}
