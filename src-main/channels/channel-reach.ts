import type { ChannelMessage, HostMessage } from '../../src-shared/wire/channel-messages';
import { parseFingerprint } from '../security/fingerprint';
import type { Identity } from '../security/identity';
import type { TrustStore } from '../security/trust-store';
import { systemClock } from '../transport/clock';
import type { PairRequest } from '../transport/control-client';
import type { Announced, Finder } from '../transport/discovery';
import { type ChannelHostOnNetwork, findHosts } from './channel-discovery';
import { channelInterfaces } from './channel-interfaces';
import { HostLink } from './host-link';

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
  readonly key: string;
  readonly link: HostLink;
  readonly place: { readonly host: string; readonly port: number };
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

  constructor(private readonly options: ReachOptions) {
    const { connect } = options;
    if (connect !== undefined) {
      this.reach(`${connect.host} ${connect.port}`, connect, undefined, options.trust.code);
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
    const trusted = found.filter(({ fingerprint }) => this.accepts(fingerprint));
    for (const host of trusted)
      this.reach(keyOf(host), { host: host.address, port: host.port }, host.fingerprint, undefined);
    const [only, ...others] = found;
    const isAlone = only !== undefined && others.every(({ fingerprint }) => fingerprint === only.fingerprint);
    if (code === undefined || trusted.length > 0 || !isAlone || systemClock.now() - this.startedAt < LISTEN_MS) return;
    this.reach(keyOf(only), { host: only.address, port: only.port }, only.fingerprint, code);
  }

  private accepts(fingerprint: string): boolean {
    const { pins, trust } = this.options;
    const isFirst = trust.pin === undefined && trust.firstUse && pins.list().length === 0;
    return isFirst || this.isTrusted(fingerprint);
  }

  private reach(
    key: string,
    place: ReachedHost['place'],
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
      ...place,
      ...{ identity, name, expected, trusted },
      localAddress: ownAddressFor(this.options.interface, place.host),
      trust: (fingerprint) => this.accepts(fingerprint),
      pair: this.pairing(code),
      onConnected: (connection, room) => of((reached) => this.connected(reached, connection.peerFingerprint, room)),
      onMessage: (message, attachment) => of((reached) => this.receive(reached, message, attachment)),
      onDrain: () => of((reached) => this.each((visitor) => visitor.drained?.(reached))),
      onClosed: (reason) => of((reached) => this.each((visitor) => visitor.closed(reached, reason))),
      onFailed: (error) => this.each((visitor) => visitor.failed(error, expected)),
    });
    host = { key, link, place, fingerprint: expected ?? '', name: '', channels: new Map() };
    this.hosts.set(key, host);
  }

  private pairing(code: string | undefined): PairRequest | undefined {
    if (code === undefined) return undefined;
    return { code, onPaired: ({ fingerprint, room }) => this.options.pins.pin(fingerprint, room) };
  }

  private connected(host: ReachedHost, fingerprint: string, room: string): void {
    host.fingerprint = fingerprint;
    host.name = room;
    // Trusted on first use: from now on it is this one.
    if (!this.isTrusted(fingerprint)) void this.options.pins.pin(fingerprint, room).catch(() => {});
    this.each((visitor) => visitor.connected(host));
  }

  private receive(host: ReachedHost, message: HostMessage, attachment: Uint8Array): void {
    if (message.type !== 'channel') return this.each((visitor) => visitor.message(host, message, attachment));
    host.channels.set(message.id, message);
    this.each((visitor) => visitor.channel(host, message));
  }

  private each(act: (visitor: HostVisitor) => void): void {
    for (const visitor of this.visitors) act(visitor);
  }
}

function keyOf({ fingerprint, address, port }: ChannelHostOnNetwork): string {
  return `${fingerprint} ${address} ${port}`;
}

/** An interface that was chosen is used to connect from, where it is of the same family. */
export function ownAddressFor(own: string | undefined, host: string): string | undefined {
  return own === undefined || own.includes(':') !== host.includes(':') ? undefined : own;
}
