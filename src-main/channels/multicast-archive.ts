import { z } from 'zod';
import type { ChannelMessage, HostMessage, MemberMessage } from '../../src-shared/wire/channel-messages';
import { matches, subjectFault } from '../archive/subjects';
import type { Identity } from '../security/identity';
import type { ControlHandlers } from '../transport/control-connection';
import { ControlFault } from '../transport/control-fault';
import { type ControlServer, listenFor } from '../transport/control-server';
import type { Impairment } from '../transport/impairment';
import { reasonOf } from '../transport/words';
import type { ArchiveOptions, ArchiveService } from './bus';
import { channelIdOf, publisherOf } from './channel-crypto';
import { CHANNEL_DOOR, type MemberConnection } from './channel-protocol';
import type { ChannelReach, HostVisitor, ReachedHost } from './channel-reach';
import { isUntrusted } from './host-link';
import { KeptChannel, type KeptDescription } from './kept-channel';
import type { PacketStore } from './packet-store';
import { decodeQuery } from './query-codec';

export interface MulticastArchiveOptions extends ArchiveOptions {
  readonly name: string;
  readonly identity: Identity;
  readonly store: PacketStore;
  readonly reach: ChannelReach;
  /** Which channels to keep. */
  readonly pattern: string;
  readonly listen: { readonly host: string; readonly port: number };
  readonly impairment: Impairment | undefined;
}

const catalogueSchema = z.array(
  z.object({
    id: z.string().regex(/^[0-9a-f]{16}$/),
    subject: z.string(),
    certificate: z.string(),
    ticket: z.string(),
    since: z.number(),
    group: z.string(),
    port: z.number(),
  }),
);
const CATALOGUE = 'catalogue';

/** The archive: stores what trusted publishers send, and answers whoever they vouch for (PROTOCOL.md section 17). */
export class MulticastArchive implements ArchiveService, HostVisitor {
  private readonly channels = new Map<string, KeptChannel>();
  private server: ControlServer<HostMessage, MemberMessage> | undefined;
  private lastFailure = '';

  private constructor(private readonly options: MulticastArchiveOptions) {}

  /** @throws ListenError, StoreError */
  static async open(options: MulticastArchiveOptions): Promise<MulticastArchive> {
    const archive = new MulticastArchive(options);
    archive.remember();
    await archive.listen();
    options.reach.visit(archive);
    return archive;
  }

  async close(): Promise<void> {
    this.options.reach.leave(this);
    await this.server?.close('The archive is closed.');
    await Promise.all([...this.channels.values()].map((channel) => channel.close()));
  }

  // --- Publishers ---

  connected(): void {
    this.lastFailure = '';
  }

  channel(host: ReachedHost, message: ChannelMessage): void {
    const kept = this.channels.get(message.id) ?? this.begin(host, message);
    kept?.heard(host, message);
  }

  message(_host: ReachedHost, message: HostMessage, attachment: Uint8Array): void {
    if ('channel' in message) this.channels.get(message.channel)?.answer(message, attachment);
  }

  closed(): void {
    for (const channel of this.channels.values()) channel.lost();
  }

  failed(error: unknown): void {
    const reason = reasonOf(error);
    if (reason === this.lastFailure) return;
    this.lastFailure = reason;
    this.options.onEvent?.({ event: 'problem', reason: isUntrusted(error) ? reason : `${reason} It is tried again.` });
  }

  private begin(host: ReachedHost, message: ChannelMessage): KeptChannel | undefined {
    const { subject, certificate, id, ticket, since, group, port } = message;
    const publisher = publisherOf(certificate);
    const isWanted = subjectFault(subject) === undefined && matches(this.options.pattern, subject);
    if (!isWanted || publisher?.fingerprint !== host.fingerprint || channelIdOf(host.fingerprint, subject) !== id)
      return undefined;
    // Only an archive is told the ticket; it asks to be one first.
    if (ticket === undefined) {
      host.link.send({ type: 'keep', channel: id, port: this.doorPort() });
      return undefined;
    }
    const kept = this.keep({ subject, certificate, id, ticket, since, group, port });
    this.store();
    return kept;
  }

  private keep(description: KeptDescription): KeptChannel | undefined {
    const publisher = publisherOf(description.certificate);
    if (publisher === undefined) return undefined;
    const { store, impairment, keepMs, keepBytes, onEvent } = this.options;
    const channel = new KeptChannel({
      ...{ description, store, impairment, keepMs, keepBytes },
      proof: publisher.proof,
      doorPort: () => this.doorPort(),
      onEvent: (event) => onEvent?.(event),
    });
    this.channels.set(description.id, channel);
    return channel;
  }

  private doorPort(): number {
    return this.server?.address.port ?? this.options.listen.port;
  }

  // --- The catalogue: what is kept can be given though its publisher is away ---

  private remember(): void {
    const stored = this.options.store.readCursor(CATALOGUE);
    const known = stored === undefined ? [] : catalogueSchema.parse(JSON.parse(Buffer.from(stored).toString()));
    for (const description of known) this.keep(description);
  }

  private store(): void {
    const catalogue = [...this.channels.values()].map(({ description }) => description);
    this.options.store
      .writeCursor(CATALOGUE, Buffer.from(JSON.stringify(catalogue)))
      .catch((error: unknown) => this.options.onEvent?.({ event: 'problem', reason: reasonOf(error) }));
  }

  // --- Members ---

  private async listen(): Promise<void> {
    const { listen, identity, name, onEvent } = this.options;
    this.server = await listenFor(CHANNEL_DOOR, {
      ...listen,
      identity,
      room: name,
      // Tickets let members in, channel by channel; what is kept is of no use to anybody without the secret.
      admit: 'anyone',
      onStudent: (connection) => this.welcome(connection),
    });
    const { host: address, port } = this.server.address;
    onEvent?.({ event: 'channel', address, port, fingerprint: identity.fingerprint, code: null });
  }

  private welcome(connection: MemberConnection): ControlHandlers<MemberMessage> {
    const member = connection.peerFingerprint;
    return {
      onMessage: (message, attachment) => this.receive(member, connection, message, attachment),
      onDrain: () => {
        for (const channel of this.channels.values()) channel.drained(member);
      },
      onClose: () => {
        for (const channel of this.channels.values()) channel.left(member);
      },
    };
  }

  private receive(member: string, connection: MemberConnection, message: MemberMessage, attachment: Uint8Array): void {
    const channel = 'channel' in message ? this.channels.get(message.channel) : undefined;
    if (channel === undefined) return;
    if (message.type === 'subscribe') {
      if (!channel.enter(member, message.ticket, connection))
        throw new ControlFault('unpaired', 'The publisher has not sent you here.');
    } else if (message.type === 'query') {
      const { query, epoch } = message;
      if (!channel.ask({ member, query, epoch, ...decodeQuery(attachment) }))
        throw new ControlFault('protocol', 'Far more packets were asked for than a subscriber needs.');
    } else if (message.type === 'locate') {
      const { channel: id, query, time } = message;
      const position = channel.locate(member, time);
      connection.send({ type: 'located', channel: id, query, ...(position === undefined ? {} : { position }) });
    }
  }
}
