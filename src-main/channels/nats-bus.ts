import { setTimeout as sleep } from 'node:timers/promises';
import { type ConnectionOptions, connect, errors, type NatsConnection } from '@nats-io/transport-node';
import { patternFault, subjectFault } from '../archive/subjects';
import type { Identity } from '../security/identity';
import {
  type ChannelBus,
  ChannelError,
  type Publication,
  type PublishOptions,
  type SubscribeOptions,
  type Subscription,
} from './bus';
import { NatsPublication } from './nats-publication';
import { NatsSubscription } from './nats-subscription';
import type { PacketStore } from './packet-store';
import type { PublisherTrust } from './publisher-trust';

export interface NatsBusOptions {
  /** `nats://[user:password@]host[:port]`, or `tls://…`. */
  readonly url: string;
  /** What the server's administrator sees. */
  readonly name: string;
  readonly identity: Identity;
  readonly trust: PublisherTrust;
  /** What is not acknowledged yet, and which epochs were used. */
  readonly store: PacketStore;
}

const RECONNECT_MS = 500;
const CONNECT_MS = 5_000;
const PING_MS = 5_000;
const BEGIN_MS = 5_000;

/** Channels between rooms and machines, by NATS JetStream (docs/channels.md). */
export class NatsBus implements ChannelBus {
  private readonly connection: Promise<NatsConnection>;
  private readonly publications: NatsPublication[] = [];
  private readonly subscriptions: NatsSubscription[] = [];
  private isClosed = false;

  private constructor(private readonly options: NatsBusOptions) {
    this.connection = this.connect(connectionOptions(options));
    // Whoever publishes or subscribes is told.
    this.connection.catch(() => undefined);
  }

  /** A server that is away is waited for. @throws ChannelError where the address is none */
  static open(options: NatsBusOptions): NatsBus {
    return new NatsBus(options);
  }

  async publish(subject: string, options: PublishOptions = {}): Promise<Publication> {
    throwFault(subjectFault(subject));
    const { identity, store } = this.options;
    const publication = await NatsPublication.open({
      ...options,
      subject,
      identity,
      store,
      connection: this.connection,
    });
    this.publications.push(publication);
    return publication;
  }

  async subscribe(pattern: string, options: SubscribeOptions): Promise<Subscription> {
    throwFault(patternFault(pattern));
    const { trust } = this.options;
    const subscription = new NatsSubscription({ ...options, pattern, trust, connection: this.connection });
    this.subscriptions.push(subscription);
    // Where nobody answers, “now” is when somebody does.
    await Promise.race([subscription.begun, sleep(BEGIN_MS)]);
    return subscription;
  }

  async close(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    await Promise.all(this.publications.map((publication) => publication.leave()));
    await Promise.all(this.subscriptions.map((subscription) => subscription.close()));
    await this.connection.then((connection) => connection.close()).catch(() => undefined);
  }

  /** A server that is away is tried for ever. @throws ChannelError where it turns us away */
  private async connect(options: ConnectionOptions): Promise<NatsConnection> {
    for (;;) {
      try {
        return await connect(options);
      } catch (error) {
        if (error instanceof errors.AuthorizationError || error instanceof errors.UserAuthenticationExpiredError)
          throw new ChannelError(
            'The NATS server does not let us in: give user and password, nats://user:password@host.',
          );
        if (this.isClosed) throw new ChannelError('The bus is closed.');
        await sleep(RECONNECT_MS);
      }
    }
  }
}

function connectionOptions({ url, name }: NatsBusOptions): ConnectionOptions {
  const { protocol, hostname, port, username, password } = parseUrl(url);
  return {
    servers: `${hostname}:${port === '' ? DEFAULT_PORT : port}`,
    name,
    maxReconnectAttempts: -1,
    reconnectTimeWait: RECONNECT_MS,
    timeout: CONNECT_MS,
    pingInterval: PING_MS,
    ...(protocol === 'tls:' ? { tls: {} } : {}),
    ...(username === '' ? {} : { user: decodeURIComponent(username), pass: decodeURIComponent(password) }),
  };
}

const DEFAULT_PORT = 4222;

function parseUrl(url: string): URL {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed !== undefined && ['nats:', 'tls:'].includes(parsed.protocol) && parsed.hostname !== '') return parsed;
  throw new ChannelError(`“${url}” is no NATS server: it is written nats://host:4222, or tls://host:4222.`);
}

function throwFault(fault: string | undefined): void {
  if (fault !== undefined) throw new ChannelError(fault);
}
