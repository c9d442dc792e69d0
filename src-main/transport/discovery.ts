import { z } from 'zod';
import { plainText } from '../../src-shared/text/plain-text';
import { MAX_PEER_NAME_CHARS } from '../../src-shared/wire/limits';
import { PROTOCOL_VERSION } from '../../src-shared/wire/session-messages';
import { type Clock, systemClock } from './clock';
import { type DataReceiver, type DataSender, oneByOne } from './data-channel';
import { openReceiver, openSender } from './dgram-channel';
import { PerInterface } from './per-interface';

/** How students find rooms in their own network: PROTOCOL.md section 9. A hint only: trust is decided by certificate. */

/** Administratively scoped (RFC 2365): local networks only. Apart from the groups of the data channel. */
const DISCOVERY_GROUP = '239.255.42.77';
const DISCOVERY_PORT = 47471;

/** Fits the smallest MTU that IPv6 allows, with room for headers. */
const MAX_ANNOUNCEMENT_BYTES = 1024;
const ANNOUNCE_EVERY_MS = 1_000;
/** Each interval differs by up to this share, so that rooms do not announce in step. */
const JITTER = 0.2;
/** Four announcements lost in a row. */
const EXPIRY_MS = 5_000;
/** More rooms than a music school has; a flood of invented ones costs no more memory than this. */
const MAX_ROOMS = 64;
/** Of one address: several teachers on one machine are rare. */
const MAX_ROOMS_OF_ADDRESS = 8;

const announcementSchema = z.object({
  /** Any version: a room that does not show would be looked for, where who goes there is told what to update. */
  tutti: z.int().min(1),
  name: z.string().min(1).max(MAX_PEER_NAME_CHARS),
  /** The control port, at the address from which the announcement came. */
  port: z.int().min(1).max(65535),
  fingerprint: z.string().regex(/^[0-9a-f]{64}$/),
});

interface AnnouncedRoom {
  readonly name: string;
  readonly port: number;
  readonly fingerprint: string;
}

/** The name is fit to be shown; nothing of it is proven before a TLS handshake. */
export interface RoomOnNetwork extends AnnouncedRoom {
  readonly address: string;
}

/** What is told apart by its certificate and the port that it listens on. */
export interface Announced {
  readonly name: string;
  readonly port: number;
  readonly fingerprint: string;
}

/** Somebody's announcement and where it came from. */
export type Found<T extends Announced> = T & { readonly address: string };

interface DiscoveryOptions {
  /** Own IPv4 addresses of the interfaces to use; asked again every few seconds, so that a late Wi-Fi is found. */
  interfaces(): readonly string[];
  readonly group?: string;
  readonly port?: number;
  readonly clock?: Clock;
}

export interface AnnounceOptions extends SendOptions {
  readonly room: AnnouncedRoom;
}

interface SendOptions extends DiscoveryOptions {
  /** 0 stays on this machine, 1 in this network. */
  readonly ttl?: number;
  /** Uniform in [0, 1). */
  readonly random?: () => number;
}

interface ListenOptions<T extends Announced> extends DiscoveryOptions {
  /** Called when somebody appears, announces something else or disappears. */
  onChange(found: readonly Found<T>[]): void;
}

export type FindOptions = ListenOptions<AnnouncedRoom>;

/** Announces a room until closed. Never throws: an interface that cannot be used is tried again. */
export function announceRoom(options: AnnounceOptions): Announcer {
  const name = plainText(options.room.name, MAX_PEER_NAME_CHARS);
  const datagram = Buffer.from(JSON.stringify({ tutti: PROTOCOL_VERSION, ...options.room, name }));
  return new Announcer(() => datagram, options);
}

/** Listens for rooms until closed. Never throws: an interface that cannot be used is tried again. */
export function findRooms(options: FindOptions): RoomFinder {
  return new Finder(parseAnnouncement, options);
}

export type RoomFinder = Finder<AnnouncedRoom>;

/** Announces something until closed. Never throws. */
export class Announcer {
  private readonly clock: Clock;
  private readonly senders: PerInterface<DataSender>;
  private cancelTimer: () => void = () => {};

  /** @param datagram what to announce, asked each time */
  constructor(
    private readonly datagram: () => Uint8Array,
    private readonly options: SendOptions,
  ) {
    this.clock = options.clock ?? systemClock;
    const { group = DISCOVERY_GROUP, port = DISCOVERY_PORT, ttl = 1 } = options;
    this.senders = new PerInterface(this.clock, options.interfaces, async (address) => {
      const sender = await openSender({ group, port, interface: address, ttl });
      sender.send(this.datagram());
      return sender;
    });
    this.announce();
  }

  close(): Promise<void> {
    this.cancelTimer();
    return this.senders.close();
  }

  private announce(): void {
    for (const sender of this.senders.open) sender.send(this.datagram());
    const random = this.options.random ?? Math.random;
    const wait = ANNOUNCE_EVERY_MS * (1 + JITTER * (2 * random() - 1));
    this.cancelTimer = this.clock.after(wait, () => this.announce());
  }
}

interface Heard<T extends Announced> {
  readonly found: Found<T>;
  readonly expires: number;
}

/** Listens for announcements until closed. Never throws. */
export class Finder<T extends Announced> {
  private readonly clock: Clock;
  private readonly receivers: PerInterface<DataReceiver>;
  /** Oldest announcement first. */
  private readonly heard = new Map<string, Heard<T>>();
  private ignoredCount = 0;
  private cancelTimer: () => void;

  /** @param parse undefined for what is no such announcement */
  constructor(
    private readonly parse: (bytes: Uint8Array) => T | undefined,
    private readonly options: ListenOptions<T>,
  ) {
    this.clock = options.clock ?? systemClock;
    const { group = DISCOVERY_GROUP, port = DISCOVERY_PORT } = options;
    this.receivers = new PerInterface(this.clock, options.interfaces, (address) =>
      openReceiver({
        group,
        port,
        interface: address,
        onDatagrams: oneByOne((bytes, source) => this.receive(bytes, source)),
      }),
    );
    this.cancelTimer = this.clock.after(ANNOUNCE_EVERY_MS, () => this.expire());
  }

  get rooms(): readonly Found<T>[] {
    return [...this.heard.values()].map(({ found }) => found).sort((a, b) => a.name.localeCompare(b.name));
  }

  /** Joins the group anew on every interface. Never rejects. */
  rejoin(): Promise<void> {
    return this.receivers.reopen();
  }

  /** Datagrams that were no announcements, or one too many. */
  get ignored(): number {
    return this.ignoredCount;
  }

  close(): Promise<void> {
    this.cancelTimer();
    return this.receivers.close();
  }

  /** Takes a datagram as it came; for the sockets and for tests. */
  receive(bytes: Uint8Array, address: string): void {
    const announced = bytes.length > MAX_ANNOUNCEMENT_BYTES ? undefined : this.parse(bytes);
    if (announced === undefined) {
      this.ignoredCount++;
      return;
    }
    const key = `${announced.fingerprint} ${address} ${announced.port}`;
    const known = this.heard.get(key);
    if (known === undefined && this.isFullFor(address)) {
      this.ignoredCount++;
      return;
    }
    this.heard.delete(key);
    const found = { ...announced, address };
    this.heard.set(key, { found, expires: this.clock.now() + EXPIRY_MS });
    if (JSON.stringify(known?.found) !== JSON.stringify(found)) this.options.onChange(this.rooms);
  }

  /** Makes room for a new one where it can: the room not heard of for longest goes. */
  private isFullFor(address: string): boolean {
    const ofAddress = [...this.heard.values()].filter(({ found }) => found.address === address).length;
    if (ofAddress >= MAX_ROOMS_OF_ADDRESS) return true;
    const [oldest] = this.heard.keys();
    if (this.heard.size >= MAX_ROOMS && oldest !== undefined) this.heard.delete(oldest);
    return false;
  }

  private expire(): void {
    this.cancelTimer = this.clock.after(ANNOUNCE_EVERY_MS, () => this.expire());
    const now = this.clock.now();
    const before = this.heard.size;
    for (const [key, { expires }] of this.heard) if (expires <= now) this.heard.delete(key);
    if (this.heard.size < before) this.options.onChange(this.rooms);
  }
}

/** The room that a datagram announces; `undefined` for anything else that anybody may send. */
function parseAnnouncement(bytes: Uint8Array): AnnouncedRoom | undefined {
  try {
    const { name, port, fingerprint } = announcementSchema.parse(JSON.parse(Buffer.from(bytes).toString()));
    return { name: plainText(name, MAX_PEER_NAME_CHARS), port, fingerprint };
  } catch {
    return undefined;
  }
}
