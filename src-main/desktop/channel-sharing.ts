import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { ChannelsView, FoundChannel, PublicationView, SubscriptionView } from '../../src-shared/ipc/channel-views';
import type { ParsedArgument } from '../../src-shared/ipc/contract';
import { messageOf } from '../../src-shared/text/message-of';
import { hasWildcard } from '../archive/subjects';
import type { ArchiveService } from '../channels/bus';
import { FolderPublication } from '../channels/folder-publication';
import { FolderSubscription } from '../channels/folder-subscription';
import { MulticastBus, type MulticastBusOptions } from '../channels/multicast-bus';
import { PacketStore } from '../channels/packet-store';
import type { ChannelArrival } from '../library/channel-inbox';
import { WantedChannels } from './wanted-channels';

interface Publishing {
  readonly subject: string;
  readonly folder: string;
}
type Following = ParsedArgument<'follow'>;

/** Which channels are published and followed. */
export interface ChannelsWanted {
  readonly publications: readonly Publishing[];
  readonly subscriptions: readonly Following[];
  /** What is published here is archived here, too. */
  readonly archiveOn: boolean;
}

export interface ChannelPlace extends MulticastBusOptions {
  /** Where the files of what is followed go: into a folder for each channel. */
  readonly folder: string;
  /** A file is whole and in its place; its path is below `folder`. */
  onArrival(arrival: ChannelArrival): void;
  /** Something failed that is in no picture: one sentence. */
  onProblem(sentence: string): void;
}

/** A disk that is plugged in, or has room again: nobody should have to come back and press a button. */
const LOOK_EVERY_MS = 5_000;
const NO_REPAIRS = { archive: 0, server: 0, group: 0 };
const NO_ARCHIVE = { state: 'none', storedPackets: 0, storedBytes: 0, unacknowledged: 0 } as const;

/** What channels are opened with. */
interface Means {
  readonly bus: MulticastBus;
  /** What was published and taken, for the next start. */
  readonly memory: PacketStore;
}

/** The channels of one program, as its settings want them; what fails is a sentence in the picture, never an error. */
export class ChannelSharing {
  readonly #place: ChannelPlace;
  readonly #published: WantedChannels<Publishing, PublicationView>;
  readonly #followed: WantedChannels<Following, SubscriptionView>;
  readonly #watch: NodeJS.Timeout;
  #wanted: ChannelsWanted = { publications: [], subscriptions: [], archiveOn: false };
  #means: Means | undefined;
  #archive: ArchiveService | undefined;
  /** Changes, one after the other. */
  #turns: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(place: ChannelPlace) {
    this.#place = place;
    this.#published = new WantedChannels({
      keyOf: ({ subject }) => subject,
      open: (publishing) => this.#publish(publishing),
      failed: failedPublication,
    });
    this.#followed = new WantedChannels({
      keyOf: ({ pattern }) => pattern,
      open: (following) => this.#follow(following),
      failed: failedSubscription,
    });
    this.#watch = setInterval(() => this.#look(), LOOK_EVERY_MS);
  }

  /** Publishes and follows what is wanted from now on; resolves when it does, or when the picture says why not. Never rejects. */
  serve(wanted = this.#wanted): Promise<void> {
    this.#wanted = wanted;
    return this.#inTurn(async () => {
      if (this.#closed) return;
      await this.#adoptArchive(wanted.archiveOn && wanted.publications.length > 0);
      await this.#published.adopt(wanted.publications);
      await this.#followed.adopt(wanted.subscriptions);
      await this.#search();
    });
  }

  view(): ChannelsView {
    const published = this.#published.views().map((one) => ({
      ...one,
      // This program's own archive is a member too, and shown as the archive.
      subscribers: one.subscribers.filter(({ id }) => id !== this.#means?.bus.fingerprint),
    }));
    return { found: this.#found(), published, subscribed: this.#followed.views() };
  }

  /** Ends, after the file that is being published; the channels go on when the program is started again. */
  close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#watch);
    return this.#inTurn(() => this.#leave());
  }

  /** What others publish. */
  #found(): FoundChannel[] {
    const bus = this.#means?.bus;
    return (bus?.found() ?? []).filter(({ fingerprint }) => fingerprint !== bus?.fingerprint);
  }

  #inTurn(step: () => Promise<void>): Promise<void> {
    this.#turns = this.#turns.then(step);
    return this.#turns;
  }

  #look(): void {
    if (this.#published.hasFailed || this.#followed.hasFailed) void this.serve();
  }

  /** @throws StoreError, IdentityError, TrustStoreError, ClassListError, ImpairmentError */
  async #open(): Promise<Means> {
    if (this.#means !== undefined) return this.#means;
    const memory = await PacketStore.open(join(channelFolder(this.#place), 'files'));
    try {
      this.#means = { memory, bus: await MulticastBus.open(this.#place) };
      return this.#means;
    } catch (error) {
      await memory.close();
      throw error;
    }
  }

  /** What others publish is shown before anything is followed. */
  async #search(): Promise<void> {
    try {
      (await this.#open()).bus.search();
    } catch (error) {
      this.#place.onProblem(messageOf(error));
    }
  }

  /** Without an archive a publisher keeps everything itself: that goes on, and why there is none is said. */
  async #adoptArchive(isWanted: boolean): Promise<void> {
    if (!isWanted && this.#archive !== undefined) {
      // A publisher knows that its archive is gone by the end of the connection, and the bus has one for everything.
      await this.#leave();
    } else if (isWanted && this.#archive === undefined) {
      this.#archive = await this.#openArchive().catch((error: unknown) => {
        this.#place.onProblem(messageOf(error));
        return undefined;
      });
    }
  }

  async #leave(): Promise<void> {
    await Promise.all([this.#published.close(), this.#followed.close()]);
    const means = this.#means;
    this.#means = undefined;
    this.#archive = undefined;
    await means?.bus.close();
    await means?.memory.close();
  }

  async #openArchive(): Promise<ArchiveService> {
    const { listen } = this.#place;
    const { bus } = await this.#open();
    return bus.archive({
      directory: join(channelFolder(this.#place), 'archive'),
      // Who chose a place for one door has not chosen one for two.
      ...(listen === undefined ? {} : { listen: { host: listen.host, port: 0 } }),
    });
  }

  async #publish({ subject, folder }: Publishing): Promise<FolderPublication> {
    return FolderPublication.open({ ...(await this.#open()), subject, directory: folder });
  }

  async #follow({ pattern, from }: Following) {
    const { folder, onArrival } = this.#place;
    const isMany = hasWildcard(pattern);
    const subscription = await FolderSubscription.open({
      ...(await this.#open()),
      pattern,
      from,
      directory: isMany ? folder : join(folder, pattern),
      partsDirectory: join(channelFolder(this.#place), 'parts', digestOf(pattern)),
      onEvent: (event) => {
        if (event.event !== 'file' || event.state !== 'complete') return;
        const { subject, path, bytes: size } = event;
        onArrival({ from: subject, at: Date.now(), path: isMany ? path : `${pattern}/${path}`, size });
      },
    });
    const close = () => subscription.close();
    return { view: () => subscription.view(), close, end: close };
  }
}

function channelFolder({ stateDir }: ChannelPlace): string {
  return join(stateDir, 'channels');
}

/** Patterns have signs that no file system takes. */
function digestOf(pattern: string): string {
  return createHash('sha256').update(pattern).digest('hex').slice(0, 16);
}

function failedPublication({ subject, folder }: Publishing, failure: string): PublicationView {
  const numbers = { last: null, first: null, packets: 0, bytes: 0, rate: 0, dropped: 0 };
  const others = { archive: NO_ARCHIVE, repaired: NO_REPAIRS, subscribers: [], files: [] };
  return { subject, folder, state: 'failed', failure, ...numbers, ...others };
}

function failedSubscription({ pattern, from }: Following, failure: string): SubscriptionView {
  const numbers = { last: null, packets: 0, bytes: 0, rate: 0, gap: 0, gaps: 0, lost: 0 };
  const others = { publisher: null, folder: null, repaired: NO_REPAIRS, files: [] };
  return { pattern, from, state: 'failed', failure, ...numbers, ...others };
}
