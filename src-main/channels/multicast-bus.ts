import { join } from 'node:path';
import type { PublisherEvent } from '../../src-shared/ipc/channel-events';
import type { FoundChannel } from '../../src-shared/ipc/channel-views';
import { MAX_CHANNELS } from '../../src-shared/wire/channel-messages';
import { patternFault, subjectFault } from '../archive/subjects';
import { ClassList } from '../classroom/class-list';
import { type Identity, loadIdentity } from '../security/identity';
import { TrustStore } from '../security/trust-store';
import { openSender } from '../transport/data-path';
import { type Impairment, impairmentFromEnvironment } from '../transport/impairment';
import { chooseInterface, interfaceOf } from '../transport/interfaces';
import { peerNameOf } from '../transport/words';
import { ArchiveLinks } from './archive-links';
import type {
  ArchiveOptions,
  ArchiveService,
  ChannelBus,
  Publication,
  PublishOptions,
  SubscribeOptions,
  Subscription,
} from './bus';
import { ChannelError } from './bus';
import { certificateOf, channelGroupOf, channelIdOf, signerOf } from './channel-crypto';
import { ChannelHost } from './channel-host';
import { ChannelReach, type ChannelTrust } from './channel-reach';
import { ChannelState } from './channel-state';
import { MulticastArchive } from './multicast-archive';
import { MulticastPublication } from './multicast-publication';
import { MulticastSubscription } from './multicast-subscription';
import { PacketStore } from './packet-store';
import { RetainedPackets } from './retained-packets';

export interface MulticastBusOptions {
  /** What people call this machine. */
  readonly name: string;
  /** Identity, pins, class list and numbers. */
  readonly stateDir: string;
  /** Retained packets: one program at a time has them. Default: in `stateDir`. */
  readonly packetsDir?: string;
  /** Default: `loadIdentity(stateDir)`. */
  readonly identity?: Identity;
  /** Default: those in `stateDir`; a program that pairs elsewhere, too, has one of each. */
  readonly classList?: ClassList;
  readonly pins?: TrustStore;
  /** Where a publisher's door is. */
  readonly listen?: { readonly host: string; readonly port: number };
  /** The publisher's address; default: whoever is announced and trusted. */
  readonly connect?: { readonly host: string; readonly port: number };
  /** Address of the one interface to use. */
  readonly interface?: string;
  /** UDP port of the channels' groups. */
  readonly groupPort?: number;
  /** 1 stays in this network. */
  readonly ttl?: number;
  /** Bytes per second, or adaptive. */
  readonly rate?: 'auto' | number;
  /** Who may be a member of what is published here. */
  readonly admit?: 'paired' | 'anyone';
  /** The first code of a publisher's door. */
  readonly code?: string;
  /** How publishers are trusted that this machine subscribes to, or keeps packets of. */
  readonly trust?: ChannelTrust;
  /** What happens at a publisher's door. */
  onEvent?(event: PublisherEvent): void;
}

export interface MulticastArchiveSettings extends ArchiveOptions {
  /** Folder of the packets. */
  readonly directory: string;
  /** Where its door is. */
  readonly listen?: { readonly host: string; readonly port: number };
  /** Which channels; all of them by default. */
  readonly pattern?: string;
}

const DEFAULT_DOOR_PORT = 47473;
const DEFAULT_ARCHIVE_PORT = 47474;
/** Beside the transfers' own (PROTOCOL.md section 5.4). */
const DEFAULT_GROUP_PORT = 47475;
/** Some minutes of a fast channel, hours of a studio's takes. */
const DEFAULT_RETAIN_BYTES = 4 * 2 ** 30;

/** Channels by multicast in one network: the bus that needs nothing but Tutti (PROTOCOL.md sections 13 to 17). */
export class MulticastBus implements ChannelBus {
  private host: ChannelHost | undefined;
  private store: PacketStore | undefined;
  private reach: ChannelReach | undefined;
  private readonly archives: ArchiveLinks;
  private readonly impairment: Impairment | undefined;
  private readonly publications = new Map<string, MulticastPublication>();
  private readonly others = new Set<Subscription | ArchiveService>();
  private readonly stores: PacketStore[] = [];
  private indexes = 0;

  private constructor(
    private readonly options: MulticastBusOptions,
    private readonly identity: Identity,
    private readonly pins: TrustStore,
    private readonly classList: ClassList,
  ) {
    this.impairment = impairmentFromEnvironment(process.env);
    this.archives = new ArchiveLinks({ name: peerNameOf(options.name), identity, interface: options.interface });
  }

  /** @throws IdentityError, TrustStoreError, ClassListError, ImpairmentError */
  static async open(options: MulticastBusOptions): Promise<MulticastBus> {
    const { stateDir } = options;
    const identity = options.identity ?? (await loadIdentity(stateDir));
    const pins = options.pins ?? (await TrustStore.load(stateDir));
    return new MulticastBus(options, identity, pins, options.classList ?? (await ClassList.load(stateDir)));
  }

  get fingerprint(): string {
    return this.identity.fingerprint;
  }

  /** The port of the publisher's door, once something is published. */
  get port(): number | undefined {
    return this.host?.port;
  }

  /** Looks for publishers from now on, also before anything is subscribed to. */
  search(): void {
    this.openReach();
  }

  /** Channels in reach, of publishers that are connected. */
  found(): FoundChannel[] {
    return (this.reach?.found ?? []).flatMap(({ name, fingerprint, channels }) =>
      [...channels.values()].map(({ subject }) => ({
        ...{ subject, fingerprint },
        publisher: name,
        trusted: this.reach?.isTrusted(fingerprint) ?? false,
      })),
    );
  }

  /** @throws ChannelError, StoreError, ListenError, InterfaceError, DataChannelError */
  async publish(subject: string, options: PublishOptions = {}): Promise<Publication> {
    const fault = subjectFault(subject);
    if (fault !== undefined) throw new ChannelError(fault);
    const channel = channelIdOf(this.identity.fingerprint, subject);
    if (this.publications.has(channel)) throw new ChannelError(`The channel ${subject} is being published already.`);
    if (this.publications.size >= MAX_CHANNELS)
      throw new ChannelError(`A publisher has up to ${MAX_CHANNELS} channels: close one, or use a second machine.`);
    const host = await this.openHost();
    const publication = await this.openPublication(host, channel, subject, options);
    this.publications.set(channel, publication);
    host.add(channel, publication);
    return publication;
  }

  /** @throws ChannelError */
  async subscribe(pattern: string, options: SubscribeOptions): Promise<Subscription> {
    const fault = patternFault(pattern);
    if (fault !== undefined) throw new ChannelError(fault);
    const { archives, impairment } = this;
    const subscription = new MulticastSubscription({
      ...options,
      pattern,
      archives,
      impairment,
      reach: this.openReach(),
    });
    this.others.add(subscription);
    return subscription;
  }

  /** Keeps channels of trusted publishers on this machine. @throws StoreError, ListenError, ChannelError */
  async archive(settings: MulticastArchiveSettings): Promise<ArchiveService> {
    const { directory, listen = { host: this.ownHost(), port: DEFAULT_ARCHIVE_PORT }, pattern = '>' } = settings;
    const store = await PacketStore.open(directory);
    this.stores.push(store);
    const { identity, impairment } = this;
    const name = peerNameOf(this.options.name);
    const reach = this.openReach();
    const archive = await MulticastArchive.open({
      ...settings,
      name,
      identity,
      store,
      listen,
      pattern,
      impairment,
      reach,
    });
    this.others.add(archive);
    return archive;
  }

  /** Ends the program's part: channels that are not closed go on when they are published again. */
  async close(): Promise<void> {
    await Promise.all([...this.publications.values()].map((publication) => publication.leave()));
    await Promise.all([...this.others].map((other) => other.close()));
    await this.reach?.close();
    await this.archives.close();
    await this.host?.close();
    await Promise.all(this.stores.map((store) => store.close()));
  }

  private async openPublication(
    host: ChannelHost,
    channel: string,
    subject: string,
    { retainBytes = DEFAULT_RETAIN_BYTES, firstSequence = 0, onEvent }: PublishOptions,
  ): Promise<MulticastPublication> {
    const { stateDir, ttl = 1, rate = 'auto', groupPort: port = DEFAULT_GROUP_PORT } = this.options;
    const state = await ChannelState.load(stateDir, channel, subject, Date.now());
    const retained = new RetainedPackets(await this.openStore(), channel, retainBytes);
    const signer = signerOf(this.identity);
    await retained.sealRest(channel, state.epochs, signer, Date.now());
    const epoch = await state.begin(firstSequence, (past) => retained.endOf(past), Date.now());
    const group = channelGroupOf(channel);
    const sender = await openSender({ group, port, ttl, interface: interfaceOf(this.ownAddress(), group) });
    return new MulticastPublication({
      ...{ subject, channel, signer, state, retained, sender, group, port, rate, epoch, firstSequence },
      certificate: certificateOf(this.identity),
      index: this.indexes++,
      onEvent: (event) => onEvent?.(event),
      onClosed: () => {
        host.remove(channel);
        this.publications.delete(channel);
        void sender.close();
      },
    });
  }

  private async openHost(): Promise<ChannelHost> {
    const { name, listen, interface: address, admit = 'paired', code, onEvent } = this.options;
    this.host ??= await ChannelHost.open({
      ...{ identity: this.identity, classList: this.classList, interface: address, admit, code },
      name: peerNameOf(name),
      listen: listen ?? { host: this.ownHost(), port: DEFAULT_DOOR_PORT },
      onEvent: (event) => onEvent?.(event),
    });
    return this.host;
  }

  private async openStore(): Promise<PacketStore> {
    if (this.store === undefined) {
      const { stateDir, packetsDir = join(stateDir, 'channels', 'packets') } = this.options;
      this.store = await PacketStore.open(packetsDir);
      this.stores.push(this.store);
    }
    return this.store;
  }

  private openReach(): ChannelReach {
    const { name, connect, interface: address, trust = { firstUse: false } } = this.options;
    const { identity, pins } = this;
    this.reach ??= new ChannelReach({ name: peerNameOf(name), identity, pins, trust, connect, interface: address });
    return this.reach;
  }

  /** Where doors are: on the one interface that was chosen, or everywhere. */
  private ownHost(): string {
    if (this.options.interface !== undefined) return this.options.interface;
    return process.env.TUTTI_INTERFACE === undefined ? '0.0.0.0' : chooseInterface().address;
  }

  private ownAddress(): string {
    return this.options.interface ?? chooseInterface().address;
  }
}
