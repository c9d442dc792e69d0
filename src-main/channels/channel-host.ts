import type { PublisherEvent } from '../../src-shared/ipc/channel-events';
import type { StudentIdentity } from '../../src-shared/ipc/events';
import type { HostMessage, MemberMessage } from '../../src-shared/wire/channel-messages';
import type { Progress } from '../../src-shared/wire/progress';
import type { ClassList } from '../classroom/class-list';
import type { Identity } from '../security/identity';
import { PairingDesk } from '../security/pairing-desk';
import { systemClock } from '../transport/clock';
import type { ControlHandlers } from '../transport/control-connection';
import { ControlFault } from '../transport/control-fault';
import { type ControlServer, listenFor, type PairedOnly } from '../transport/control-server';
import type { Announcer } from '../transport/discovery';
import { reasonOf } from '../transport/words';
import { announceHost } from './channel-discovery';
import { channelInterfaces } from './channel-interfaces';
import { CHANNEL_DOOR, type MemberConnection } from './channel-protocol';
import type { MulticastPublication } from './multicast-publication';
import { decodeNumbers, decodeQuery } from './query-codec';

export interface ChannelHostOptions {
  /** Fit to be sent. */
  readonly name: string;
  readonly identity: Identity;
  readonly classList: ClassList;
  readonly listen: { readonly host: string; readonly port: number };
  /** Address of the one interface to announce on. */
  readonly interface: string | undefined;
  /** Who is let in: who is paired, with the room or here, or anyone (PROTOCOL.md section 6.5). */
  readonly admit: 'paired' | 'anyone';
  readonly code: string | undefined;
  onEvent(event: PublisherEvent): void;
}

/** The door of a publisher: lets members in and takes them to its channels (PROTOCOL.md section 15). */
export class ChannelHost {
  private readonly publications = new Map<string, MulticastPublication>();
  private readonly members = new Map<string, { readonly name: string; readonly connection: MemberConnection }>();
  private readonly desk: PairingDesk | undefined;
  private server: ControlServer<HostMessage, MemberMessage> | undefined;
  private announcer: Announcer | undefined;

  private constructor(private readonly options: ChannelHostOptions) {
    if (options.admit === 'anyone') return;
    this.desk = new PairingDesk({
      time: systemClock,
      ...(options.code === undefined ? {} : { code: options.code }),
      onCode: (code) => options.onEvent({ event: 'code', code }),
    });
  }

  /** @throws ListenError */
  static async open(options: ChannelHostOptions): Promise<ChannelHost> {
    const host = new ChannelHost(options);
    await host.listen();
    return host;
  }

  get port(): number {
    return this.server?.address.port ?? this.options.listen.port;
  }

  /** Own addresses that members are connected by, most used first. */
  get localAddresses(): readonly string[] {
    return [...this.members.values()].map(({ connection }) => connection.localAddress);
  }

  /** @param index the number by which position reports name the channel */
  add(channel: string, publication: MulticastPublication): void {
    this.publications.set(channel, publication);
    for (const [id, { name, connection }] of this.members) publication.enter(id, name, connection);
  }

  remove(channel: string): void {
    this.publications.delete(channel);
  }

  async close(): Promise<void> {
    await this.announcer?.close();
    await this.server?.close('The publisher has closed its channels.');
  }

  private async listen(): Promise<void> {
    const { listen, identity, name, interface: address, onEvent } = this.options;
    this.server = await listenFor(CHANNEL_DOOR, {
      ...listen,
      identity,
      room: name,
      admit: this.admission(),
      onStudent: (connection, hello) => this.welcome(connection, hello.name),
    });
    const { host, port } = this.server.address;
    const { fingerprint } = identity;
    onEvent({ event: 'channel', address: host, port, fingerprint, code: this.desk?.code ?? null });
    const only = address ?? (host === '0.0.0.0' || host === '::' ? undefined : host);
    this.announcer = announceHost({ name, port, fingerprint }, () => channelInterfaces(only));
  }

  private admission(): 'anyone' | PairedOnly {
    const { desk } = this;
    const { classList } = this.options;
    if (desk === undefined) return 'anyone';
    return {
      desk,
      // An archive or a subscriber of this very program is no stranger.
      isPaired: (id) => id === this.options.identity.fingerprint || classList.has(id),
      onPaired: (member: StudentIdentity) => classList.pair(member, Date.now()),
      onStranger: () => {},
    };
  }

  private welcome(connection: MemberConnection, name: string): ControlHandlers<MemberMessage> {
    const id = connection.peerFingerprint;
    this.members.set(id, { name, connection });
    this.options.onEvent({ event: 'enrolled', id, name, ip: connection.remoteAddress });
    // After the welcome, which leaves first.
    queueMicrotask(() => {
      for (const publication of this.publications.values()) publication.enter(id, name, connection);
    });
    return {
      onMessage: (message, attachment) => this.receive(id, connection, message, attachment),
      onProgress: (progress) => this.progress(id, progress),
      onDrain: () => {
        for (const publication of this.publications.values()) publication.drained(id);
      },
      onClose: ({ reason }) => this.left(id, connection, reason),
    };
  }

  private left(id: string, connection: MemberConnection, reason: string): void {
    // An older connection that a new one has replaced says nothing about the member.
    if (this.members.get(id)?.connection !== connection) return;
    this.members.delete(id);
    for (const publication of this.publications.values()) publication.left(id);
    this.options.onEvent({ event: 'left', id, reason });
  }

  private progress(id: string, progress: Progress): void {
    for (const publication of this.publications.values())
      if (publication.index === progress.transmission) publication.progress(id, progress);
  }

  private receive(id: string, connection: MemberConnection, message: MemberMessage, attachment: Uint8Array): void {
    const publication = 'channel' in message ? this.publications.get(message.channel) : undefined;
    // A channel that was closed a moment ago.
    if (publication === undefined) return;
    switch (message.type) {
      case 'subscribe':
        return publication.subscribed(id);
      case 'have':
        return publication.has(id, message);
      case 'query':
        if (publication.ask({ member: id, ...message, ...decodeQuery(attachment) })) return;
        throw new ControlFault('protocol', 'Far more packets were asked for than a subscriber needs.');
      case 'locate': {
        const { channel, query, time } = message;
        const position = publication.locate(time);
        return connection.send({ type: 'located', channel, query, ...(position === undefined ? {} : { position }) });
      }
      case 'keep':
        return this.inTurn(connection, () => this.keep(publication, id, connection, message.channel, message.port));
      case 'ack': {
        const ranges = decodeNumbers(attachment);
        return this.inTurn(connection, () => publication.acked(id, message.epoch, ranges));
      }
      case 'holding':
        return publication.holding(id, message);
    }
  }

  private async keep(
    publication: MulticastPublication,
    id: string,
    connection: MemberConnection,
    channel: string,
    port: number,
  ): Promise<void> {
    const reason = await publication.keep(id, port);
    if (reason !== undefined) connection.send({ type: 'declined', channel, reason });
  }

  /** What cannot be stored now is told; the member tries again when it connects anew. */
  private inTurn(connection: MemberConnection, work: () => Promise<void>): void {
    work().catch((error: unknown) => connection.fault('busy', reasonOf(error)));
  }
}
