import { type ChannelMessage, type HostMessage, MAX_CHANNELS } from '../../src-shared/wire/channel-messages';
import { parseFingerprint } from '../security/fingerprint';
import type { Identity } from '../security/identity';
import type { TrustStore } from '../security/trust-store';
import { systemClock } from '../transport/clock';
import type { PairRequest } from '../transport/control-client';
import type { Announced, Finder } from '../transport/discovery';
import { type ChannelHostOnNetwork, findHosts } from './channel-discovery';
import { channelInterfaces } from './channel-interfaces';
import { HostLink, type Place } from './host-link';

/** How publishers are known to be the right ones: as for `tutti receive`. */
export interface ChannelTrust {
  /** Only this publisher. */
  readonly pin?: string;
  /** Where none is trusted yet, the first that is met is. */
  readonly firstUse: boolean;
  /** The one at the given address, or the only one found, is paired with. */
  readonly code?: string;
}

export interface ReachOptions {
  readonly name: string;
  readonly identity: Identity;
  readonly pins: TrustStore;
  readonly trust: ChannelTrust;
  readonly connect: { readonly host: string; readonly port: number } | undefined;
  readonly interface: string | undefined;
}

/** What a publisher in reach says, for whoever wants it. */
export interface HostVisitor {
  connected(host: ReachedHost): void;
  channel(host: ReachedHost, message: ChannelMessage): void;
  message(host: ReachedHost, message: HostMessage, attachment: Uint8Array): void;
  drained?(host: ReachedHost): void;
  closed(host: ReachedHost, reason: string): void;
  failed(error: unknown, fingerprint: string | undefined): void;
}

/** A publisher that this member has a connection to, or had a moment ago. */
export interface ReachedHost {
  readonly link: HostLink;
  /** Where it was reached last. */
  place: Place | undefined;
  fingerprint: string;
  name: string;
  /** The latest word on each channel. */
  readonly channels: Map<string, ChannelMessage>;
}

/** Every publisher that is there has been announced by then; before that "the only one" is only the first. */
const LISTEN_MS = 2_500;

/** The publishers that a member finds and may trust, one connection each, however many subscriptions there are. */
export class ChannelReach {
  private readonly hosts = new Map<string, ReachedHost>();
  private readonly visitors = new Set<HostVisitor>();
  private readonly finder: Finder<Announced> | undefined;
  private readonly startedAt = systemClock.now();
  private cancelLook: () => void = () => {};
  private isClosed = false;
  private firstMet: string | undefined;

  constructor(private readonly options: ReachOptions) {
    const { connect } = options;
    if (connect !== undefined) {
      this.reach('', () => [connect], undefined, options.trust.code);
      return;
    }
    this.finder = findHosts(
      () => channelInterfaces(options.interface),
      (found) => this.look(found),
    );
    this.cancelLook = systemClock.after(LISTEN_MS + 1, () => this.look(this.finder?.rooms ?? []));
  }

  /** Channels in reach, for a list. */
  get found(): readonly ReachedHost[] {
    return [...this.hosts.values()];
  }

  /** A publisher whose word counts. */
  isTrusted(fingerprint: string): boolean {
    const { pins, trust, identity } = this.options;
    if (fingerprint === identity.fingerprint) return true;
    if (trust.pin !== undefined) return parseFingerprint(trust.pin) === fingerprint;
    return pins.isTrusted(fingerprint);
  }

  /** From now on this one hears of every publisher; what is known already it hears at once. */
  visit(visitor: HostVisitor): void {
    this.visitors.add(visitor);
    for (const host of this.hosts.values()) {
      if (!host.link.isOpen) continue;
      visitor.connected(host);
      for (const message of host.channels.values()) visitor.channel(host, message);
    }
  }

  leave(visitor: HostVisitor): void {
    this.visitors.delete(visitor);
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.cancelLook();
    await this.finder?.close();
    await Promise.all([...this.hosts.values()].map(({ link }) => link.close()));
  }

  /** Whoever is announced and trusted is connected to; with a code the only one there is paired with. */
  private look(found: readonly ChannelHostOnNetwork[]): void {
    if (this.isClosed) return;
    const { code } = this.options.trust;
    const trusted = found.filter(({ fingerprint }) => this.mayBe(fingerprint));
    for (const host of trusted) this.reachAnnounced(host, undefined);
    const [only, ...others] = found;
    const isAlone = only !== undefined && others.every(({ fingerprint }) => fingerprint === only.fingerprint);
    if (code === undefined || trusted.length > 0 || !isAlone || systemClock.now() - this.startedAt < LISTEN_MS) return;
    this.reachAnnounced(only, code);
  }

  /** One connection a publisher, at however many addresses it is announced: anybody may announce it anywhere. */
  private reachAnnounced({ fingerprint }: ChannelHostOnNetwork, code: string | undefined): void {
    const announced = () => (this.finder?.rooms ?? []).filter((host) => host.fingerprint === fingerprint);
    // Announcements do not get through everywhere: where it was reached last it may be still.
    const last = () => [this.hosts.get(fingerprint)?.place].flatMap((place) => place ?? []);
    const places = () => [...announced().map(({ address, port }) => ({ host: address, port })), ...last()];
    this.reach(fingerprint, places, fingerprint, code);
  }

  /** Whose announcement is followed: nothing is proved yet. */
  private mayBe(fingerprint: string): boolean {
    const { pins, trust } = this.options;
    if (this.isTrusted(fingerprint)) return true;
    const isFirst = this.firstMet === undefined || this.firstMet === fingerprint;
    return trust.pin === undefined && trust.firstUse && pins.list().length === 0 && isFirst;
  }

  /** Who has shown this certificate; of several that are met at once one is the first. */
  private accepts(fingerprint: string): boolean {
    if (!this.mayBe(fingerprint)) return false;
    this.firstMet ??= fingerprint;
    return true;
  }

  private reach(
    key: string,
    places: () => readonly Place[],
    expected: string | undefined,
    code: string | undefined,
  ): void {
    if (this.hosts.has(key)) return;
    const { identity, name, pins, trust } = this.options;
    const trusted = trust.pin === undefined ? pins.list().map((pin) => pin.fingerprint) : [parseFingerprint(trust.pin)];
    let host: ReachedHost | undefined;
    const of = (act: (host: ReachedHost) => void) => {
      if (host !== undefined) act(host);
    };
    const link = new HostLink({
      ...{ places, identity, name, expected, trusted, interface: this.options.interface },
      trust: (fingerprint) => this.accepts(fingerprint),
      pair: this.pairing(code),
      onConnected: (connection, room, place) =>
        of((reached) => this.connected(reached, { fingerprint: connection.peerFingerprint, name: room, place })),
      onMessage: (message, attachment) => of((reached) => this.receive(reached, message, attachment)),
      onDrain: () => of((reached) => this.each((visitor) => visitor.drained?.(reached))),
      onClosed: (reason) => of((reached) => this.each((visitor) => visitor.closed(reached, reason))),
      onFailed: (error) => this.each((visitor) => visitor.failed(error, expected)),
    });
    host = { link, place: undefined, fingerprint: expected ?? '', name: '', channels: new Map() };
    this.hosts.set(key, host);
  }

  private pairing(code: string | undefined): PairRequest | undefined {
    if (code === undefined) return undefined;
    return { code, onPaired: ({ fingerprint, room }) => this.options.pins.pin(fingerprint, room) };
  }

  private connected(host: ReachedHost, about: Pick<ReachedHost, 'fingerprint' | 'name' | 'place'>): void {
    Object.assign(host, about);
    const { fingerprint, name: room } = about;
    // Trusted on first use: from now on it is this one.
    if (!this.isTrusted(fingerprint)) void this.options.pins.pin(fingerprint, room).catch(() => {});
    this.each((visitor) => visitor.connected(host));
  }

  private receive(host: ReachedHost, message: HostMessage, attachment: Uint8Array): void {
    if (message.type !== 'channel') return this.each((visitor) => visitor.message(host, message, attachment));
    if (!host.channels.has(message.id) && host.channels.size >= MAX_CHANNELS) return;
    host.channels.set(message.id, message);
    this.each((visitor) => visitor.channel(host, message));
  }

  private each(act: (visitor: HostVisitor) => void): void {
    for (const visitor of this.visitors) act(visitor);
  }
}
